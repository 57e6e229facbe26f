"""The policy as it plays trials: it keeps what the first episodes showed, and then takes the inner step."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import MAML as MAMLSettings
from gsl.worker.learners.base import to_device
from gsl.worker.learners.maml.phases import Played, inner_step, phase_of
from gsl.worker.nets.adaptive import AdaptivePolicy
from gsl.worker.nets.distributions import Distribution
from gsl.worker.nets.parallel import one_thread
from gsl.worker.spaces import FORGET

_FIRST_ROOM = 64
"""Steps for which there is room at first."""


class AdaptingPolicy:
    """A Policy. Each slot adapts by itself, after `adapt_after` episodes of its trial, and until the trial ends.

    Before that, actions are sampled even if it is `deterministic`: without chance there is nothing to learn from. With
    another number of slots than before, all of them begin a trial.
    """

    def __init__(
        self, network: AdaptivePolicy, settings: MAMLSettings, device: torch.device, *, deterministic: bool,
        generator: torch.Generator,
    ) -> None:  # fmt: skip
        self._network, self._settings, self._device = network, settings, device
        self._deterministic, self._generator = deterministic, generator
        self.thought: Distribution | None = None
        """The distribution from which the last actions came."""
        self._begin(0)

    def __call__(self, observation: NDArray[Any]) -> NDArray[Any]:
        return self.act(observation)[0]

    @torch.no_grad()
    def act(self, observation: NDArray[Any]) -> tuple[NDArray[Any], Tensor]:
        """Actions, and their log-probabilities (num_envs,) on the CPU."""
        if len(observation) != len(self._steps):
            self._begin(len(observation))
        self._learn(observation)
        self.thought = thought = self._network.distribution(self._parameters(to_device(observation, self._device)))
        with one_thread():
            action = thought.sample(self._generator)
            if self._deterministic:
                adapted = torch.from_numpy(self._adapted).to(self._device)
                action = torch.where(adapted.view(-1, *[1] * (action.dim() - 1)), thought.mode(), action)
            log_prob = thought.log_prob(action).cpu()
        chosen = np.asarray(action.cpu().numpy())
        self._keep(observation, chosen)
        return chosen, log_prob

    def _begin(self, slots: int) -> None:
        self._steps = np.zeros(slots, np.int64)  # kept of each slot's trial
        self._ended = np.zeros(slots, np.int64)  # its episodes before it adapts
        self._adapted = np.zeros(slots, np.bool_)
        self._kept: dict[str, NDArray[Any]] = {}  # columns (room, slots, ...)
        self._own = [one.detach().repeat(slots, *[1] * one.dim()) for one in self._network.learned()]

    def _parameters(self, seen: Tensor) -> Tensor:
        """(num_envs, P): the policy's parameters, by each slot's own weights."""
        if not self._adapted.any():
            return self._network.policy_parameters(seen)
        return self._network.each(self._own, seen[:, None])[:, 0]

    def _learn(self, observation: NDArray[Any]) -> None:
        """What the last step brought, and the inner step of the slots for which it is time."""
        begins = observation[:, -1] == FORGET
        if begins.any():
            self._forget(begins)
        waiting = np.flatnonzero(~self._adapted & (self._steps > 0))
        if not len(waiting):
            return
        at, ended = self._steps[waiting] - 1, observation[waiting, -2] > 0
        self._kept["reward"][at, waiting], self._kept["done"][at, waiting] = observation[waiting, -3], ended
        self._ended[waiting] += ended
        due = waiting[self._ended[waiting] >= self._settings.adapt_after]
        if len(due):
            self._adapt(due)

    def _forget(self, begins: NDArray[np.bool_]) -> None:
        self._steps[begins] = self._ended[begins] = 0
        self._adapted[begins] = False
        where = torch.from_numpy(begins).to(self._device)
        for own, shared in zip(self._own, self._network.learned(), strict=True):
            own[where] = shared

    def _adapt(self, due: NDArray[np.int64]) -> None:
        settings, longest = self._settings, int(self._steps[due].max())
        played = Played(**{name: torch.from_numpy(column[:longest, due]) for name, column in self._kept.items()})
        counted = torch.from_numpy(np.arange(longest)[:, None] < self._steps[due])
        before = phase_of(played, counted, settings.gamma, settings.gae_lambda, self._device)
        adapted = inner_step(self._network, self._network.learned(), before, settings.learning_rate)
        for own, one in zip(self._own, adapted, strict=True):
            own[torch.from_numpy(due).to(self._device)] = one
        self._adapted[due] = True

    def _keep(self, observation: NDArray[Any], action: NDArray[Any]) -> None:
        """This step, of the slots that have not adapted yet."""
        slots = np.flatnonzero(~self._adapted)
        if not len(slots):
            return
        at = self._steps[slots]
        self._make_room(int(at.max()) + 1, observation, action)
        self._kept["observation"][at, slots], self._kept["action"][at, slots] = observation[slots], action[slots]
        self._steps[slots] += 1

    def _make_room(self, rows: int, observation: NDArray[Any], action: NDArray[Any]) -> None:
        room = len(self._kept["reward"]) if self._kept else 0
        if rows <= room:
            return
        more, plain = max(_FIRST_ROOM, room), np.zeros(len(observation), np.float32)
        like = {"observation": observation, "action": action, "reward": plain, "done": plain > 0, "log_prob": plain}
        for name, row in like.items():
            new = np.zeros((more, *row.shape), row.dtype)
            self._kept[name] = np.concatenate([self._kept[name], new]) if room else new
