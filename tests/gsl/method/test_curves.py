"""The trend's bound: against a textbook fit, and how often it covers."""

import numpy as np
import pytest
from scipy.stats import linregress, t

from gsl.method.curves import upper_bound_of_rise


def test_single_epochs_give_the_textbook_bound() -> None:
    values = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 6.0])
    fit = linregress(np.arange(6), values)
    expected = 5 * (fit.slope + t.ppf(0.9, 4) * fit.stderr)
    assert upper_bound_of_rise(values, np.ones(6), 0.9) == pytest.approx(expected)


def test_an_epoch_of_n_episodes_counts_as_n_epochs() -> None:
    """Only the slope can be compared: the bound at one half."""
    weights = np.array([1.0, 4.0, 2.0, 1.0])
    values = np.array([0.0, 2.0, 1.0, 5.0])
    places = np.repeat(np.arange(4), weights.astype(int))
    slope = linregress(places, values[places]).slope
    assert upper_bound_of_rise(values, weights, 0.5) == pytest.approx(3 * slope)


@pytest.mark.parametrize("epochs", [8, 30, 100])
def test_the_bound_covers_as_often_as_it_says(epochs: int) -> None:
    chance = np.random.default_rng(1)
    curves = np.linspace(0, 0.5, epochs) + chance.normal(0, 0.3, (2000, epochs))
    covered = np.mean([(upper_bound_of_rise(curve, np.ones(epochs), 0.95) or 0) >= 0.5 for curve in curves])
    assert 0.93 <= covered <= 0.97


def test_too_little_is_known() -> None:
    assert upper_bound_of_rise(np.ones(5), np.array([1, 1e-9, 1e-9, 1e-9, 1]), 0.9) is None
