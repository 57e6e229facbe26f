"""Behaviour cloning."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook


class BC(GuideSettings):
    """Behaviour cloning: the policy learns the demonstrated actions offline, without environment steps."""

    implementation: ClassVar[str] = "gsl.worker.guides.bc:BC"
    title: ClassVar[str] = "Behaviour cloning"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training"})

    name: Literal["bc"] = "bc"
    passes: int = setting(500, "Most passes over the demonstrations.", unit="passes", ge=1, le=100_000)
    batch_size: int = setting(256, "Demonstrated steps per update.", unit="steps", ge=1, le=65_536)
    learning_rate: float = setting(
        1e-3, "Adam's learning rate for cloning; the learner's own optimiser is not affected.", gt=0, le=1
    )
    held_back: float = setting(
        0.1,
        "Share of the demonstrated episodes held back for validation (at least one). 0: none, and no early stop.",
        ge=0,
        le=0.9,
    )
    patience: int = setting(
        20, "Stop after this many passes without a better likelihood of the held-back episodes.", unit="passes",
        ge=1, le=100_000,
    )  # fmt: skip
    train_on: bool = setting(
        False, "Continue reinforcement learning from the cloned policy. Otherwise the rest of the budget is not spent."
    )
