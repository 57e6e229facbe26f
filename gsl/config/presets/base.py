"""What a preset is, and the origin of its settings."""

from typing import Any, Literal

from gsl.config.base import Settings, setting
from gsl.config.run import RunConfig

Origin = Literal["paper", "library", "ours"]

_PARTS = tuple(name for name in RunConfig.model_fields if name not in ("arm", "seed"))


class Preset(Settings):
    """A named configuration with a description of what to expect."""

    name: str
    title: str
    description: str
    group: str = setting("", "Presets with the same group are listed together.")
    config: RunConfig
    arms: dict[str, dict[str, Any]] = setting(
        {}, "Arms of an experiment by name, each with its changes to the configuration; none if it is for single runs."
    )
    origins: dict[str, Origin] = setting(
        {},
        "Origin of each setting by its dotted name: paper, library or ours. A part's origin applies to its settings.",
    )


def origins(paper: str = "", library: str = "") -> dict[str, Origin]:
    """Origins of all settings: `paper` and `library` list dotted names separated by spaces, all others are ours.

    paper: stated by the authors or by papers that cite them. library: a reference implementation's value.
    """
    marks: dict[str, Origin] = dict.fromkeys(_PARTS, "ours")
    marks |= dict.fromkeys(library.split(), "library")
    marks |= dict.fromkeys(paper.split(), "paper")
    return marks
