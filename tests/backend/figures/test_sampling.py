"""Long curves are sampled by row and keep their extremes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gsl.backend.figures.sampling import MAX_FIGURE_POINTS, MAX_POINTS, MIN_POINTS, kept, points_per_curve, rows_to_keep


def test_short_curve_is_sent_whole() -> None:
    assert rows_to_keep(np.arange(10.0), 1000).tolist() == list(range(10))


@given(st.integers(1, 5000), st.integers(4, 400), st.integers(0, 1000))
def test_at_most_the_limit_with_first_last_and_extremes(count: int, limit: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=count)
    rows = rows_to_keep(values, limit)
    assert len(rows) <= max(limit, 4)
    assert (np.diff(rows) > 0).all()
    assert {0, count - 1, int(values.argmin()), int(values.argmax())} <= set(rows.tolist())


def test_one_spike_in_a_flat_curve_survives() -> None:
    values = np.zeros(100_000)
    values[54_321] = 7
    assert 54_321 in rows_to_keep(values, MAX_POINTS)


def test_unknown_values_are_never_extremes_and_gaps_stay() -> None:
    values = np.full(4000, np.nan)
    values[:1000] = np.linspace(0, 1, 1000)
    values[3000:] = np.linspace(1, 2, 1000)
    rows = rows_to_keep(values, 100)
    assert np.isnan(values[rows[(rows > 1100) & (rows < 2900)]]).all()
    assert ((rows > 1100) & (rows < 2900)).any()


def test_many_curves_share_the_points_of_a_figure() -> None:
    assert points_per_curve(1) == MAX_POINTS
    assert points_per_curve(75) * 75 <= MAX_FIGURE_POINTS
    assert points_per_curve(10_000) == MIN_POINTS


@pytest.mark.parametrize(("count", "limit"), [(3, 4), (15, 12), (601, 60)])
def test_curves_are_sampled_together_as_one_by_one(count: int, limit: int) -> None:
    curves = np.random.default_rng(0).normal(size=(5, count))
    curves[1, 2:] = np.nan
    curves[2] = np.nan
    together = kept(curves, limit)
    assert [np.flatnonzero(row).tolist() for row in together] == [rows_to_keep(row, limit).tolist() for row in curves]
