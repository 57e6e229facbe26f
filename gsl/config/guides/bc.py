"""Behaviour cloning."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook


class BC(GuideSettings):
    """Behaviour cloning: the policy learns the demonstrated actions offline, without a step in the environment."""

    implementation: ClassVar[str] = "worker.guides.bc:BC"
    title: ClassVar[str] = "Behaviour cloning"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training"})

    name: Literal["bc"] = "bc"
    passes: int = setting(500, "Passes over the demonstrations at most.", unit="passes", ge=1, le=100_000)
    batch_size: int = setting(256, "Demonstrated steps in each update.", unit="steps", ge=1, le=65_536)
    learning_rate: float = setting(1e-3, "Step size of Adam, which starts anew for cloning.", gt=0, le=1)
    held_back: float = setting(
        0.1,
        "Share of the demonstrated episodes that only measure, one at least; 0 makes all passes on all of them.",
        ge=0,
        le=0.9,
    )
    patience: int = setting(
        20, "Passes without a better likelihood of the held-back episodes after which cloning ends.", unit="passes",
        ge=1, le=100_000,
    )  # fmt: skip
    train_on: bool = setting(
        False, "Whether the learner trains on from the cloned policy; otherwise the rest of the budget stays unspent."
    )
