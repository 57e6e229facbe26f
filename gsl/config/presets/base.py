"""What a preset is, and where its settings come from."""

from typing import Literal

from gsl.config.base import Settings, setting
from gsl.config.run import RunConfig

Origin = Literal["paper", "library", "ours"]

_PARTS = tuple(name for name in RunConfig.model_fields if name not in ("arm", "seed"))


class Preset(Settings):
    """A named configuration with what to expect of it."""

    name: str
    title: str
    description: str
    group: str = setting("", "Presets of one group stand together, as the rows of one table.")
    config: RunConfig
    origins: dict[str, Origin] = setting(
        {}, "By dotted setting whether it is the paper's, a library's or ours; a part's mark holds for all below it."
    )


def origins(paper: str = "", library: str = "") -> dict[str, Origin]:
    """Marks of all settings: those named, by spaces apart, as said, everything else as ours.

    paper: what the authors say, or those who quote them. library: a reference implementation's value.
    """
    marks: dict[str, Origin] = dict.fromkeys(_PARTS, "ours")
    marks |= dict.fromkeys(library.split(), "library")
    marks |= dict.fromkeys(paper.split(), "paper")
    return marks
