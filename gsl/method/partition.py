"""How the lowest variations are divided among specialists."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Partition = tuple[tuple[int, ...], ...]
Kind = Literal["random", "balanced", "clustered"]
Features = Mapping[int, Sequence[float]]


def split(
    variations: Sequence[int],
    count: int,
    kind: Kind,
    returns: Mapping[int, float],
    seed: int,
    features: Features | None = None,
) -> Partition:
    """Split `variations` into `count` disjoint sets whose sizes differ by at most one.

    `returns` and, for clusters, the policy's mean `features` are by variation; both may be incomplete. Raises
    ValueError unless there are 1 to len(variations) specialists.
    """
    if not 1 <= count <= len(variations):
        raise ValueError(f"{len(variations)} variations cannot be divided among {count} specialists")
    rng = np.random.default_rng(seed)
    shuffled = [variations[i] for i in rng.permutation(len(variations))]
    if kind == "clustered":
        return _clustered(shuffled, count, returns, features or {}, rng)
    return _dealt(shuffled, count) if kind == "random" else _balanced(shuffled, count, returns)


def _dealt(shuffled: Sequence[int], count: int) -> Partition:
    """The paper's split: uniformly at random."""
    return tuple(tuple(sorted(shuffled[i::count])) for i in range(count))


def _balanced(shuffled: Sequence[int], count: int, returns: Mapping[int, float]) -> Partition:
    """Every specialist gets about the same sum of returns, so that none gets only the hardest variations.

    Greedy, in rounds: the variations are sorted by return, highest first, and dealt `count` at a time; within a round
    the highest goes to the specialist with the lowest sum so far. Unknown returns count as the lowest; ties are random.
    """
    value = _values(shuffled, returns)
    ordered = sorted(shuffled, key=lambda v: -value[v])
    parts: list[list[int]] = [[] for _ in range(count)]
    for first in range(0, len(ordered), count):
        by_need = sorted(parts, key=lambda part: sum(value[v] for v in part))
        for part, variation in zip(by_need, ordered[first : first + count], strict=False):
            part.append(variation)
    return tuple(tuple(sorted(part)) for part in parts)


def _clustered(
    shuffled: Sequence[int], count: int, returns: Mapping[int, float], features: Features, rng: np.random.Generator
) -> Partition:
    """Variations with similar returns and policy features share a specialist (UniDexGrasp++; GSL-PCD).

    Returns and features have equal weight: each is centred and scaled to a total variance of one.
    """
    from gsl.method.clustering import (
        balanced_clusters,  # imports scipy.optimize, 0.3 s that only clustering needs
    )

    value = _values(shuffled, returns)
    blocks = [np.array([[value[v]] for v in shuffled], dtype=np.float64), _feature_table(shuffled, features)]
    labels = balanced_clusters(np.concatenate([_scaled(block) for block in blocks], axis=1), count, rng)
    parts = ([v for v, label in zip(shuffled, labels, strict=True) if label == cluster] for cluster in range(count))
    return tuple(sorted(tuple(sorted(part)) for part in parts))


def _values(variations: Sequence[int], returns: Mapping[int, float]) -> dict[int, float]:
    """Returns by variation; an unknown one counts as the lowest."""
    floor = min((returns[v] for v in variations if v in returns), default=0.0)
    return {v: returns.get(v, floor) for v in variations}


def _feature_table(variations: Sequence[int], features: Features) -> NDArray[np.float64]:
    """Shape (variations, features); a variation without features gets the mean of the others."""
    known = np.array([features[v] for v in variations if v in features], dtype=np.float64)
    if not len(known):
        return np.zeros((len(variations), 0))
    middle = known.mean(axis=0)
    return np.array([features.get(v, middle) for v in variations], dtype=np.float64)


def _scaled(block: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = block - block.mean(axis=0)
    total = float(centred.var(axis=0).sum())
    return np.asarray(centred / np.sqrt(total)) if total > 0 else centred
