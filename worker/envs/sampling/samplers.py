"""Samplers of variations: at random or in turn for training, from a list for evaluation."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gsl.config.sampling import BootstrapSampling, PrioritizedSampling, RoundRobinSampling, Sampling
from gsl.config.suites import SuiteSettings
from gsl.seeds import derive
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.sampling.prioritized import PrioritizedSampler

AHEAD = 256
"""Draws that are made in one call."""


class UniformSampler:
    """Draws from a set of variations without end, all equally often in the long run.

    Draws are made ahead, many in one call, because some suites begin an episode in every step. Its state is what single
    draws would have left.
    """

    def __init__(self, variations: Iterable[int], rng: np.random.Generator) -> None:
        self.variations = frozenset(variations)
        if not self.variations:
            raise EnvError("a sampler needs at least one variation")
        self._order = sorted(self.variations)
        self._rng = rng
        self._before = rng.bit_generator.state  # of what was drawn ahead
        self._ahead: list[int] = []  # the next one last

    def next(self, slot: int) -> int:
        if not self._ahead:
            self._before = self._rng.bit_generator.state
            drawn = self._rng.integers(len(self._order), size=AHEAD)
            self._ahead = [self._order[index] for index in reversed(drawn.tolist())]
        return self._ahead.pop()

    def state(self) -> dict[str, Any]:
        return {"variations": list(self._order), "rng": self._reached()}

    def restore(self, state: dict[str, Any]) -> None:
        if state["variations"] != self._order:
            raise EnvError("this state belongs to a sampler of other variations")
        self._rng.bit_generator.state = state["rng"]
        self._ahead = []

    def _reached(self) -> dict[str, Any]:
        """The state of the generator after what was dealt."""
        if not self._ahead:
            return dict(self._rng.bit_generator.state)
        generator = type(self._rng.bit_generator)()
        generator.state = self._before
        np.random.Generator(generator).integers(len(self._order), size=AHEAD - len(self._ahead))
        return dict(generator.state)


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


@dataclass(frozen=True)
class Sharing:
    """How a learner's policies share the slots: in equal, successive groups; `seed` is that of their samples."""

    slots: int = 1
    policies: int = 1
    seed: int = 0


class BootstrapSampler:
    """Each group of slots draws without end from a bootstrap sample of its own of a set of variations.

    The samples depend on the variations and `sharing` alone, not on `rng`, so all jobs of a run have the same ones.
    """

    def __init__(self, variations: Iterable[int], rng: np.random.Generator, sharing: Sharing) -> None:
        self.variations = frozenset(variations)
        if not self.variations:
            raise EnvError("a sampler needs at least one variation")
        order = sorted(self.variations)
        self.samples = [
            np.random.default_rng(derive(sharing.seed, "bootstrap", group)).choice(order, len(order)).tolist()
            for group in range(sharing.policies)
        ]
        self._group = [slot * sharing.policies // sharing.slots for slot in range(sharing.slots)]
        self._rng = rng

    def next(self, slot: int) -> int:
        sample: list[int] = self.samples[self._group[slot]]
        return sample[int(self._rng.integers(len(sample)))]

    def state(self) -> dict[str, Any]:
        return {"samples": [list(sample) for sample in self.samples], "rng": self._rng.bit_generator.state}

    def restore(self, state: dict[str, Any]) -> None:
        if state["samples"] != self.samples:
            raise EnvError("this state belongs to a sampler of other variations")
        self._rng.bit_generator.state = state["rng"]


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


TrainingSampler = UniformSampler | RoundRobinSampler | PrioritizedSampler | BootstrapSampler


def training_sampler(
    suite: SuiteSettings, variations: Collection[int], rng: np.random.Generator, sampling: Sampling | None = None,
    sharing: Sharing | None = None,
) -> TrainingSampler:  # fmt: skip
    """The sampler for training. Raises EnvError if one of `variations` is not a training variation."""
    foreign = sorted(set(variations) - set(suite.training_variations()))
    if foreign:
        raise EnvError(f"{suite.name}: not training variations: {foreign[:10]}")
    if isinstance(sampling, PrioritizedSampling):
        return PrioritizedSampler(variations, rng, sampling)
    if isinstance(sampling, RoundRobinSampling):
        return RoundRobinSampler(variations)
    if isinstance(sampling, BootstrapSampling):
        return BootstrapSampler(variations, rng, sharing or Sharing())
    return UniformSampler(variations, rng)
