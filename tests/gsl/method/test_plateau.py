"""Criterion H: causal, silent while returns rise or may rise, firing once they surely stay flat."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gsl.config.plateau import PlateauSettings
from gsl.config.recommended import plateau_of
from gsl.method.curves import smooth
from gsl.method.plateau import PlateauDetector, replay

figures = st.none() | st.floats(-1e3, 1e3)
values = st.lists(st.tuples(figures, st.integers(0, 30)), min_size=0, max_size=60)
Curve = list[tuple[float | None, int]]
settings = st.builds(
    PlateauSettings,
    sigma=st.sampled_from([0.0, 0.5, 2.0, 5.0]),
    window=st.integers(2, 12),
    margin=st.sampled_from([0.0, 0.05, 0.5]),
    margin_mode=st.sampled_from(["fraction", "absolute"]),
    confidence=st.sampled_from([0.5, 0.95]),
    min_epochs=st.integers(0, 15),
)


@given(settings, values, st.integers(0, 60))
def test_a_prefix_gives_the_same_answers(chosen: PlateauSettings, curve: Curve, cut: int) -> None:
    figures, episodes = [figure for figure, _ in curve], [count for _, count in curve]
    whole = replay(chosen, figures, episodes)
    assert replay(chosen, figures[:cut], episodes) == [report for report in whole if report.detected_epoch <= cut]


@given(settings, st.lists(st.floats(0.01, 10.0), min_size=14, max_size=60))
def test_never_fires_on_a_strictly_rising_curve_without_margin(chosen: PlateauSettings, steps: list[float]) -> None:
    curve = [sum(steps[: n + 1]) for n in range(len(steps))]
    assert replay(chosen.model_copy(update={"margin": 0.0}), curve) == []


@given(settings, st.floats(0.0, 5.0), st.integers(14, 60), st.floats(-100, 100))
def test_never_fires_while_the_window_rises_beyond_the_margin(
    chosen: PlateauSettings, margin: float, length: int, start: float
) -> None:
    slope = 1.0
    absolute = chosen.model_copy(update={"margin": margin, "margin_mode": "absolute"})
    window = smooth([start + slope * n for n in range(chosen.window + 1)], chosen.sigma)
    slope *= (margin + 1.0) / (window.max() - window[0])
    assert replay(absolute, [start + slope * n for n in range(length)]) == []


@given(settings, st.floats(-1e3, 1e3), st.integers(0, 5))
def test_fires_on_a_flat_curve_as_soon_as_a_window_is_full(chosen: PlateauSettings, level: float, unknown: int) -> None:
    start = max(unknown + 1, chosen.min_epochs, 1)
    curve: list[float | None] = [None] * unknown + [level] * (start - unknown + chosen.window)
    reports = replay(chosen, curve)
    assert (reports[0].start_epoch, reports[0].detected_epoch) == (start, start + chosen.window)
    assert reports[0].value == pytest.approx(level)


@given(settings, values, st.integers(0, 60))
def test_a_restored_detector_answers_as_if_undisturbed(chosen: PlateauSettings, curve: Curve, cut: int) -> None:
    undisturbed, first, second = PlateauDetector(chosen), PlateauDetector(chosen), PlateauDetector(chosen)
    expected = [undisturbed.update(epoch, *pair) for epoch, pair in enumerate(curve, start=1)]
    answers = [first.update(epoch, *pair) for epoch, pair in enumerate(curve[:cut], start=1)]
    second.restore(json.loads(json.dumps(first.state())))
    answers += [second.update(epoch, *pair) for epoch, pair in enumerate(curve[cut:], start=1 + len(answers))]
    assert answers == expected
    assert second.state() == undisturbed.state()


@pytest.mark.parametrize("place", range(100))
def test_one_lucky_epoch_of_a_rising_curve_is_no_plateau(place: int) -> None:
    curve = np.linspace(0, 1, 100)
    curve[place] += 0.35
    assert replay(PlateauSettings(), curve) == []


@pytest.mark.parametrize("epochs", [12, 20, 97, 120, 625, 3051])
def test_presets_never_call_a_steady_rise_a_plateau_and_see_a_flat_half(epochs: int) -> None:
    rising = np.linspace(-3, 7, epochs)
    assert replay(plateau_of(epochs), rising) == []
    [report, *_] = replay(plateau_of(epochs), np.minimum(rising, -1))
    assert report.detected_epoch < 0.6 * epochs
    assert report.rise_bound is not None
    assert report.rise_bound <= report.margin


def test_few_episodes_make_it_wait() -> None:
    """Success of 20 and of 2000 episodes an epoch about the same curve, which stays flat from a third on."""
    chance = np.random.default_rng(0)
    true = np.minimum(np.linspace(0.0, 0.9, 120), 0.3)
    waited = {
        episodes: [
            replay(plateau_of(120, "success"), chance.binomial(episodes, true) / episodes)[0].detected_epoch
            for _ in range(20)
        ]
        for episodes in (20, 2000)
    }
    assert np.mean(waited[20]) > np.mean(waited[2000]) + 5


def test_a_slow_rise_under_the_noise_of_few_episodes_seldom_fires() -> None:
    """As on MT10 with two cores: 20 episodes an epoch, 0.19 after a third and 0.3 at the end."""
    chance = np.random.default_rng(0)
    true = np.interp(np.arange(120), [0, 40, 119], [0.0, 0.19, 0.34])
    curves = chance.binomial(20, true, (100, 120)) / 20
    reports = [found[0] for curve in curves if (found := replay(plateau_of(120, "success"), curve))]
    early = [report for report in reports if true[-1] > true[report.detected_epoch - 1] + 0.2 * true[-1]]
    assert len(early) <= 15


def test_epochs_of_many_episodes_weigh_more() -> None:
    """The same outliers count as much as the episodes behind them."""
    curve = [1.0, 5.0] + [1.0, 1.0, -3.0] * 10
    few = [1 if value != 1.0 else 1000 for value in curve]
    settings = PlateauSettings(sigma=1, window=20, margin=0.2, margin_mode="absolute", min_epochs=0)
    assert replay(settings, curve, few)
    assert not replay(settings, curve)


def test_a_window_without_figures_is_not_judged() -> None:
    chosen = PlateauSettings(sigma=0, window=3, margin=0, min_epochs=1)
    assert replay(chosen, [1.0, None, float("nan"), None]) == []
    assert replay(chosen, [1.0, None, 1.0, 1.0])[0].start_epoch == 1
    assert replay(chosen, [1.0, 2.0, 3.0, 4.0]) == []


def test_after_firing_a_new_full_window_is_needed() -> None:
    chosen = PlateauSettings(sigma=0, window=3, margin=0, min_epochs=1)
    assert [report.detected_epoch for report in replay(chosen, [1.0] * 12)] == [4, 8, 12]


def test_rearmed_it_keeps_the_range_and_takes_a_new_count() -> None:
    detector = PlateauDetector(PlateauSettings(sigma=0, window=2, margin=0.5, min_epochs=5, confidence=0.5))
    for epoch, value in enumerate([0.0, 4.0, 8.0, 20.0, 30.0], start=1):
        assert detector.update(epoch, value) is None
    detector.rearm()
    reports = [detector.update(epoch, value) for epoch, value in enumerate([31.0, 33.0, 36.0], start=1)]
    report = reports[-1]
    assert report is not None
    assert (report.start_epoch, report.margin) == (1, 18.0)


def test_a_state_of_the_older_form_goes_on() -> None:
    """An unfinished run whose checkpoint holds the window alone: it fires once that window is full."""
    detector = PlateauDetector(PlateauSettings(sigma=1, window=6, margin=0.05, min_epochs=2))
    detector.restore({"epoch": 9, "seen": 9, "window": [5.0] * 4, "last_known": 5.0, "range": [0.0, 5.0]})
    reports = [detector.update(epoch, 5.0) for epoch in (10, 11, 12)]
    assert reports[:2] == [None, None]
    assert reports[2] is not None
    assert (reports[2].start_epoch, reports[2].margin) == (6, 0.25)


def test_a_run_that_never_knew_a_figure_in_the_older_form_goes_on() -> None:
    detector = PlateauDetector(PlateauSettings(window=6))
    detector.restore({"epoch": 2, "seen": 2, "window": [], "last_known": None, "range": None})
    assert detector.update(3, None) is None
    assert detector.update(4, 1.0) is None


def test_refuses_a_gap() -> None:
    detector = PlateauDetector(PlateauSettings())
    detector.update(1, 0.0)
    with pytest.raises(ValueError, match="epoch 3"):
        detector.update(3, 0.0)
