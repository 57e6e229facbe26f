"""What every guide's settings say: which hooks of a learner it needs and what it learns from."""

from typing import ClassVar, Literal

from gsl.config.base import Settings

Hook = Literal["before_training", "reward", "loss", "replay"]
Wants = Literal["nothing", "demonstrations", "teachers"]


class GuideSettings(Settings):
    """What demonstrations add to a learner. A subclass adds `name: Literal["x"] = "x"` and its fields."""

    implementation: ClassVar[str]
    """`module:attribute` of its code, called as (settings, inputs); see worker/guides/base.py."""
    title: ClassVar[str]
    hooks: ClassVar[frozenset[Hook]]
    """Where it enters; a learner that does not honour one of them is refused."""
    wants: ClassVar[Wants] = "demonstrations"
    """Recorded episodes, the specialists' policies themselves, or neither."""

    name: str
