"""Criterion H: causal, silent while returns rise, firing once they stay flat."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gsl.config.method import PlateauSettings
from gsl.plateau import PlateauDetector, replay, retrospective, smooth

values = st.lists(st.none() | st.floats(-1e3, 1e3), min_size=0, max_size=60)
settings = st.builds(
    PlateauSettings,
    sigma=st.sampled_from([0.0, 0.5, 2.0, 5.0]),
    window=st.integers(2, 12),
    margin=st.sampled_from([0.0, 0.05, 0.5]),
    margin_mode=st.sampled_from(["fraction", "absolute"]),
    min_epochs=st.integers(0, 15),
)


@given(settings, values, st.integers(0, 60))
def test_a_prefix_gives_the_same_answers(chosen: PlateauSettings, curve: list[float | None], cut: int) -> None:
    whole = replay(chosen, curve)
    assert replay(chosen, curve[:cut]) == [report for report in whole if report.detected_epoch <= cut]


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
def test_a_restored_detector_answers_as_if_undisturbed(
    chosen: PlateauSettings, curve: list[float | None], cut: int
) -> None:
    undisturbed, first, second = PlateauDetector(chosen), PlateauDetector(chosen), PlateauDetector(chosen)
    expected = [undisturbed.update(epoch, value) for epoch, value in enumerate(curve, start=1)]
    answers = [first.update(epoch, value) for epoch, value in enumerate(curve[:cut], start=1)]
    second.restore(json.loads(json.dumps(first.state())))
    answers += [second.update(epoch, value) for epoch, value in enumerate(curve[cut:], start=1 + len(answers))]
    assert answers == expected
    assert second.state() == undisturbed.state()


def test_missing_figures_carry_the_last_known_one() -> None:
    chosen = PlateauSettings(sigma=0, window=3, margin=0, min_epochs=1)
    assert replay(chosen, [1.0, None, float("nan"), None])[0].start_epoch == 1
    assert replay(chosen, [1.0, 2.0, 3.0, 4.0]) == []


def test_after_firing_a_new_full_window_is_needed() -> None:
    chosen = PlateauSettings(sigma=0, window=3, margin=0, min_epochs=1)
    assert [report.detected_epoch for report in replay(chosen, [1.0] * 12)] == [4, 8, 12]


def test_rearmed_it_keeps_the_range_and_takes_a_new_count() -> None:
    detector = PlateauDetector(PlateauSettings(sigma=0, window=2, margin=0.5, min_epochs=5))
    for epoch, value in enumerate([0.0, 4.0, 8.0, 20.0, 30.0], start=1):
        assert detector.update(epoch, value) is None
    detector.rearm()
    reports = [detector.update(epoch, value) for epoch, value in enumerate([31.0, 33.0, 36.0], start=1)]
    report = reports[-1]
    assert report is not None
    assert (report.start_epoch, report.margin) == (1, 18.0)


def test_refuses_a_gap() -> None:
    detector = PlateauDetector(PlateauSettings())
    detector.update(1, 0.0)
    with pytest.raises(ValueError, match="one by one"):
        detector.update(3, 0.0)


def test_the_retrospective_form_sees_ahead_where_the_causal_one_does_not() -> None:
    chosen = PlateauSettings(sigma=0, window=2, margin=0.05, min_epochs=1)
    curve: list[float | None] = [0.0, 0.1, 0.2, 0.3, 10.0, 10.0, 10.0, 10.0]
    late, early = retrospective(chosen, curve), replay(chosen, curve)
    assert late is not None
    assert (late.start_epoch, late.margin) == (1, 0.5)
    assert early[0].start_epoch == 5
    assert retrospective(chosen, [None, None]) is None


def test_the_retrospective_form_cuts_the_last_window() -> None:
    chosen = PlateauSettings(sigma=0, window=4, margin=0, min_epochs=0)
    report = retrospective(chosen, [None, 1.0, 2.0, 3.0])
    assert report is not None
    assert (report.start_epoch, report.detected_epoch) == (4, 4)
