"""Clusters of points whose sizes differ by at most one: k-means whose assignments are balanced.

Like k-means (Lloyd 1982, initialised by k-means++), but each round assigns the points so that the sum of squared
distances is minimal among all even assignments: a linear assignment problem (Malinen and Franti 2014, "Balanced
K-Means").
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Points = NDArray[np.float64]  # (n, d)
Labels = NDArray[np.int64]  # (n,) cluster of each point

_STARTS = 4
_ROUNDS = 50


def balanced_clusters(points: Points, count: int, rng: np.random.Generator) -> Labels:
    """Split n points into `count` clusters: the solution with the smallest spread of a few random starts."""
    if not 1 <= count <= len(points):
        raise ValueError(f"{len(points)} points cannot be split into {count} clusters")
    tried = [_clusters(points, count, rng) for _ in range(_STARTS)]
    return min(tried, key=lambda labels: _spread(points, labels, count))


def _clusters(points: Points, count: int, rng: np.random.Generator) -> Labels:
    centres = _first_centres(points, count, rng)
    labels = _assigned(_distances(points, centres))
    for _ in range(_ROUNDS):
        again = _assigned(_distances(points, _centres(points, labels, count)))
        if np.array_equal(again, labels):
            break
        labels = again
    return labels


def _first_centres(points: Points, count: int, rng: np.random.Generator) -> Points:
    """k-means++ (Arthur and Vassilvitskii 2007): drawn in proportion to the squared distance from earlier centres."""
    chosen = [int(rng.integers(len(points)))]
    while len(chosen) < count:
        nearest = _distances(points, points[chosen]).min(axis=1)
        nearest[chosen] = 0.0
        left = np.setdiff1d(np.arange(len(points)), chosen)
        total = float(nearest.sum())
        chosen.append(int(rng.choice(len(points), p=nearest / total)) if total > 0 else int(rng.choice(left)))
    return points[chosen]


def _assigned(distances: NDArray[np.float64]) -> Labels:
    """The cheapest assignment with even sizes; `distances` (n, clusters).

    Each cluster has floor(n / k) required places and one optional place. Dummy rows, which cost nothing on optional
    places and are forbidden elsewhere, take the optional places that stay empty.
    """
    points, count = distances.shape
    required, over = divmod(points, count)
    if not over:
        _, places = linear_sum_assignment(np.repeat(distances, required, axis=1))
        return np.asarray(places // required, dtype=np.int64)
    dummies = count - over
    forbidden = 1.0 + float(distances.sum())
    costs = np.full((points + dummies, count * (required + 1)), forbidden)
    costs[:points] = np.repeat(distances, required + 1, axis=1)
    costs[points:, required :: required + 1] = 0.0
    _, places = linear_sum_assignment(costs)
    return np.asarray(places[:points] // (required + 1), dtype=np.int64)


def _centres(points: Points, labels: Labels, count: int) -> Points:
    return np.stack([points[labels == cluster].mean(axis=0) for cluster in range(count)])


def _distances(points: Points, centres: Points) -> NDArray[np.float64]:
    """Squared distances, shape (n, clusters)."""
    return np.asarray(((points[:, None, :] - centres[None]) ** 2).sum(axis=-1))


def _spread(points: Points, labels: Labels, count: int) -> float:
    centres = _centres(points, labels, count)
    return float(((points - centres[labels]) ** 2).sum())
