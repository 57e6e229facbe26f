"""Prioritized level replay (Jiang et al. 2021, algorithm 2): prefers variations with more left to learn."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.sampling import PrioritizedSampling
from gsl.worker.envs.base import EnvError


class PrioritizedSampler:
    """Draws from a set of variations without end: new ones at random, known ones by score and staleness."""

    def __init__(self, variations: Iterable[int], rng: np.random.Generator, settings: PrioritizedSampling) -> None:
        self.variations = frozenset(variations)
        if not self.variations:
            raise EnvError("a sampler needs at least one variation")
        self._order = np.array(sorted(self.variations), np.int64)
        self._rng, self._settings = rng, settings
        self._score = np.full(len(self._order), np.nan)  # (V,) by position; unknown until learned from
        self._dealt_at = np.zeros(len(self._order), np.int64)  # (V,) number dealt before the last time; 0 if never
        self._dealt = 0
        self._ranked = np.empty(0, np.int64)  # positions of the known ones, highest score first
        self._by_rank = np.empty(0)  # their probabilities

    def next(self, slot: int) -> int:
        place = self._choose()
        self._dealt += 1
        self._dealt_at[place] = self._dealt
        return int(self._order[place])

    def learn(self, variation: NDArray[np.int64], advantage: NDArray[np.floating[Any]]) -> None:
        """Update the scores of the variations just learned from; both arguments are (steps,)."""
        place = np.searchsorted(self._order, variation).clip(max=len(self._order) - 1)
        mine = (self._order[place] == variation) & np.isfinite(advantage)
        place, error = place[mine], np.abs(advantage[mine].astype(np.float64))
        steps = np.bincount(place, minlength=len(self._order))
        total = np.bincount(place, weights=error, minlength=len(self._order))
        seen = steps > 0
        self._score[seen] = total[seen] / steps[seen]
        self._rank()

    def state(self) -> dict[str, Any]:
        return {
            "variations": self._order.tolist(),
            "scores": [None if np.isnan(score) else float(score) for score in self._score],
            "dealt_at": self._dealt_at.tolist(),
            "rng": self._rng.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        if state["variations"] != self._order.tolist():
            raise EnvError("this state belongs to a sampler of other variations")
        self._score = np.array([np.nan if score is None else score for score in state["scores"]], np.float64)
        self._dealt_at = np.array(state["dealt_at"], np.int64)
        self._dealt = int(self._dealt_at.max())
        self._rng.bit_generator.state = state["rng"]
        self._rank()

    def _choose(self) -> int:
        """Position of the next variation."""
        unknown = np.flatnonzero(self._dealt_at == 0)
        if len(self._ranked) and (not len(unknown) or self._rng.random() < self._settings.replay_probability):
            return int(self._rng.choice(self._ranked, p=self._shares()))
        return int(self._rng.choice(unknown if len(unknown) else len(self._order)))

    def _shares(self) -> NDArray[np.float64]:
        """Probabilities of the known variations: P = (1 - rho) P_score + rho P_stale."""
        age = (self._dealt - self._dealt_at[self._ranked]).astype(np.float64)
        stale = age / age.sum() if age.any() else np.full(len(age), 1 / len(age))
        return (1 - self._settings.staleness) * self._by_rank + self._settings.staleness * stale

    def _rank(self) -> None:
        known = np.flatnonzero(~np.isnan(self._score))
        self._ranked = known[np.argsort(-self._score[known], kind="stable")]
        logs = -np.log(np.arange(1, len(known) + 1)) / self._settings.temperature
        weight = np.exp(logs)  # the first is 1, so that no temperature makes all of them zero
        self._by_rank = weight / weight.sum()
