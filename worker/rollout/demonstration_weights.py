"""How often each demonstrated step is learned from: every variation as often as any other, whatever it has of steps."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Weight = Literal["none", "return", "advantage"]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

_FURTHEST = 2.0
"""Deviations from the mean beyond which nothing weighs more or less: at most e^4 = 55 times as much as another step."""


def step_weights(
    by: Weight, variation: Numbers, episode: Numbers, episode_return: Floats, reward: Floats | None
) -> Floats:
    """Weights (steps,), 1 on average and with the same sum for each variation; all arguments are (steps,).

    Within a variation `none` weighs steps alike, the others by exp(z), z being how many deviations the episode's return
    (`return`) or the step's advantage (`advantage`) lies above the variation's mean: the weights of advantage-weighted
    regression (Peng et al. 2019) with a temperature of one deviation, so that no scale of rewards matters.
    Raises ValueError where `advantage` has no rewards.
    """
    weights = np.ones(len(variation))
    chosen, which = np.unique(variation, return_inverse=True)
    if by == "advantage" and reward is None:
        raise ValueError("advantages need rewards")
    for place in range(len(chosen)):
        mine = which == place
        if by == "return":
            first = np.unique(episode[mine], return_index=True)[1]
            weights[mine] = _exponential(episode_return[mine], episode_return[mine][first])
        elif by == "advantage" and reward is not None:
            advantages = _advantages(episode[mine], reward[mine])
            weights[mine] = _exponential(advantages, advantages)
        weights[mine] *= len(variation) / len(chosen) / weights[mine].sum()
    return weights


def _exponential(figures: Floats, sample: Floats) -> Floats:
    """exp of the figures' distance from the sample's mean in its deviations; 1 where it does not vary."""
    deviation = float(sample.std())
    if deviation <= 1e-9 * max(1.0, float(np.abs(sample).max())):
        return np.ones(len(figures))
    return np.asarray(np.exp(np.clip((figures - sample.mean()) / deviation, -_FURTHEST, _FURTHEST)))


def _advantages(episode: Numbers, reward: Floats) -> Floats:
    """What was still earned from each step on, less what the variation's episodes earn from that step on, on average.

    An episode that has ended by then counts with 0.
    """
    parts = np.split(reward, np.flatnonzero(np.diff(episode)) + 1)
    left = [part[::-1].cumsum()[::-1] for part in parts]
    mean = np.zeros(max(map(len, left)))
    for part in left:
        mean[: len(part)] += part / len(left)
    return np.concatenate([part - mean[: len(part)] for part in left])
