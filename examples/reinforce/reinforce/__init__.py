"""Settings of an example learner: REINFORCE."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings, Override
from gsl.config.suites.base import ActionKind


class Reinforce(LearnerSettings):
    """REINFORCE (Williams 1992): each epoch, one gradient step on log-probabilities weighted by returns."""

    implementation: ClassVar[str] = "reinforce.learner:Reinforce"
    title: ClassVar[str] = "REINFORCE"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training", "reward"})
    overrides: ClassVar[frozenset[Override]] = frozenset({"learning_rate"})

    name: Literal["reinforce"] = "reinforce"
    gamma: float = setting(0.99, "Discount factor of future rewards.", ge=0, le=1)
