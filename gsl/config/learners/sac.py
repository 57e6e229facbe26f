"""Soft actor-critic."""

from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import is_stored, setting
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings, Override
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class SAC(LearnerSettings):
    """Soft actor-critic (Haarnoja et al. 2018b): off-policy, with two critics and an automatic temperature."""

    implementation: ClassVar[str] = "gsl.worker.learners.sac:SAC"
    title: ClassVar[str] = "SAC"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training", "reward", "replay"})
    overrides: ClassVar[frozenset[Override]] = frozenset({"learning_rate"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "temperature_per_variation")

    name: Literal["sac"] = "sac"
    network: Network = setting(MLP(width=256, depth=2, activation="relu"), "Networks of the policy and the critics.")
    num_envs: int = setting(8, "Number of environments stepped in parallel.", unit="environments", ge=1, le=4096)
    num_steps: int = setting(
        64,
        "Steps of each environment per epoch. An epoch has num_envs x num_steps environment steps.",
        unit="steps",
        ge=1,
        le=65_536,
    )
    learning_rate: float = setting(3e-4, "Adam's learning rate for policy, critics and temperature.", gt=0, le=1)
    gamma: float = setting(0.99, "Discount factor of future rewards. Increase it for longer episodes.", ge=0, le=1)
    n_step: int = setting(
        1, "Number of rewards summed in a critic's target before bootstrapping.", unit="steps", ge=1, le=64
    )
    update_ratio: float = setting(
        1.0, "Updates per environment step. More updates learn more from each step, but take longer.", gt=0, le=64
    )
    replay_batch: int = setting(256, "Batch size of an update.", unit="steps", ge=1, le=65_536)
    replay_size: int = setting(
        1_000_000, "Capacity of the replay buffer; the oldest steps are dropped.", unit="steps", ge=1, le=100_000_000
    )
    replay_on: Literal["auto", "device", "memory"] = setting(
        "auto",
        "Where the replay buffer is kept. auto: vectors on the network's device, pictures (uint8) in main memory.",
    )
    warm_up: int = setting(
        4000,
        "Steps to collect before the first update of each job. A new policy acts at random during the warm-up.",
        unit="steps",
        ge=0,
        le=10_000_000,
    )
    demonstrated_share: float = setting(
        0.5,
        "Share of each fine-tuning batch that is drawn from demonstrations, equally from every variation. 0.5 is from "
        "RLPD (Ball et al. 2023); 0 leaves demonstrations to the guide.",
        ge=0,
        le=0.9,
    )
    handed_on: int = setting(
        100_000,
        "Number of the newest replay steps that the generalist takes along into further training and fine-tuning. They "
        "are stored in its last checkpoint.",
        unit="steps",
        ge=0,
        le=100_000_000,
    )
    tau: float = setting(0.005, "Rate at which target critics follow the critics (Polyak averaging).", gt=0, le=1)
    temperature: float = setting(
        0.2, "Initial weight of the entropy. Increase it for more exploration at the start.", gt=0, le=100
    )
    temperature_per_variation: bool = setting(
        False,
        "Adjust a temperature for each variation, as multi-task SAC does (Yu et al. 2019). Use it if variations need "
        "different amounts of exploration.",
    )
    tune_temperature: bool = setting(True, "Adjust the temperature automatically to reach target_entropy.")
    target_entropy: float | None = setting(
        None, "Target entropy of the policy in nats. Empty: minus the number of action components."
    )

    @model_validator(mode="before")
    @classmethod
    def _as_it_was(cls, given: Any) -> Any:
        """Runs from before these settings existed fine-tuned from an empty replay buffer without demonstrations."""
        if is_stored() and isinstance(given, dict):
            return {"demonstrated_share": 0.0, "handed_on": 0} | given
        return given

    @model_validator(mode="after")
    def _replay_holds_an_epoch(self) -> Self:
        least = max(self.batch_size, self.warm_up)
        if self.replay_size < least:
            raise ValueError(
                f"replay_size ({self.replay_size}) must be at least {least}, to hold one epoch and the warm-up"
            )
        return self

    @property
    def steps_before_learning(self) -> int:
        return max(self.batch_size, self.warm_up)
