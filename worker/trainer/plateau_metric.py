"""The figure that criterion H watches: the mean over variations, whatever a sampler prefers."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from worker.rollout.episodes import Episodes, finite

RECENT = 3
"""Episodes over which a variation's own figure is averaged, the newer the heavier."""

Metric = Literal["return", "success"]


class PlainMean:
    """Mean of an epoch's episodes, right where every variation is dealt equally often."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def take(self, episodes: Episodes) -> float | None:
        return episodes.success_rate if self._metric == "success" else episodes.mean_return

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Nothing is remembered."""


class MeanByVariation:
    """Mean over variations of each one's recent episodes, all variations counting alike.

    A sampler that prefers what it can learn from makes the plain mean of an epoch follow its preferences: it falls as
    hard variations are played more often, and rises when they are left. Here a variation that is not played keeps its
    figure. Those never played yet are left out.
    """

    def __init__(self, metric: Metric) -> None:
        self._metric = metric
        self._figures: dict[int, float] = {}
        self._episodes: dict[int, int] = {}

    def take(self, episodes: Episodes) -> float | None:
        """Add an epoch's episodes; None until any has ended."""
        for variation, outcome in zip(episodes.variation.tolist(), self._outcomes(episodes).tolist(), strict=True):
            if finite(outcome) is not None:
                self._add(variation, outcome)
        return float(np.mean(list(self._figures.values()))) if self._figures else None

    def state(self) -> dict[str, Any]:
        return {
            "variations": list(self._figures),
            "figures": list(self._figures.values()),
            "episodes": [self._episodes[variation] for variation in self._figures],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Checkpoints from before this was watched hold nothing: figures then come with the next episodes."""
        variations = state.get("variations", [])
        self._figures = dict(zip(variations, state.get("figures", []), strict=True))
        self._episodes = dict(zip(variations, state.get("episodes", []), strict=True))

    def _outcomes(self, episodes: Episodes) -> NDArray[np.float64]:
        if self._metric == "return":
            return episodes.returns
        return np.empty(0) if episodes.success is None else episodes.success.astype(np.float64)

    def _add(self, variation: int, outcome: float) -> None:
        known = self._figures.get(variation, 0.0)
        count = min(self._episodes.get(variation, 0) + 1, RECENT)
        self._figures[variation] = known + (outcome - known) / count
        self._episodes[variation] = count


def watched(metric: Metric, prioritized: bool) -> PlainMean | MeanByVariation:
    return MeanByVariation(metric) if prioritized else PlainMean(metric)
