"""Several PPO learners with equal settings, whose networks learn and act as one.

Everything that is a member's own stays in its `PPO`: weights, optimiser, scales and random states. So it can be saved,
evaluated, or go on alone at any time. Numbers differ by rounding from those of a learner that is trained alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Metrics, to_device
from gsl.worker.learners.on_policy import columns, normalised, reordered, stacked
from gsl.worker.learners.popart import picked
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.ppo_losses import Batch, compute_losses
from gsl.worker.nets.actor_critic import VectorActorCritic
from gsl.worker.nets.precision import Rounding
from gsl.worker.nets.stacked import StackedNetwork
from gsl.worker.nets.stacked_adam import StackedAdam


class PPOPopulation:
    """K learners, the members, which are in the same order everywhere."""

    def __init__(self, members: Sequence[PPO]) -> None:
        """Raises ValueError if the members' networks differ in shape or are not for vectors."""
        self.members, first = tuple(members), members[0]
        self._settings, self._ent_coef, self._device = first.settings, first.ent_coef, first.device
        self._network = StackedNetwork([_vector_network(member) for member in members])
        self._adam = StackedAdam(self._network, [member.optimiser for member in members])
        self._parameters = list(self._network.parameters.values())
        self._precision = Rounding(self._settings.precision)
        self._generators = [member.acting for member in members]

    @torch.no_grad()
    def decide(self, observations: Sequence[NDArray[Any]]) -> list[Decision]:
        """Sampled actions for every member's own observations (B, n)."""
        seen = to_device(np.stack(observations), self._device)
        with self._precision.of(self._device):
            parameters = self._network.policy_parameters(seen)
        distribution = self._network.distribution(parameters.float())
        action = distribution.sample_each(self._generators)
        log_prob = distribution.log_prob(action).cpu().unbind(0)
        return [Decision(chosen, each) for chosen, each in zip(action.cpu().numpy(), log_prob, strict=True)]

    def update(
        self, rollouts: Sequence[Rollout], *, progress: Sequence[float], on_step: Callable[[int], bool]
    ) -> list[Metrics]:
        """Every member learns from its own rollout; returns each one's diagnostics.

        `progress` is as in `PPO.update`. `on_step` is called with a member's index before each of its minibatches; if
        it returns False, the member learns no more in this update.
        """
        samples = [
            member.begin_update(rollout, None, share)
            for member, rollout, share in zip(self.members, self._with_values(rollouts), progress, strict=True)
        ]
        seen: list[dict[str, list[float]]] = [defaultdict(list) for _ in self.members]
        learning = list(range(len(self.members)))
        for minibatch in self._minibatches(stacked(samples), learning):
            learning[:] = [member for member in learning if on_step(member)]
            if not learning:
                break
            for name, values in self._step(minibatch, learning).items():
                for member in learning:
                    seen[member][name].append(values[member])
            learning[:] = [member for member in learning if not self._went_too_far(seen[member])]
        return [
            {name: float(np.mean(values)) for name, values in each.items()} | member.end_update(own)
            for member, own, each in zip(self.members, samples, seen, strict=True)
        ]

    def _with_values(self, rollouts: Sequence[Rollout]) -> Iterator[Rollout]:
        """The rollouts with the values of all their observations."""
        shown = [torch.cat([one.observation.flatten(0, 1), one.next_observation]) for one in rollouts]
        with self._precision.of(self._device):
            values = self._network.values(to_device(torch.stack(shown), self._device)).float().cpu()
        for member, rollout, value in zip(self.members, rollouts, values, strict=True):
            variation = torch.cat([rollout.variation.flatten(), rollout.variation[-1]])
            scaled = member.scaled(value, variation)
            steps = rollout.reward.numel()
            yield replace(rollout, value=scaled[:steps].view_as(rollout.reward), next_value=scaled[steps:])

    def _minibatches(self, samples: Batch, learning: Sequence[int]) -> Iterator[Batch]:
        """Minibatches (K, B) until no member is `learning`, of each member's samples in its own random order."""
        count = samples.advantage.shape[1]
        size = count // self._settings.num_minibatches
        for _ in range(self._settings.update_epochs):
            order = torch.arange(count).repeat(len(self.members), 1)
            for member in learning:
                torch.randperm(count, generator=self.members[member].shuffling, out=order[member])
            ordered = reordered(samples, order.to(self._device))
            for start in range(0, count, size):
                if not learning:
                    return
                yield columns(ordered, partial(torch.narrow, dim=1, start=start, length=size))

    def _step(self, minibatch: Batch, learning: Sequence[int]) -> dict[str, list[float]]:
        """One step of Adam for those who learn; returns all members' diagnostics."""
        if self._settings.norm_adv:
            minibatch = replace(minibatch, advantage=normalised(minibatch.advantage))
        with self._precision.of(self._device):
            parameters, value = self._network(minibatch.observation)
            parameters, value = parameters.float(), value.float()
        policy = self._network.distribution(parameters)
        value = value if minibatch.head is None else picked(value, minibatch.head)
        losses, metrics = compute_losses(policy, value, minibatch, self._settings, self._ent_coef)
        gradients = torch.autograd.grad(losses.total.sum(), self._parameters)
        rates = [float(member.optimiser.param_groups[0]["lr"]) for member in self.members]
        metrics["grad_norm"] = self._adam.step(gradients, rates, self._settings.max_grad_norm, learning)
        return dict(zip(metrics, torch.stack(list(metrics.values())).tolist(), strict=True))

    def _went_too_far(self, seen: dict[str, list[float]]) -> bool:
        target = self._settings.target_kl
        return target is not None and seen["approx_kl"][-1] > target


def _vector_network(member: PPO) -> VectorActorCritic:
    if not isinstance(member.network, VectorActorCritic):
        raise ValueError("only networks for vectors train as one")
    return member.network
