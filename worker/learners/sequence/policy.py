"""A sequence model that acts: each slot has a memory of its trial."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.worker.learners.base import to_device
from gsl.worker.nets.distributions import Distribution
from gsl.worker.nets.sequence import SlotMemory
from gsl.worker.nets.sequence_policy import SequenceActorCritic
from gsl.worker.spaces import FORGET, NOTE, RECALL


class SequencePolicy:
    """A Policy. The marks in its observations clear memories, keep them aside or bring them back.

    With another number of slots than before, all of them begin a trial. After `prompt`, the trials that begin next do
    so with what they were shown.
    """

    def __init__(self, network: SequenceActorCritic, device: torch.device, *, deterministic: bool, seed: int) -> None:
        self._network, self._device, self._deterministic = network, device, deterministic
        self._generator = torch.Generator(device).manual_seed(seed)
        self._memory = self._noted = network.body.blank(0)
        self._count = 0
        self._prompt: Tensor | None = None
        self.thought: Distribution | None = None
        """The distribution from which the last actions came."""

    def prompt(self, observation: NDArray[Any], action: NDArray[Any], reward: NDArray[Any], done: NDArray[Any]) -> None:
        """Show steps (T, ...) of a demonstration, with the suite's own observations, to trials that begin from now on.

        The demonstration may be anybody's, also one that can be improved on.
        """
        seen, chosen, earned, ended = (torch.as_tensor(each) for each in (observation, action, reward, done))
        tokens = tokens_of(seen, chosen, earned, ended, self._network.head.out_features)
        self._prompt = tokens.to(self._device)

    @torch.no_grad()
    def __call__(self, observation: NDArray[Any]) -> NDArray[Any]:
        seen = to_device(observation, self._device)
        self._prepare(seen)
        features = self._network.body.step(self._token(seen), self._memory)
        self.thought = thought = self._network.distribution(self._network.head.forward(features))
        action = thought.mode() if self._deterministic else thought.sample(self._generator)
        return np.asarray(action.cpu().numpy())

    def _prepare(self, seen: Tensor) -> None:
        """The memories with which the slots begin this step."""
        if self._count != len(seen):
            self._count, self._memory = len(seen), self._network.body.blank(len(seen))
            self._noted = _copied(self._memory)
        mark = seen[:, -1]
        if (forgets := mark == FORGET).any():
            self._network.body.forget(self._memory, forgets)
            self._show(forgets)
        for wanted, source, target in ((NOTE, self._memory, self._noted), (RECALL, self._noted, self._memory)):
            if (chosen := mark == wanted).any():
                for name in target:
                    target[name][chosen] = source[name][chosen]

    def _token(self, seen: Tensor) -> Tensor:
        """What a slot sees; a trial after a prompt does not begin with nothing, but with the prompt's last step."""
        token = seen[:, :-1]
        if self._prompt is not None:
            first = seen[:, -1:] == FORGET
            own = self._network.seen
            last = self._prompt[-1, own:].expand(len(seen), -1)
            token = torch.cat([token[:, :own], torch.where(first, last, token[:, own:])], dim=1)
        return token

    def _show(self, slots: Tensor) -> None:
        """Let these slots see the prompt: all do, and the others get their memory back."""
        if self._prompt is None:
            return
        kept = _copied(self._memory)
        for token in self._prompt[:-1]:
            self._network.body.step(token.expand(len(slots), -1), self._memory)
        for name in kept:
            self._memory[name][~slots] = kept[name][~slots]


def tokens_of(observation: Tensor, action: Tensor, reward: Tensor, done: Tensor, actions: int) -> Tensor:
    """(T + 1, size): before each step, and after the last one, what is seen with the last action, reward and end.

    After the last step nothing is seen yet, so the observation is zero there. Before the first there is no last action.
    """
    steps, width = observation.shape
    tokens = observation.new_zeros((steps + 1, width + actions + 2), dtype=torch.float32)
    tokens[:-1, :width] = observation
    tokens[1:, width : width + actions] = torch.nn.functional.one_hot(action, actions)
    tokens[1:, -2], tokens[1:, -1] = reward, done.to(torch.float32)
    return tokens


def _copied(memory: SlotMemory) -> SlotMemory:
    return {name: one.clone() for name, one in memory.items()}
