"""Figures of an experiment over REST: the numbers that were stored, failed runs shown, both themes."""

import base64
from typing import Any

import numpy as np
import pytest

from gsl.backend.db.models import Run
from gsl.backend.domain.comparison_types import ComparedRun, RunCurve
from gsl.backend.figures import experiment_figures
from gsl.backend.figures.arm_curves import on_grid
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver
from tests.backend.domain.test_comparison import GAMES, GSL, MAZE, PLAIN, SEEDS, means, plain, stored
from tests.backend.figures.checked import check
from tests.backend.figures.stored_experiment import StoredArm, last_scores
from tests.backend.marks import ON_SQLITE


def figure(api: ApiDriver, path: str, name: str, **query: Any) -> dict[str, Any]:
    drawn: dict[str, Any] = api.get(f"{path}/figures/{name}", **query)
    assert set(drawn) == {"data", "layout"}
    check(drawn)
    return drawn


def array(value: Any) -> Any:
    """Numbers of a trace, which Plotly sends as typed arrays."""
    if isinstance(value, dict):
        return np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
    return np.array(value, dtype=float)


def legend(drawn: dict[str, Any]) -> list[str]:
    return [trace["name"] for trace in drawn["data"] if trace.get("name") and trace.get("showlegend", True)]


def test_every_figure_is_ready_and_drawn(api: ApiDriver, services: Services) -> None:
    path = stored(services, GSL, PLAIN)
    listed = api.get(f"{path}/figures")
    assert {info["name"]: info["ready"] for info in listed} == dict.fromkeys(experiment_figures(), True)
    for name in experiment_figures():
        for query in ({"theme": "dark", "width": 390}, {"metric": "success", "source": "evaluation"}):
            drawn = figure(api, path, name, **query)
            assert {trace["type"] for trace in drawn["data"]} == {"scatter"}
            assert drawn["layout"]["height"] > 0


@ON_SQLITE
def test_before_there_is_data_figures_say_what_comes(api: ApiDriver, services: Services) -> None:
    empty = f"/experiments/{api.post('/experiments', {'name': 'empty'}, 201)['id']}"
    failed = stored(services, StoredArm("gsl", 0.5, MAZE, failed=frozenset(SEEDS)))
    assert not any(info["ready"] for info in api.get(f"{empty}/figures"))
    for path, names in ((empty, list(experiment_figures())), (failed, list(experiment_figures())[1:])):
        for name in names:
            drawn = figure(api, path, name)
            assert drawn["data"] == []
            assert len(drawn["layout"]["annotations"][0]["text"]) > 30
    assert "6 runs failed" in figure(api, failed, "arm_scores")["layout"]["annotations"][0]["text"]


@ON_SQLITE
def test_curves_count_everything_and_show_what_failed(api: ApiDriver, services: Services) -> None:
    drawn = figure(api, stored(services, GSL, PLAIN), "arm_curves")
    assert legend(drawn) == ["DAPG (5 seeds, 1 failed)", "generalist (6 seeds)"]
    lines = {trace["name"]: trace for trace in drawn["data"] if trace.get("name")}
    steps, values = (array(lines["generalist (6 seeds)"][axis]) for axis in ("x", "y"))
    assert steps[-1] == 60_000
    waiting = (steps > 20_500) & (steps < 39_500)  # what specialists would spend
    assert np.ptp(values[waiting]) == 0
    assert values[-1] > values[waiting][0]
    [crossed] = [trace for trace in drawn["data"] if "failed" in trace.get("hovertemplate", "")]
    assert crossed["marker"]["symbol"][-1] == "x"
    assert array(crossed["x"])[-1] == 20_000


def test_a_run_on_the_grid_keeps_its_value_while_others_train() -> None:
    run = ComparedRun(1, "gsl", "gsl", 0, 0, "succeeded", 100, 90, None)
    curve = RunCurve(run, np.array([15, 19, 55]), np.array([1.0, 3.0, 7.0]))
    edges = np.linspace(0, 100, 11)
    nothing = np.nan
    expected = [nothing, 2, 2, 2, 2, 7, 7, 7, nothing, nothing]
    np.testing.assert_equal(on_grid(curve, edges, until=80), expected)
    going = RunCurve(ComparedRun(1, "gsl", "gsl", 0, 0, "finetune", 100, 90, None), curve.steps, curve.values)
    np.testing.assert_equal(on_grid(going, edges, until=80), [nothing, 2, 2, 2, 2, 7, *[nothing] * 4])


@ON_SQLITE
def test_scores_show_every_seed_and_count_the_failed(api: ApiDriver, services: Services) -> None:
    drawn = figure(api, stored(services, GSL, PLAIN), "arm_scores")
    seeds, middle = drawn["data"][:2]
    assert array(seeds["x"]) == pytest.approx(list(means(GSL).values()))
    assert "4 seeds, 1 failed" in drawn["layout"]["yaxis"]["ticktext"][0]
    values = list(means(GSL).values())
    assert f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}" in middle["hovertemplate"]


@ON_SQLITE
def test_a_profile_is_the_share_above_each_score(api: ApiDriver, services: Services) -> None:
    drawn = figure(api, stored(services, PLAIN), "performance_profile")
    line = next(trace for trace in drawn["data"] if trace["name"].startswith("generalist"))
    levels, shares = array(line["x"]), array(line["y"])
    scores = np.concatenate([last_scores(PLAIN, seed) for seed in SEEDS])
    assert shares == pytest.approx([(scores > level).mean() for level in levels])


@ON_SQLITE
def test_differences_by_variation_are_ours_minus_theirs(api: ApiDriver, services: Services) -> None:
    path = stored(services, GSL, PLAIN)
    drawn = figure(api, path, "variation_differences")
    shown = {text: array(t["customdata"]).reshape(-1, 4)[k] for t in drawn["data"] for k, text in enumerate(t["text"])}
    common = [0, 2, 3, 4]
    differences = np.mean([last_scores(GSL, seed) - last_scores(PLAIN, seed) for seed in common], axis=0)
    for variation, difference in enumerate(differences):
        assert shown[MAZE.suite.variation_name(variation)][0] == pytest.approx(difference)
    assert legend(drawn) == ["10 better with DAPG"]
    turned = figure(api, path, "variation_differences", ours="generalist")
    assert legend(turned) == ["10 better with DAPG"]
    assert "generalist − DAPG" in turned["layout"]["xaxis"]["title"]["text"]


@ON_SQLITE
def test_many_variations_become_points(api: ApiDriver, services: Services) -> None:
    arms = (StoredArm("gsl", 0.9, GAMES), StoredArm("generalist", 0.5, plain(GAMES)))
    drawn = figure(api, stored(services, *arms, seeds=range(3)), "variation_differences")
    assert sum(len(trace["text"]) for trace in drawn["data"]) == 1024
    assert "ticktext" not in drawn["layout"]["yaxis"]
    single = figure(api, stored(services, *arms, seeds=range(1)), "variation_differences")
    assert legend(single) == ["1024 undecided"]


def test_polling_an_unchanged_experiment_costs_no_figure(api: ApiDriver, services: Services) -> None:
    path = stored(services, PLAIN)
    tag = api.response("GET", f"{path}/figures/arm_scores").headers["ETag"]
    assert api.response("GET", f"{path}/figures/arm_scores", 304, headers={"If-None-Match": tag}).content == b""
    with services.database.write() as session:
        run = session.get(Run, 1)
        assert run is not None
        run.revision += 1
    api.response("GET", f"{path}/figures/arm_scores", 200, headers={"If-None-Match": tag})


@ON_SQLITE
def test_bad_wishes_name_the_field(api: ApiDriver, services: Services) -> None:
    path = stored(services, PLAIN, seeds=range(1))
    for field, value in (("ours", "magic"), ("theme", "pink"), ("metric", "luck"), ("width", "1")):
        problem = api.get(f"{path}/figures/variation_differences", 422, **{field: value})
        assert [error["field"] for error in problem["errors"]] == [field]
    assert "arm_curves" in api.get(f"{path}/figures/pie", 404)["detail"]
    assert "Experiment 99" in api.get("/experiments/99/figures", 404)["detail"]
