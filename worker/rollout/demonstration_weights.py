"""How often each demonstrated step is used: all variations equally often, however many steps they have."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Weight = Literal["none", "return", "advantage"]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

_FURTHEST = 2.0
"""Limit of z, in standard deviations: a step has at most e^4 = 55 times the weight of another."""


def step_weights(
    by: Weight, variation: Numbers, episode: Numbers, episode_return: Floats, reward: Floats | None
) -> Floats:
    """Weights (steps,), 1 on average and with the same sum for each variation; all arguments are (steps,).

    Within a variation, `none` gives all steps the same weight. The others use exp(z), where z is the number of standard
    deviations by which the episode's return (`return`) or the step's advantage (`advantage`) exceeds the variation's
    mean: advantage-weighted regression (Peng et al. 2019) with a temperature of one deviation, so that the scale of
    rewards does not matter. Raises ValueError for `advantage` without rewards.
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


def _exponential(values: Floats, sample: Floats) -> Floats:
    """exp(z) of the values, with mean and deviation of `sample`; 1 if the sample does not vary."""
    deviation = float(sample.std())
    if deviation <= 1e-9 * max(1.0, float(np.abs(sample).max())):
        return np.ones(len(values))
    return np.asarray(np.exp(np.clip((values - sample.mean()) / deviation, -_FURTHEST, _FURTHEST)))


def _advantages(episode: Numbers, reward: Floats) -> Floats:
    """Return from each step to the end of its episode, minus the average over the variation's episodes at that step.

    An episode that has ended by then counts as 0.
    """
    parts = np.split(reward, np.flatnonzero(np.diff(episode)) + 1)
    left = [part[::-1].cumsum()[::-1] for part in parts]
    mean = np.zeros(max(map(len, left)))
    for part in left:
        mean[: len(part)] += part / len(left)
    return np.concatenate([part - mean[: len(part)] for part in left])
