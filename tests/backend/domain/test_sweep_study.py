"""Optuna, asked anew each time: the same rows lead to the same answer, and grids and rungs are as if it never ended."""

from dataclasses import replace
from typing import Any

import pytest

from gsl.backend.domain.sweep_study import Tried, judge, rungs, suggest
from gsl.config.sweep import SearchedSetting, SweepSettings

SPACE: dict[str, Any] = {
    "learner.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True},
    "specialists.count": {"type": "int", "low": 1, "high": 4},
    "specialists.start": {"type": "choice", "choices": ["clone", "scratch"]},
}
INTERVAL = 100


def settings(**changes: Any) -> SweepSettings:
    return SweepSettings.model_validate({"space": SPACE, "trials": 30} | changes)


def search(asked: SweepSettings, count: int) -> list[Tried]:
    """As many trials as are given, the best of which have one specialist."""
    tried: list[Tried] = []
    for number in range(count):
        params, attributes = suggest(asked, tried, INTERVAL)
        value = 1.0 / float(params["specialists.count"] or 1)
        tried.append(Tried(number, params, "complete", value, [(INTERVAL, value)], attributes))
    return tried


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_the_same_trials_lead_to_the_same_next_one(sampler: str) -> None:
    asked = settings(sampler=sampler)
    tried = search(asked, 14)
    assert search(asked, 14) == tried
    assert suggest(asked, tried, INTERVAL) == suggest(asked, tried, INTERVAL)
    assert suggest(settings(sampler=sampler, sampler_seed=1), tried, INTERVAL) != suggest(asked, tried, INTERVAL)
    assert len({tuple(one.params.values()) for one in tried}) == 14
    for one in tried:
        assert 1e-4 <= float(one.params["learner.learning_rate"] or 0) <= 1e-2
        assert one.params["specialists.count"] in (1, 2, 3, 4)


def test_the_estimator_learns_from_what_ended() -> None:
    counts = [one.params["specialists.count"] for one in search(settings(), 30)]
    assert counts[15:].count(1) > 15 / 4 + 3, "more often than by chance"


def test_a_grid_tries_each_of_its_points_once() -> None:
    space = {**SPACE, "learner.learning_rate": {**SPACE["learner.learning_rate"], "points": 3}}
    asked = settings(space=space, sampler="grid")
    assert asked.planned == asked.grid_size == 24
    points = [tuple(one.params.values()) for one in search(asked, 24)]
    assert len(set(points)) == 24
    assert sorted({float(point[0] or 0) for point in points}) == pytest.approx([1e-4, 1e-3, 1e-2])


def test_a_grid_of_whole_numbers_has_each_once() -> None:
    assert SearchedSetting(type="int", low=1, high=4).grid() == [1, 2, 3, 4]
    assert SearchedSetting(type="int", low=1, high=100, log=True, points=3).grid() == [1, 10, 100]
    assert SearchedSetting(type="int", low=1, high=3, points=9).grid() == [1, 2, 3]


def test_trials_are_compared_at_equal_steps() -> None:
    assert rungs([], INTERVAL) == {}
    assert rungs([(40, 0.1), (110, 0.2), (190, 0.3), (420, 0.4)], INTERVAL) == {1: 0.2, 2: 0.3, 3: 0.3, 4: 0.4}
    assert rungs([(250, 0.5)], INTERVAL) == {2: 0.5}


def going(tried: list[Tried], *points: tuple[int, float]) -> list[Tried]:
    params = tried[0].params if tried else dict.fromkeys(SPACE)
    return [*tried, Tried(len(tried), params, points=points)]


def test_the_median_stops_what_is_below_it_after_its_warm_up() -> None:
    asked = settings(pruner={"name": "median", "startup_trials": 2, "warmup": 1})
    whole = [replace(one, points=[(100, 0.5), (200, 0.5)]) for one in search(asked, 3)]
    for points, stops in (
        ([(100, 0.1)], False), ([(100, 0.1), (200, 0.2)], True), ([(100, 0.1), (200, 0.6)], False),
    ):  # fmt: skip
        assert judge(asked, going(whole, *points), INTERVAL, 3)[0] == stops
    assert not judge(asked, going(whole[:1], (100, 0.1), (200, 0.2)), INTERVAL, 1)[0], "too few have ended"


def test_halving_remembers_its_rungs_between_questions() -> None:
    asked = settings(pruner={"name": "halving", "warmup": 0, "keep_one_in": 2})
    tried: list[Tried] = []
    stopped = []
    for number, value in enumerate((0.9, 0.1, 0.5, 0.95)):
        tried = [*tried, Tried(number, search(asked, 1)[0].params, points=[(100, value)])]
        stops, attributes = judge(asked, tried, INTERVAL, number)
        tried[number] = replace(tried[number], attributes=attributes, state="pruned" if stops else "running")
        stopped.append(stops)
        assert attributes == {"completed_rung_0": value}
    assert stopped == [False, True, True, False]
