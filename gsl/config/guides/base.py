"""What every guide's settings declare: the hooks that it needs from a learner, and what it learns from.

Also the guides that need no code beyond the base class, worker/guides/base.py.
"""

from typing import Any, ClassVar, Literal

from gsl.config.base import Settings

Hook = Literal["before_training", "reward", "loss", "replay", "sequences", "trainer"]
LearnsFrom = Literal["nothing", "demonstrations", "teachers"]


class GuideSettings(Settings):
    """How demonstrations influence a learner. A subclass adds `name: Literal["x"] = "x"` and its fields."""

    implementation: ClassVar[str]
    """`module:attribute` of its code, called as (settings, inputs); see worker/guides/base.py."""
    title: ClassVar[str]
    hooks: ClassVar[frozenset[Hook]]
    """Hooks through which it acts; a learner that does not support all of them is refused."""
    learns_from: ClassVar[LearnsFrom] = "demonstrations"
    """Recorded episodes, the specialists' policies themselves, or neither."""

    name: str

    def __init_subclass__(cls, **options: Any) -> None:
        """Read the former name `wants` of `learns_from`, for one release."""
        super().__init_subclass__(**options)
        if "wants" in cls.__dict__:
            cls.learns_from = cls.__dict__["wants"]


class NoGuide(GuideSettings):
    """Fine-tuning without demonstrations: the control."""

    implementation: ClassVar[str] = "gsl.worker.guides.base:Guide"
    title: ClassVar[str] = "No guide"
    hooks: ClassVar[frozenset[Hook]] = frozenset()
    learns_from: ClassVar[LearnsFrom] = "nothing"

    name: Literal["none"] = "none"


class Replay(GuideSettings):
    """Demonstrations in the replay buffer (RLPD, Ball et al. 2023): part of each update is drawn from them.

    For learners with a replay buffer, whose settings include the share. They do the same with any other guide.
    """

    implementation: ClassVar[str] = "gsl.worker.guides.base:Guide"
    title: ClassVar[str] = "Replay"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"replay"})

    name: Literal["replay"] = "replay"


class OwnGuide(GuideSettings):
    """Your own trainer gets the files of demonstrations, which it recorded itself, and learns from them in its way."""

    implementation: ClassVar[str] = "gsl.worker.guides.base:Guide"
    title: ClassVar[str] = "Your trainer's own"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"trainer"})

    name: Literal["own"] = "own"
