"""The hooks through which a guide can influence training; by default each of them does nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gsl.config.guides import GuideSettings
from gsl.worker.experience import Demonstrations, LossContext, Rollout
from gsl.worker.nets import ActorCritic
from gsl.worker.spaces import Spaces


@dataclass(frozen=True)
class Teacher:
    """A policy to learn from, with the variations on which it teaches."""

    network: ActorCritic
    variations: frozenset[int]


@dataclass(frozen=True)
class GuideInputs:
    """Everything a guide may learn from, and the device for its own networks."""

    demonstrations: Demonstrations | None
    teachers: tuple[Teacher, ...]
    spaces: Spaces
    seed: int
    device: torch.device
    across_episodes: bool = False  # whether a policy with memory remembers several episodes of a trial


class Guide:
    """No guidance. Subclasses override hooks and list them in `hooks` of their settings."""

    policy_weight: float = 1.0
    """Factor of the learner's own policy loss, including its entropy bonus."""
    offline: bool = False
    """Whether the job ends after `before_training`."""

    @property
    def unfinished(self) -> bool:
        """Whether `before_training` has begun and can go on from `state`, between any two calls of `on_step`."""
        return False

    def __init__(self, settings: GuideSettings, inputs: GuideInputs) -> None:
        """`settings` are of the subclass's own class."""

    def before_training(self, network: ActorCritic, on_step: Callable[[], None]) -> dict[str, float]:
        """Called once before the first epoch; returns diagnostics. Call `on_step` between updates; it may raise."""
        return {}

    def observe(self, rollout: Rollout) -> dict[str, float]:
        """Called before every update with the rollout; returns diagnostics."""
        return {}

    def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
        """The rewards (B,) to learn from, for samples (B, ...) of a rollout or of a replayed batch, on one device."""
        return reward

    def loss(self, network: ActorCritic, context: LossContext) -> tuple[Tensor, dict[str, float]] | None:
        """Called for every minibatch: a loss to add, with diagnostics; None adds nothing."""
        return None

    def end_epoch(self) -> None:
        """Called after every update, for schedules."""

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state` was taken."""
