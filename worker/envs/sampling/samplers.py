"""Samplers of variations: at random or in turn for training, from a list for evaluation."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from gsl.config.sampling import PrioritizedSampling, RoundRobinSampling, Sampling
from gsl.config.suites import SuiteSettings
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.sampling.prioritized import PrioritizedSampler


class UniformSampler:
    """Draws from a set of variations without end, all equally often in the long run."""

    def __init__(self, variations: Iterable[int], rng: np.random.Generator) -> None:
        self.variations = frozenset(variations)
        if not self.variations:
            raise EnvError("a sampler needs at least one variation")
        self._order = sorted(self.variations)
        self._rng = rng

    def next(self, slot: int) -> int:
        return self._order[int(self._rng.integers(len(self._order)))]

    def state(self) -> dict[str, Any]:
        return {"variations": list(self._order), "rng": self._rng.bit_generator.state}

    def restore(self, state: dict[str, Any]) -> None:
        if state["variations"] != self._order:
            raise EnvError("this state belongs to a sampler of other variations")
        self._rng.bit_generator.state = state["rng"]


class RoundRobinSampler:
    """Deals a set of variations in turn, in the order of their ids, without end, to whichever slot asks first.

    All slots share one turn, so the numbers of times that variations were dealt differ by at most one. If all episodes
    are equally long and the number of slots is a multiple of that of variations, each slot always plays the same one.
    """

    def __init__(self, variations: Iterable[int]) -> None:
        self.variations = frozenset(variations)
        if not self.variations:
            raise EnvError("a sampler needs at least one variation")
        self._order = sorted(self.variations)
        self._dealt = 0

    def next(self, slot: int) -> int:
        self._dealt += 1
        return self._order[(self._dealt - 1) % len(self._order)]

    def state(self) -> dict[str, Any]:
        return {"variations": list(self._order), "dealt": self._dealt}

    def restore(self, state: dict[str, Any]) -> None:
        if state["variations"] != self._order:
            raise EnvError("this state belongs to a sampler of other variations")
        self._dealt = state["dealt"]


class QueueSampler:
    """Deals a sequence once, in order, to whichever slot asks first."""

    def __init__(self, sequence: Sequence[int]) -> None:
        self.variations = frozenset(sequence)
        self._sequence = list(sequence)
        self._position = 0

    @property
    def remaining(self) -> int:
        """Number of variations still to be dealt."""
        return len(self._sequence) - self._position

    def next(self, slot: int) -> int | None:
        if not self.remaining:
            return None
        self._position += 1
        return self._sequence[self._position - 1]

    def state(self) -> dict[str, Any]:
        return {"sequence": list(self._sequence), "position": self._position}

    def restore(self, state: dict[str, Any]) -> None:
        if state["sequence"] != self._sequence:
            raise EnvError("this state belongs to a sampler of another sequence")
        self._position = state["position"]


def training_sampler(
    suite: SuiteSettings, variations: Collection[int], rng: np.random.Generator, sampling: Sampling | None = None
) -> UniformSampler | RoundRobinSampler | PrioritizedSampler:
    """The sampler for training. Raises EnvError if one of `variations` is not a training variation."""
    foreign = sorted(set(variations) - set(suite.training_variations()))
    if foreign:
        raise EnvError(f"{suite.name}: not training variations: {foreign[:10]}")
    if isinstance(sampling, PrioritizedSampling):
        return PrioritizedSampler(variations, rng, sampling)
    if isinstance(sampling, RoundRobinSampling):
        return RoundRobinSampler(variations)
    return UniformSampler(variations, rng)
