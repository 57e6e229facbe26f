"""What the trainer asks of every learner, and what a learner asks of a guide."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.worker.experience import Decision, Demonstrations, LossContext, Rollout
from gsl.worker.nets import ActorCritic
from gsl.worker.nets.distributions import Distribution

log = logging.getLogger(__name__)

Metrics = dict[str, float]
Policy = Callable[[NDArray[Any]], NDArray[Any]]
"""Maps the observations of all slots to one action for each slot."""


@runtime_checkable
class Thinker(Protocol):
    """A Policy with memory, whose network alone does not say what it was about to do."""

    thought: Distribution | None
    """The distribution from which its last actions came."""


@runtime_checkable
class Promptable(Protocol):
    """A Policy with memory, to which steps of a demonstration can be shown before a trial begins."""

    def prompt(
        self, observation: NDArray[Any], action: NDArray[Any], reward: NDArray[Any], done: NDArray[Any]
    ) -> None: ...


@dataclass(frozen=True)
class Overrides:
    """Settings of a specialist's or of fine-tuning's own; None keeps the learner's setting."""

    ent_coef: float | None = None
    learning_rate: float | None = None


class Guidance(Protocol):
    """What a learner uses of a guide; see worker/guides/base.py."""

    policy_weight: float
    """Factor of the learner's own policy loss, including its entropy bonus."""

    def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor: ...

    def loss(self, network: ActorCritic, context: LossContext) -> tuple[Tensor, Metrics] | None: ...


class Learner(Protocol):
    """One policy and what trains it. Constructed with (settings, spaces, seed, device, overrides)."""

    network: ActorCritic
    device: torch.device

    def decide(self, observation: NDArray[Any]) -> Decision:
        """Actions for the training environments' observations (num_envs, *observation_shape)."""

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Learn from one rollout; returns diagnostics averaged over the updates.

        `progress` is the fraction of the run's steps spent so far; `on_step` is called between updates and may raise.
        """

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results.

        What only the same job needs, for example a replay, is under `experience`; clones and completed jobs lack it.
        """

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly. Without `experience` the job has completed."""

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as a copy of another job's learner, with its own random state; `fresh_head` resets the policy head."""


@runtime_checkable
class RewardScaler(Protocol):
    """A learner that divides rewards by a running scale."""

    def restart_reward_scale(self) -> None:
        """Forget the scale, because rewards of another kind follow: a guide starts or stops changing them."""


@runtime_checkable
class Replayer(Protocol):
    """A learner that learns repeatedly from the steps in its replay."""

    def show(self, demonstrations: Demonstrations) -> None:
        """Learn from these too. They are not part of a checkpoint, so every job that has them calls this again."""

    def handed_on(self) -> dict[str, Any]:
        """Steps with which another job may begin that continues this policy on the same variations."""

    def take_over(self, state: dict[str, Any]) -> None:
        """Begin with the steps that `handed_on` returned; an empty state changes nothing."""


@runtime_checkable
class AdvantageEstimator(Protocol):
    """A learner whose settings have `estimates_advantages`."""

    advantage: Tensor
    """(T * N,) of the rollout of the last update, not normalised."""


@runtime_checkable
class PhasedLearner(Protocol):
    """A learner with an update that follows only after several epochs."""

    def finish(self, on_step: Callable[[], None] | None = None) -> Metrics:
        """Do the pending update now, because no more epochs follow; returns diagnostics, empty if none is pending."""


def finish_phase(learner: Learner, on_step: Callable[[], None] | None = None) -> bool:
    """Let a learner that learns in phases complete the current one; returns whether that changed anything."""
    metrics = learner.finish(on_step) if isinstance(learner, PhasedLearner) else {}
    if metrics:
        log.info("phase completed early: %s", ", ".join(f"{name} {value:.4g}" for name, value in metrics.items()))
    return bool(metrics)


def to_device(observation: NDArray[Any] | Tensor, device: torch.device) -> Tensor:
    """The observation on the device. Not by way of pinned memory, which takes longer than the processor would wait."""
    return torch.as_tensor(observation).to(device)


class Actor(Protocol):
    """A network, possibly on several cores."""

    def policy(self, observation: Tensor) -> Distribution: ...


def policy_of(network: Actor, device: torch.device, *, deterministic: bool, seed: int) -> Policy:
    """The policy of `network`: its mode, or samples drawn with `seed`."""
    generator = torch.Generator(device).manual_seed(seed)

    @torch.no_grad()
    def choose(observation: NDArray[Any]) -> NDArray[Any]:
        distribution = network.policy(to_device(observation, device))
        action = distribution.mode() if deterministic else distribution.sample(generator)
        return np.asarray(action.cpu().numpy())

    return choose
