"""What the trainer asks of every learner, and what a learner asks of a guide."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from worker.experience import Decision, Demonstrations, LossContext, Rollout
from worker.nets import ActorCritic
from worker.nets.distributions import Distribution

log = logging.getLogger(__name__)

Metrics = dict[str, float]
Policy = Callable[[NDArray[Any]], NDArray[Any]]
"""Observations of all slots to one action a slot."""


@dataclass(frozen=True)
class Overrides:
    """What a specialist or fine-tuning does differently; None takes the learner's setting."""

    ent_coef: float | None = None
    learning_rate: float | None = None


class Guidance(Protocol):
    """A guide, as far as a learner honours it; see worker/guides/base.py."""

    policy_weight: float
    """Of the learner's own policy loss, its entropy bonus included."""

    def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor: ...

    def loss(self, network: ActorCritic, context: LossContext) -> tuple[Tensor, Metrics] | None: ...


class Learner(Protocol):
    """One policy with what improves it. Made as (settings, spaces, seed, device, overrides)."""

    network: ActorCritic
    device: torch.device

    def decide(self, observation: NDArray[Any]) -> Decision:
        """Actions for the training environments' observations (num_envs, *observation_shape)."""

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The policy as it is now, for evaluation and demonstrations; leaves the training's random states alone."""

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Learn from one rollout; diagnostics averaged over the updates.

        `progress` is the share of the run's steps that are spent; `on_step` is called between updates and may raise.
        """

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it goes on with the same numbers.

        What only the same job goes on with, a replay say, lies under `experience`; clones and ended jobs do without.
        """

    def restore(self, state: dict[str, Any]) -> None:
        """Go on exactly: the same job, interrupted. Without `experience` the job has ended."""

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner, with random states of one's own; with `fresh_head` its policy head is new."""


@runtime_checkable
class RewardScaler(Protocol):
    """A learner that divides rewards by their own scale."""

    def restart_reward_scale(self) -> None:
        """Rewards of another kind follow, as where a guide pays from now on or no longer does."""


@runtime_checkable
class Replayer(Protocol):
    """A learner that learns again and again from what it keeps in a replay."""

    def show(self, demonstrations: Demonstrations) -> None:
        """Learn from these too. Every job that has them shows them anew; a checkpoint holds none."""

    def handed_on(self) -> dict[str, Any]:
        """What another job that goes on with this policy on the same variations may begin with."""

    def take_over(self, state: dict[str, Any]) -> None:
        """Begin with what was handed on; empty: with nothing."""


@runtime_checkable
class AdvantageEstimator(Protocol):
    """A learner whose settings say `estimates_advantages`."""

    advantage: Tensor
    """(T * N,) of the rollout that it learned from last, not normalised."""


@runtime_checkable
class PhasedLearner(Protocol):
    """A learner that learns something only after several epochs."""

    def finish(self, on_step: Callable[[], None] | None = None) -> Metrics:
        """Learn now what waits for more epochs, because the job has no more; nothing where nothing waits."""


def finish_phase(learner: Learner, on_step: Callable[[], None] | None = None) -> bool:
    """Let a learner that learns in phases end the one under way; whether that changed anything."""
    said = learner.finish(on_step) if isinstance(learner, PhasedLearner) else {}
    if said:
        log.info("a phase cut short: %s", ", ".join(f"{name} {figure:.4g}" for name, figure in said.items()))
    return bool(said)


def to_device(observation: NDArray[Any] | Tensor, device: torch.device) -> Tensor:
    """As the network takes it; to a GPU by way of pinned memory, which it reads without waiting for the processor."""
    tensor = torch.as_tensor(observation)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


class Actor(Protocol):
    """A network, or one on several cores."""

    def policy(self, observation: Tensor) -> Distribution: ...


def policy_of(network: Actor, device: torch.device, *, deterministic: bool, seed: int) -> Policy:
    """What `network` does, sampled with random numbers of `seed` or by its mode."""
    generator = torch.Generator(device).manual_seed(seed)

    @torch.no_grad()
    def choose(observation: NDArray[Any]) -> NDArray[Any]:
        distribution = network.policy(to_device(observation, device))
        action = distribution.mode() if deterministic else distribution.sample(generator)
        return np.asarray(action.cpu().numpy())

    return choose
