"""What criterion H is applied to: an epoch's mean over variations, whichever of them a sampler prefers."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gsl.method.plateau import PlateauDetector
from gsl.method.variation_returns import finite
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import PlateauReport
from gsl.worker.rollout.episodes import Episodes

RECENT = 3
"""Episodes over which each variation is averaged, the newer ones with more weight."""

Metric = Literal["return", "success"]


class PlainMean:
    """Mean of an epoch's episodes: right if every variation is played equally often."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def update(self, episodes: Episodes) -> float | None:
        return episodes.success_rate if self._metric == "success" else episodes.mean_return

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Nothing to restore."""


class MeanByVariation:
    """Mean over variations of each one's recent episodes; all variations have the same weight.

    With a sampler that prefers some variations, the plain mean of an epoch follows its preferences: it falls when hard
    variations are played more often, and rises when they are not. Here a variation that is not played keeps its value.
    Variations that were never played are left out.
    """

    def __init__(self, metric: Metric) -> None:
        self._metric = metric
        self._means: dict[int, float] = {}
        self._episodes: dict[int, int] = {}

    def update(self, episodes: Episodes) -> float | None:
        """Add an epoch's episodes; None until one has ended."""
        for variation, outcome in zip(episodes.variation.tolist(), self._outcomes(episodes).tolist(), strict=True):
            if finite(outcome) is not None:
                self._add(variation, outcome)
        return float(np.mean(list(self._means.values()))) if self._means else None

    def state(self) -> dict[str, Any]:
        return {
            "variations": list(self._means),
            "figures": list(self._means.values()),
            "episodes": [self._episodes[variation] for variation in self._means],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Older checkpoints contain nothing: the means then start with the next episodes."""
        variations = state.get("variations", [])
        self._means = dict(zip(variations, state.get("figures", []), strict=True))
        self._episodes = dict(zip(variations, state.get("episodes", []), strict=True))

    def _outcomes(self, episodes: Episodes) -> NDArray[np.float64]:
        if self._metric == "return":
            return episodes.returns
        return np.empty(0) if episodes.success is None else episodes.success.astype(np.float64)

    def _add(self, variation: int, outcome: float) -> None:
        mean = self._means.get(variation, 0.0)
        count = min(self._episodes.get(variation, 0) + 1, RECENT)
        self._means[variation] = mean + (outcome - mean) / count
        self._episodes[variation] = count


def plateau_metric(metric: Metric, prioritized: bool) -> PlainMean | MeanByVariation:
    return MeanByVariation(metric) if prioritized else PlainMean(metric)


class PlateauWatch:
    """Criterion H on a job's epochs: for a generalist before the gate, and for any job that ends at a plateau."""

    def __init__(self, spec: JobSpec, prioritized: bool) -> None:
        self._applies = spec.kind == "generalist" or spec.stop_at_plateau
        self._metric = plateau_metric(spec.config.plateau.metric, prioritized)
        self._detector = PlateauDetector(spec.config.plateau)

    def update(self, epoch: int, episodes: Episodes) -> PlateauReport | None:
        """Add an epoch; the plateau if criterion H holds now."""
        if not self._applies:
            return None
        return self._detector.update(epoch, self._metric.update(episodes), len(episodes))

    def rearm(self) -> None:
        """Another job continues: it may find a plateau again."""
        self._detector.rearm()

    def state(self) -> dict[str, Any]:
        """Two entries of the job's state."""
        return {"detector": dict(self._detector.state()), "watched": self._metric.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a job's state; older ones have no `watched`."""
        self._detector.restore(state["detector"])
        self._metric.restore(state.get("watched", {}))
