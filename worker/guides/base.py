"""The places where demonstrations may enter, each of which does nothing by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gsl.config.guides import GuideSettings
from worker.experience import Demonstrations, LossContext, Rollout
from worker.nets import ActorCritic
from worker.spaces import Spaces


@dataclass(frozen=True)
class Teacher:
    """A policy to learn from, with the variations on which it is asked."""

    network: ActorCritic
    variations: frozenset[int]


@dataclass(frozen=True)
class GuideInputs:
    """Everything a guide may learn from, and where its own networks run."""

    demonstrations: Demonstrations | None
    teachers: tuple[Teacher, ...]
    spaces: Spaces
    seed: int
    device: torch.device


class Guide:
    """No guidance; subclasses override what they use and say so in their settings' `hooks`."""

    policy_weight: float = 1.0
    """What a learner's own policy loss is multiplied with, the bonus for entropy in it."""
    offline: bool = False
    """Whether the job ends with `before_training`."""

    def __init__(self, settings: GuideSettings, inputs: GuideInputs) -> None:
        """`settings` are those of the subclass."""

    def before_training(self, network: ActorCritic, on_step: Callable[[], None]) -> dict[str, float]:
        """Once, before the job's first epoch; diagnostics. `on_step` is called between updates and may raise."""
        return {}

    def observe(self, rollout: Rollout) -> dict[str, float]:
        """Before every update: see the rollout that is learned from; diagnostics."""
        return {}

    def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
        """The rewards (B,) to learn from, of samples (B, ...) on one device: a rollout's, or a replayed batch's."""
        return reward

    def loss(self, network: ActorCritic, context: LossContext) -> tuple[Tensor, dict[str, float]] | None:
        """In every minibatch: a loss to add, with diagnostics; None adds nothing."""
        return None

    def end_epoch(self) -> None:
        """After every update: schedules move on."""

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on exactly where `state` was taken."""
