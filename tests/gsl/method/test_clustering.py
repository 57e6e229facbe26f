"""Balanced clusters: even sizes always, the groups that are there, the same answer for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsl.method.clustering import balanced_clusters
from gsl.method.partition import split


@given(st.integers(1, 25), st.integers(1, 8), st.integers(0, 2**31), st.booleans())
@settings(max_examples=60, deadline=None)
def test_sizes_differ_by_at_most_one(points: int, count: int, seed: int, alike: bool) -> None:
    count = min(count, points)
    rng = np.random.default_rng(seed)
    where = np.zeros((points, 3)) if alike else rng.normal(size=(points, 3))
    sizes = np.bincount(balanced_clusters(where, count, rng), minlength=count)
    assert len(sizes) == count
    assert sizes.max() - sizes.min() <= 1


def test_groups_that_lie_apart_are_found() -> None:
    rng = np.random.default_rng(0)
    middles = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    group = np.repeat(np.arange(3), [4, 4, 5])
    labels = balanced_clusters(middles[group] + 0.1 * rng.normal(size=(13, 2)), 3, rng)
    assert len({(int(a), int(b)) for a, b in zip(group, labels, strict=True)}) == 3


def test_an_even_split_is_kept_where_groups_are_uneven() -> None:
    """Five near one another and one far away make two threes: the far one takes its nearest two."""
    line = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [50.0]])
    labels = balanced_clusters(line, 2, np.random.default_rng(1))
    assert {frozenset(np.flatnonzero(labels == c).tolist()) for c in (0, 1)} == {
        frozenset({0, 1, 2}), frozenset({3, 4, 5}),
    }  # fmt: skip


def test_refuses_more_clusters_than_points() -> None:
    with pytest.raises(ValueError, match=r"\d+ points"):
        balanced_clusters(np.zeros((2, 1)), 3, np.random.default_rng(0))


def test_variations_that_the_policy_sees_alike_share_a_specialist() -> None:
    """Returns say nothing here; features tell odd and even variations apart, whatever their own scale."""
    features = {v: (1e4 * (v % 2), 3.0) for v in range(8)}
    returns = dict.fromkeys(range(8), 0.5)
    assert split(range(8), 2, "clustered", returns, 3, features) == ((0, 2, 4, 6), (1, 3, 5, 7))


def test_without_features_returns_alone_decide() -> None:
    returns = {0: 0.0, 1: 9.0, 2: 0.1, 3: 9.1, 4: 0.2}
    assert split(range(5), 2, "clustered", returns, 0) in (((0, 2, 4), (1, 3)),)


def test_unmeasured_variations_stand_in_the_middle_and_the_seed_decides() -> None:
    features = {v: (float(v), 0.0) for v in range(6)}
    first = split(range(9), 3, "clustered", {}, 5, features)
    assert sorted(v for part in first for v in part) == list(range(9))
    assert first == split(range(9), 3, "clustered", {}, 5, features)
