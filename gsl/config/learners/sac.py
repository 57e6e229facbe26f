"""Soft actor-critic."""

from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import is_stored, setting
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings, Override
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class SAC(LearnerSettings):
    """Soft actor-critic (Haarnoja et al. 2018b): off-policy, two critics, a temperature that tunes itself."""

    implementation: ClassVar[str] = "worker.learners.sac:SAC"
    title: ClassVar[str] = "SAC"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training", "reward", "replay"})
    overrides: ClassVar[frozenset[Override]] = frozenset({"learning_rate"})

    name: Literal["sac"] = "sac"
    network: Network = setting(MLP(width=256, depth=2, activation="relu"), "The policy's and the critics' networks.")
    num_envs: int = setting(8, "Environments stepped side by side.", unit="environments", ge=1, le=4096)
    num_steps: int = setting(64, "Steps of each environment in one epoch.", unit="steps", ge=1, le=65_536)
    learning_rate: float = setting(3e-4, "Step size of Adam: policy, critics and temperature.", gt=0, le=1)
    gamma: float = setting(0.99, "Discount of future rewards.", ge=0, le=1)
    n_step: int = setting(1, "Rewards that a critic's target adds up before it looks ahead.", unit="steps", ge=1, le=64)
    update_ratio: float = setting(1.0, "Updates of the networks for each environment step.", gt=0, le=64)
    replay_batch: int = setting(256, "Replayed steps in one update.", unit="steps", ge=1, le=65_536)
    replay_size: int = setting(1_000_000, "Newest steps that are kept for replay.", unit="steps", ge=1, le=100_000_000)
    replay_on: Literal["auto", "device", "memory"] = setting(
        "auto", "Where the replay lies; auto keeps vectors on the network's device, pictures (uint8) in memory."
    )
    warm_up: int = setting(
        4000,
        "Steps in the replay before the first update; a learner that starts from nothing acts at random meanwhile.",
        unit="steps",
        ge=0,
        le=10_000_000,
    )
    demonstrated_share: float = setting(
        0.5,
        "Share of the steps in each update of fine-tuning that are drawn from the demonstrations, each variation as "
        "often; half as in RLPD (Ball et al. 2023), 0 leaves them to the guide.",
        ge=0,
        le=0.9,
    )
    handed_on: int = setting(
        100_000,
        "Newest steps of the generalist's replay with which its further training and fine-tuning go on; its last "
        "checkpoint holds them.",
        unit="steps",
        ge=0,
        le=100_000_000,
    )
    tau: float = setting(0.005, "Share of the critics that enters their targets at each update.", gt=0, le=1)
    temperature: float = setting(0.2, "Weight of the entropy at the start.", gt=0, le=100)
    tune_temperature: bool = setting(True, "Whether the temperature follows the wanted entropy.")
    target_entropy: float | None = setting(
        None, "Wanted entropy of the policy in nats; empty takes minus one for each component of an action."
    )

    @model_validator(mode="before")
    @classmethod
    def _as_it_was(cls, given: Any) -> Any:
        """Runs made before there was a choice fine-tuned from an empty replay, without demonstrations in it."""
        if is_stored() and isinstance(given, dict):
            return {"demonstrated_share": 0.0, "handed_on": 0} | given
        return given

    @model_validator(mode="after")
    def _replay_holds_an_epoch(self) -> Self:
        least = max(self.batch_size, self.warm_up)
        if self.replay_size < least:
            raise ValueError(f"replay_size ({self.replay_size}) must hold an epoch and the warm-up: at least {least}")
        return self

    @property
    def steps_before_learning(self) -> int:
        return max(self.batch_size, self.warm_up)
