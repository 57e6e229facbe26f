"""A trainer of somebody's own, in any framework: GSL Lab starts its command and talks with it about every epoch."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gsl.config.base import setting
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.suites.base import ActionKind

TrainerName = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9._-]{0,49})?$")]
ArgumentName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,99}$")]
Argument = bool | int | float | str


class ExternalLearner(LearnerSettings):
    """Your own trainer: a command that the owner of a worker declares under a name. See docs/own-trainer.md.

    It is told the number of environments, the steps of an epoch, the learning rate and the device, and the arguments
    below. It has a network of its own, and may have environments of its own.
    """

    implementation: ClassVar[str] = "gsl.worker.trainer.external.job:external_job"
    """Called as (job, folder, spool, stop): it does a whole job, not only the learning."""
    title: ClassVar[str] = "Your own trainer"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"trainer"})
    architecture: ClassVar[tuple[str, ...]] = ("trainer",)
    is_external: ClassVar[bool] = True

    name: Literal["external"] = "external"
    trainer: TrainerName = setting("", "Name under which workers declare the trainer.")
    tracked: bool = setting(
        False, "Whether a script keeps control and only reports, by gsl_track.track(), which launches such runs itself."
    )
    arguments: dict[ArgumentName, Argument] = setting(
        {}, "What else the trainer is told, by name; what it makes of it is its own affair.", max_length=100
    )

    @property
    def is_tracked(self) -> bool:
        return self.tracked

    @property
    def batch_size(self) -> int:
        """A script's epochs are as long as it likes, so its budgets are counted in steps."""
        return 1 if self.tracked else super().batch_size
