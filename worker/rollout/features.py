"""The mean features of each variation under a policy, small enough for a report.

Features are the input of the policy's last layer. A fixed random projection reduces them to 16 numbers, which preserves
distances well enough for clustering (Johnson and Lindenstrauss 1984). It depends on the width alone, so that the
features of all policies with the same network are comparable.
"""

from collections import defaultdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gsl.protocol.reports import VariationFeatures
from gsl.seeds import derive
from gsl.worker.envs.base import IDLE
from gsl.worker.nets import ActorCritic
from gsl.worker.rollout.env_runner import StepResult

SIZE = 16
STRIDE = 4  # every fourth step of an episode is used, beginning with the first


class FeatureObserver:
    """An Observer that runs the policy's network again on some of the steps."""

    def __init__(self, network: ActorCritic, device: torch.device) -> None:
        self._network, self._device = network, device
        self._sums: dict[int, NDArray[np.float64]] = defaultdict(lambda: np.zeros(SIZE))
        self._steps: dict[int, int] = defaultdict(int)
        self._age: NDArray[np.int64] | None = None

    def __call__(self, observation: NDArray[Any], action: NDArray[Any], result: StepResult) -> None:
        variation = result.step.variation
        age = np.zeros(len(variation), np.int64) if self._age is None else self._age
        rows = np.flatnonzero((variation != IDLE) & (age % STRIDE == 0))
        if len(rows):
            for number, features in zip(variation[rows], self._features(observation[rows]), strict=True):
                self._sums[int(number)][: len(features)] += features
                self._steps[int(number)] += 1
        self._age = np.where(result.step.done, 0, age + 1)

    def report(self) -> tuple[VariationFeatures, ...]:
        """Mean over the steps used, to five digits."""
        return tuple(
            VariationFeatures(
                variation=number,
                features=tuple(float(f"{mean:.5g}") for mean in np.nan_to_num(self._sums[number] / steps)),
            )
            for number, steps in sorted(self._steps.items())
        )

    @torch.no_grad()
    def _features(self, observation: NDArray[Any]) -> NDArray[np.float64]:
        """Features (B, at most SIZE) of observations (B, *observation_shape)."""
        seen = self._network.policy_features(torch.as_tensor(observation).to(self._device))
        return projected(seen.double().cpu().numpy())


def projected(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """(B, width) to (B, SIZE); features of at most SIZE stay as they are."""
    width = features.shape[1]
    if width <= SIZE:
        return features
    rng = np.random.default_rng(derive(width, "feature projection"))
    return np.asarray(features @ rng.normal(scale=SIZE**-0.5, size=(width, SIZE)))
