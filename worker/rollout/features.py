"""What a policy makes of each variation: its mean features, small enough for a report.

Features are what the policy's last layer sees. A fixed random projection brings them to 16 numbers, which keeps
distances well enough for clustering (Johnson and Lindenstrauss 1984); it depends on the width alone, so that figures of
one network's policies are comparable.
"""

from collections import defaultdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gsl.protocol.reports import VariationFeatures
from gsl.seeds import derive
from worker.envs.base import IDLE
from worker.nets import ActorCritic
from worker.rollout.env_runner import Advance

SIZE = 16
STRIDE = 4  # of an episode's steps every fourth is looked at, the first included


class FeatureWatcher:
    """Looks on while a policy plays; its network computes once more what it saw at some of the steps."""

    def __init__(self, network: ActorCritic, device: torch.device) -> None:
        self._network, self._device = network, device
        self._sums: dict[int, NDArray[np.float64]] = defaultdict(lambda: np.zeros(SIZE))
        self._steps: dict[int, int] = defaultdict(int)
        self._age: NDArray[np.int64] | None = None

    def __call__(self, observation: NDArray[Any], action: NDArray[Any], advance: Advance) -> None:
        variation = advance.step.variation
        age = np.zeros(len(variation), np.int64) if self._age is None else self._age
        rows = np.flatnonzero((variation != IDLE) & (age % STRIDE == 0))
        if len(rows):
            for number, features in zip(variation[rows], self._features(observation[rows]), strict=True):
                self._sums[int(number)][: len(features)] += features
                self._steps[int(number)] += 1
        self._age = np.where(advance.step.done, 0, age + 1)

    def report(self) -> tuple[VariationFeatures, ...]:
        """Mean over the steps that were looked at, to five digits."""
        return tuple(
            VariationFeatures(
                variation=number,
                features=tuple(float(f"{mean:.5g}") for mean in np.nan_to_num(self._sums[number] / steps)),
            )
            for number, steps in sorted(self._steps.items())
        )

    @torch.no_grad()
    def _features(self, observation: NDArray[Any]) -> NDArray[np.float64]:
        """(B, at most SIZE) of observations (B, *observation_shape)."""
        seen = self._network.policy_features(torch.as_tensor(observation).to(self._device))
        return projected(seen.double().cpu().numpy())


def projected(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """(B, width) to (B, SIZE); what is no wider stays as it is."""
    width = features.shape[1]
    if width <= SIZE:
        return features
    rng = np.random.default_rng(derive(width, "feature projection"))
    return np.asarray(features @ rng.normal(scale=SIZE**-0.5, size=(width, SIZE)))
