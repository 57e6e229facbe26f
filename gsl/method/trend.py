"""How much a noisy curve rises at most: least squares on block means, with Student's t for the bound."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

BLOCKS = 10
"""Epochs are put together in so many blocks, since neighbouring epochs of one policy err alike."""
KNOWN = 1e-3
"""Episodes from which a block's mean is known."""

Array = NDArray[np.float64]


def upper_bound_of_rise(values: Array, weights: Array, confidence: float) -> float | None:
    """One-sided upper confidence bound of the rise from the first to the last epoch, of a line through all of them.

    `values` and `weights` (the episodes behind each) have shape (epochs,). A line is fitted to the weighted means of
    blocks, each weighing as much as its episodes; the blocks' scatter about it gives the standard error of its slope.
    None where fewer than three blocks are known: then nothing can be said.
    """
    count = len(values)
    places, means, sums = _blocks(values, weights)
    known = sums >= KNOWN
    places, means, sums = places[known], means[known], sums[known]
    freedom = len(means) - 2
    if freedom < 1:
        return None
    centred = places - places @ sums / sums.sum()
    spread = float(sums @ centred**2)
    level = float(means @ sums / sums.sum())
    slope = float((sums * centred) @ (means - level)) / spread
    scatter = float(sums @ (means - level - slope * centred) ** 2) / freedom
    return (slope + float(stdtrit(freedom, confidence)) * math.sqrt(scatter / spread)) * (count - 1)


def _blocks(values: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Centre in epochs, weighted mean and weight of each block; as equal in length as whole epochs allow."""
    starts, places = _layout(len(values))
    sums = np.add.reduceat(weights, starts)
    return places, np.add.reduceat(weights * values, starts) / sums, sums


@lru_cache(maxsize=8)
def _layout(count: int) -> tuple[NDArray[np.int64], Array]:
    """Where each block begins and where its centre lies."""
    edges = np.linspace(0, count, min(BLOCKS, count) + 1).round().astype(np.int64)
    return edges[:-1], (edges[:-1] + edges[1:] - 1) / 2
