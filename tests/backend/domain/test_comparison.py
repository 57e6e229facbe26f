"""Comparisons of an experiment's arms: hand-computed numbers, failed runs counted, fast with many runs."""

from typing import Any

import numpy as np
import pytest

from gsl.backend.db.models import Run
from gsl.backend.services.app_services import Services
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.method.statistics import iqm_interval, paired_difference, probability_of_improvement
from tests.backend.api_driver import ApiDriver
from tests.backend.figures.stored_experiment import StoredArm, last_scores, store_experiment
from tests.backend.marks import ON_SQLITE

MAZE: RunConfig = PRESETS["forkmaze"].config
GAMES: RunConfig = PRESETS["procgen-paper"].config


def plain(config: RunConfig) -> RunConfig:
    return config.model_copy(update={"arm": "generalist"})


def game(name: str) -> RunConfig:
    return GAMES.model_copy(update={"suite": GAMES.suite.model_copy(update={"game": name, "num_levels": 40})})


GSL = StoredArm("DAPG", 0.8, MAZE, failed=frozenset({1}), running=frozenset({5}))
PLAIN = StoredArm("generalist", 0.5, plain(MAZE))
SEEDS = range(6)


def stored(services: Services, *arms: StoredArm, seeds: range = SEEDS) -> str:
    with services.database.write() as session:
        return f"/experiments/{store_experiment(session, arms, seeds)}"


def means(arm: StoredArm) -> dict[int, float]:
    """What each seed that ended well should have scored."""
    return {seed: last_scores(arm, seed).mean() for seed in SEEDS if seed not in arm.failed | arm.running}


def numbers(interval: dict[str, Any]) -> list[float]:
    return [interval["estimate"], interval["low"], interval["high"]]


def test_each_arm_over_its_seeds(api: ApiDriver, services: Services) -> None:
    answer = api.get(f"{stored(services, GSL, PLAIN)}/comparison")
    ours, theirs = answer["arms"]
    values = list(means(GSL).values())
    assert (ours["arm_name"], ours["arm"], theirs["arm"]) == ("DAPG", "gsl", "generalist")
    assert [ours[name] for name in ("seeds", "ended", "failed", "cancelled", "going_on")] == [4, 5, 1, 0, 1]
    assert (len(ours["runs"]), ours["failed_runs"]) == (6, [ours["runs"][1]])
    assert (ours["mean"], ours["std"]) == pytest.approx((np.mean(values), np.std(values, ddof=1)))
    interval = iqm_interval(values)
    assert numbers(ours["iqm"]) == pytest.approx([interval.estimate, interval.low, interval.high])
    assert ours["iqm"]["seeds"] == 4
    assert ours["spent_steps"] == theirs["spent_steps"] == 60_000
    [warning] = answer["warnings"]
    assert "1 of 6 runs of DAPG" in warning
    assert answer["tasks"] == ["forkmaze"]


def test_each_pair_of_arms(api: ApiDriver, services: Services) -> None:
    second = StoredArm("GAIL", 0.7, MAZE)
    answer = api.get(f"{stored(services, GSL, second, PLAIN)}/comparison", metric="success")
    assert [(pair["ours"], pair["theirs"]) for pair in answer["pairs"]] == [
        ("GAIL", "DAPG"), ("DAPG", "generalist"), ("GAIL", "generalist")
    ]  # fmt: skip
    pair = answer["pairs"][1]
    left, right = means(GSL), means(PLAIN)
    difference = paired_difference(list(left.values()), [right[seed] for seed in left])
    better = probability_of_improvement(list(left.values()), list(right.values()))
    assert (pair["pairs"], pair["reason"]) == (4, "")
    assert numbers(pair["difference"]) == pytest.approx([difference.estimate, difference.low, difference.high])
    chance = pair["probability_of_improvement"]
    assert (chance["estimate"], chance["low"], chance["seeds"]) == (better.estimate, None, 4)
    assert (answer["least_seeds"], answer["least_seeds_improvement"]) == (3, 5)


@ON_SQLITE
def test_held_out_variations_and_returns(api: ApiDriver, services: Services) -> None:
    config = game("bigfish")
    path = stored(services, StoredArm("gsl", 0.6, config), seeds=range(2))
    low, high = config.suite.score_range
    shown = {metric: api.get(f"{path}/comparison", metric=metric)["arms"][0] for metric in ("score", "return")}
    assert shown["return"]["mean"] == pytest.approx(low + shown["score"]["mean"] * (high - low))
    held_out = api.get(f"{path}/comparison", source="held_out")["arms"][0]
    assert held_out["mean"] == pytest.approx(shown["score"]["mean"] / 2)
    problem = api.get(f"{path}/comparison", 422, metric="success")
    assert problem["errors"][0]["field"] == "metric"


@ON_SQLITE
def test_several_games_are_strata(api: ApiDriver, services: Services) -> None:
    with services.database.write() as session:
        arms = [StoredArm("gsl", level, game(name)) for name, level in (("bigfish", 0.3), ("starpilot", 0.9))]
        experiment = store_experiment(session, arms, range(3))
    answer = api.get(f"/experiments/{experiment}/comparison")
    assert answer["tasks"] == ["procgen game=bigfish", "procgen game=starpilot"]
    [arm] = answer["arms"]
    assert (arm["seeds"], answer["pairs"]) == (6, [])
    assert arm["iqm"]["high"] - arm["iqm"]["low"] < 0.2  # strata: how far the games lie apart is no deviation
    problem = api.get(f"/experiments/{experiment}/comparison", 422, metric="return")
    assert "choose score" in problem["errors"][0]["message"]


@ON_SQLITE
def test_what_is_missing_is_said(api: ApiDriver, services: Services) -> None:
    one = StoredArm("gsl", 0.8, MAZE, failed=frozenset({1}))
    path = stored(services, one, PLAIN, seeds=range(2))
    answer = api.get(f"{path}/comparison")
    arm, pair = answer["arms"][0], answer["pairs"][0]
    assert (arm["std"], arm["iqm"]["low"], pair["difference"]["low"]) == (None, None, None)
    chance = pair["probability_of_improvement"]
    assert (chance["low"], chance["seeds"], pair["difference"]["seeds"]) == (None, 1, 1)
    failed = StoredArm("gsl", 0.8, MAZE, failed=frozenset({0, 1}))
    pair = api.get(f"{stored(services, failed, PLAIN, seeds=range(2))}/comparison")["pairs"][0]
    assert pair["difference"] is None
    assert "gsl" in pair["reason"]
    empty = api.post("/experiments", {"name": "empty"}, 201)["id"]
    answer = api.get(f"/experiments/{empty}/comparison")
    assert (answer["arms"], answer["pairs"], answer["warnings"]) == ([], [], [])
    assert "Experiment 99" in api.get("/experiments/99/comparison", 404)["detail"]


@ON_SQLITE
def test_unequal_steps_are_warned_of(api: ApiDriver, services: Services) -> None:
    path = stored(services, GSL, PLAIN)
    run_id = api.get(f"{path}/comparison")["arms"][1]["runs"][0]
    with services.database.write() as session:
        run = session.get(Run, run_id)
        assert run is not None
        run.spent_steps = 200_000
    assert all(spent in api.get(f"{path}/comparison")["warnings"][1] for spent in ("60,000", "83,333"))


@ON_SQLITE
def test_a_hundred_runs_of_a_thousand_variations_are_compared(api: ApiDriver, services: Services) -> None:
    arms = [StoredArm(f"arm {number}", 0.3 + 0.05 * number, GAMES) for number in range(10)]
    path = stored(services, *arms, seeds=range(10))
    assert [len(arm["runs"]) for arm in api.get(f"{path}/comparison")["arms"]] == [10] * 10
    for figure in api.get(f"{path}/figures"):
        assert api.get(f"{path}/figures/{figure['name']}")["data"], figure["name"]


@ON_SQLITE
def test_intervals_of_success_rates_end_where_these_end(api: ApiDriver, services: Services) -> None:
    few = StoredArm("DAPG", 1.2, MAZE, failed=frozenset({1, 2, 3}))
    unbounded = iqm_interval(list(means(few).values()))
    assert unbounded.high is not None
    assert unbounded.high > 1
    path = f"{stored(services, few)}/comparison"
    for metric in ("score", "success"):  # the fork maze is scored by success
        [arm] = api.get(path, metric=metric)["arms"]
        assert (arm["iqm"]["low"], arm["iqm"]["high"]) == (pytest.approx(unbounded.low), 1)
