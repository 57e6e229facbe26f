"""Planning with a model: all slots, candidates, particles and members in one batched product for each step ahead.

Continuous actions: the cross-entropy method over sequences (truncated normal; mean and variance move to those of the
elites, and keep a share of what they were), warm-started by the plan of the step before. Discrete actions: random
shooting. A candidate's value is the sum of its rewards over the horizon, averaged over particles, each of which follows
one member; those of a probabilistic model sample what happens. The first action of the best plan is played.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import erf, sqrt
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gsl.config.learners import CaDM as CaDMSettings
from gsl.worker.learners.base import to_device
from gsl.worker.learners.cadm.memory import Memory
from gsl.worker.nets.distributions import Categorical, Distribution, Gaussian
from gsl.worker.nets.dynamics import DynamicsModel

Reward = Callable[[Tensor, Tensor, Tensor], Tensor]

_TRUNCATED = 2.0
"""Deviations from the mean beyond which nothing is sampled."""
_INSIDE = erf(_TRUNCATED / sqrt(2))
_SURE = 1e-3
"""Least deviation and probability in what a plan says of its first action."""


@dataclass(frozen=True)
class Planned:
    """Of N slots: actions to play, the plans to begin from at the next step, and what they thought of the first."""

    action: Tensor  # (N, A) or (N,) int64
    plan: Tensor  # (N, H, A)
    thought: Distribution


class Planner:
    """Plans with a model for a reward."""

    def __init__(self, settings: CaDMSettings, model: DynamicsModel, reward: Reward, discrete: bool) -> None:
        self._settings, self._model, self._reward, self._discrete = settings, model, reward, discrete

    @torch.no_grad()
    def __call__(self, state: Tensor, history: Tensor, plan: Tensor, generator: torch.Generator) -> Planned:
        """For states (N, n) with standardised histories (N, K, n + A) and the plans (N, H, A) of the step before."""
        context = self._model.encode(history)
        if self._discrete:
            return self._shoot(state, context, plan, generator)
        return self._cross_entropy(state, context, plan, generator)

    def _shoot(self, state: Tensor, context: Tensor, plan: Tensor, generator: torch.Generator) -> Planned:
        slots, horizon, size = plan.shape
        shape = (slots, self._settings.candidates, horizon)
        drawn = torch.randint(size, shape, generator=generator, device=state.device)
        value = self._values(state, context, F.one_hot(drawn, size).to(state.dtype), generator)
        elite = value.topk(self._settings.elites, dim=1).indices
        first = drawn[..., 0]
        liked = F.one_hot(first.gather(1, elite), size).to(state.dtype).mean(1)
        best = first.gather(1, value.argmax(1, keepdim=True)).squeeze(1)
        return Planned(best, plan, Categorical(liked.clamp(min=_SURE).log()))

    def _cross_entropy(self, state: Tensor, context: Tensor, plan: Tensor, generator: torch.Generator) -> Planned:
        settings, mean = self._settings, plan
        variance = torch.full_like(mean, settings.start_variance)
        for _ in range(settings.iterations):
            bounded = torch.minimum(variance, ((1 - mean.abs()) / _TRUNCATED).square())
            noise = _truncated((len(mean), settings.candidates, *mean.shape[1:]), generator, state.device)
            drawn = mean[:, None] + noise * bounded.sqrt()[:, None]
            value = self._values(state, context, drawn, generator)
            best = value.topk(settings.elites, dim=1).indices
            elite = drawn.gather(1, best[..., None, None].expand(-1, -1, *mean.shape[1:]))
            kept = settings.keep
            mean = kept * mean + (1 - kept) * elite.mean(1)
            variance = kept * variance + (1 - kept) * elite.var(1, correction=0)
        spread = variance[:, 0].sqrt().clamp(min=_SURE).log()
        following = torch.cat([mean[:, 1:], torch.zeros_like(mean[:, :1])], 1)
        return Planned(mean[:, 0], following, Gaussian(mean[:, 0], spread))

    def _values(self, state: Tensor, context: Tensor, actions: Tensor, generator: torch.Generator) -> Tensor:
        """(N, C) of the candidates' actions (N, C, H, A)."""
        model, (slots, candidates) = self._model, actions.shape[:2]
        each = self._settings.particles // model.members
        (mean, deviation), (change_mean, change_deviation) = model.states.numbers(), model.changes.numbers()

        def spread(rows: Tensor) -> Tensor:
            """(N, C, ...) to (E, N * C * particles of a member, ...)."""
            many = rows[None, :, :, None].expand(model.members, -1, -1, each, *rows.shape[2:])
            return many.reshape(model.members, slots * candidates * each, *rows.shape[2:])

        now, about = (spread(rows[:, None].expand(-1, candidates, -1)) for rows in (state, context))
        ahead, total = spread(actions), now.new_zeros(now.shape[:2])
        for at in range(actions.shape[2]):
            action = ahead[:, :, at]
            change, uncertain = model.predict((now - mean) / deviation, action, about)
            if uncertain is not None:
                noise = torch.randn(change.shape, generator=generator, device=change.device)
                change = change + noise * (uncertain / 2).exp()
            after = now + change * change_deviation + change_mean
            total += self._reward(now, self._played(action), after)
            now = after
        return total.reshape(model.members, slots, candidates, each).mean((0, 3)).nan_to_num(nan=-1e9)

    def _played(self, action: Tensor) -> Tensor:
        """Actions as the reward knows them."""
        return action.argmax(-1) if self._discrete else action


def _truncated(shape: tuple[int, ...], generator: torch.Generator, device: torch.device) -> Tensor:
    """Standard normal within the truncation."""
    uniform = torch.rand(shape, generator=generator, device=device)
    return sqrt(2) * torch.erfinv((2 * uniform - 1) * _INSIDE)


class PlanningPolicy:
    """A Policy. Each slot has a memory of its own; with another number of slots than before, all are blank.

    It plays the plan's first action, which candidates drawn with `seed` decide, so there is no other one to sample.
    """

    def __init__(self, model: DynamicsModel, planner: Planner, horizon: int, device: torch.device, seed: int) -> None:
        self._model, self._planner, self._horizon, self._device = model, planner, horizon, device
        self._generator = torch.Generator(device).manual_seed(seed)
        self._memory = Memory(0, model, horizon)
        self.thought: Distribution | None = None
        """About the last actions."""

    def __call__(self, observation: NDArray[Any]) -> NDArray[Any]:
        seen = to_device(observation, self._device)
        if len(self._memory) != len(seen):
            self._memory = Memory(len(seen), self._model, self._horizon)
        memory = self._memory
        memory.see(seen)
        planned = self._planner(memory.state, memory.history(self._model), memory.plan, self._generator)
        memory.plan, self.thought = planned.plan, planned.thought
        return np.asarray(planned.action.cpu().numpy())
