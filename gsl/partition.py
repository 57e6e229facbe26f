"""How the lowest variations are split among specialists."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

Partition = tuple[tuple[int, ...], ...]


def split(
    variations: Sequence[int], count: int, kind: Literal["random", "balanced"], returns: Mapping[int, float], seed: int
) -> Partition:
    """Split `variations` into `count` disjoint sets whose sizes differ by at most one; `returns` by variation."""
    if not 1 <= count <= len(variations):
        raise ValueError(f"{len(variations)} variations cannot be split among {count} specialists")
    rng = np.random.default_rng(seed)
    shuffled = [variations[i] for i in rng.permutation(len(variations))]
    return _dealt(shuffled, count) if kind == "random" else _balanced(shuffled, count, returns)


def _dealt(shuffled: Sequence[int], count: int) -> Partition:
    """The paper's split: uniformly at random."""
    return tuple(tuple(sorted(shuffled[i::count])) for i in range(count))


def _balanced(shuffled: Sequence[int], count: int, returns: Mapping[int, float]) -> Partition:
    """Every specialist gets about the same sum of returns, so that none gets only hopeless variations.

    Greedy, in rounds: the variations are sorted by return, highest first (ties and unknown returns, which count as the
    lowest, stay in random order) and dealt `count` at a time; within a round the highest goes to the specialist whose
    sum is lowest so far.
    """
    floor = min((returns[v] for v in shuffled if v in returns), default=0.0)
    figure = {v: returns.get(v, floor) for v in shuffled}
    ordered = sorted(shuffled, key=lambda v: -figure[v])
    parts: list[list[int]] = [[] for _ in range(count)]
    for first in range(0, len(ordered), count):
        by_need = sorted(parts, key=lambda part: sum(figure[v] for v in part))
        for part, variation in zip(by_need, ordered[first : first + count], strict=False):
            part.append(variation)
    return tuple(tuple(sorted(part)) for part in parts)
