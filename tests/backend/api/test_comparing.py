"""Comparing any runs, arms and experiments over REST: which groups there are, and what is said of what cannot be."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from gsl.backend.db.models import Run
from gsl.backend.services.app_services import Services
from gsl.config.presets import PRESETS
from tests.backend.api_driver import ApiDriver
from tests.backend.domain.test_comparison import GSL, MAZE, PLAIN, game, stored
from tests.backend.figures.checked import check
from tests.backend.figures.stored_experiment import StoredArm
from tests.backend.figures.test_experiment_figures import array
from tests.backend.marks import ON_SQLITE
from tests.backend.people import bearer, token
from tests.backend.project_stage import shared_stage

RECORD = Path(__file__).parents[3] / "benchmarks" / "results" / "gsl_forkmaze" / "forkmaze-dapg-1.json.gz"
EVERY = {"experiments": 1}
NAMES = ("arm_curves", "arm_scores", "performance_profile", "variation_differences", "variation_scatter")


def groups(answer: dict[str, Any]) -> dict[str, int]:
    """Labels, and how many runs each has."""
    return {arm["arm_name"]: len(arm["runs"]) for arm in answer["arms"]}


def change(services: Services, run_id: int, **fields: Any) -> None:
    with services.database.write() as session:
        run = session.get(Run, run_id)
        assert run is not None
        run.sqlmodel_update(fields)


def faster(services: Services, *ids: int) -> None:
    config = MAZE.model_copy(update={"learner": MAZE.learner.model_copy(update={"learning_rate": 3e-4})})
    for run_id in ids:
        change(services, run_id, config=config.model_dump(mode="json"))


def test_an_experiment_compared_here_says_what_it_says_itself(api: ApiDriver, services: Services) -> None:
    path = stored(services, GSL, PLAIN)
    own, here = api.get(f"{path}/comparison"), api.get("/comparison", **EVERY)
    assert [here[name] for name in ("arms", "pairs", "tasks")] == [own[name] for name in ("arms", "pairs", "tasks")]
    assert (own["experiment_id"], here["experiment_id"], here["pair"]) == (1, None, ["DAPG", "generalist"])
    for name in NAMES:
        drawn = api.get(f"/comparison/figures/{name}", **EVERY, theme="dark", width=390)
        check(drawn)
        assert drawn == api.get(f"{path}/figures/{name}", theme="dark", width=390)


def test_runs_are_grouped_by_what_is_asked(api: ApiDriver, services: Services) -> None:
    stored(services, GSL, PLAIN, seeds=range(2))  # runs 1, 2 and 3, 4
    stored(services, GSL, seeds=range(2))  # runs 5, 6
    faster(services, 5, 6)
    change(services, 1, tags=["paper", "a"])
    everything: dict[str, Any] = {"experiments": 1, "runs": [5, 6, 1]}
    by = {by: groups(api.get("/comparison", **everything, by=by)) for by in ("arm", "experiment", "run", "tags")}
    assert by["arm"] == {"DAPG · stored (1)": 2, "generalist": 2, "DAPG · stored (2)": 2}
    assert by["experiment"] == {"stored (1)": 4, "stored (2)": 2}
    assert list(by["run"])[:3] == ["DAPG seed 0 (1)", "DAPG seed 1 (2)", "generalist seed 0"]
    assert by["tags"] == {"a, paper": 1, "no tags": 5}
    answer = api.get("/comparison", **everything, by="setting:learner.learning_rate")
    assert groups(answer) == {"learning_rate 0.001": 4, "learning_rate 0.0003": 2}
    assert {"arm", "seed", "learner.learning_rate"} <= set(answer["settings"])
    assert groups(api.get("/comparison", arms=["1:generalist", "2:DAPG"])) == {"generalist": 2, "DAPG": 2}


@ON_SQLITE
def test_runs_outside_experiments_are_an_arm_if_only_their_seed_differs(api: ApiDriver, services: Services) -> None:
    stored(services, GSL, seeds=range(4))
    for run_id in range(1, 5):
        change(services, run_id, experiment_id=None)
    faster(services, 3, 4)
    answer = api.get("/comparison", runs=[1, 2, 3, 4])
    assert groups(answer) == {"DAPG (as run 1)": 2, "DAPG (as run 3)": 2}
    settings = api.get("/comparison/settings", runs=[1, 2, 3, 4])
    rates = {row["setting"]: row["values"] for row in settings["settings"]}
    assert rates["learner.learning_rate"] == [["0.001"], ["0.0003"]]
    assert "budget.total_steps" not in rates


def test_tasks_that_differ_are_compared_as_far_as_that_makes_sense(api: ApiDriver, services: Services) -> None:
    stored(services, StoredArm("maze", 0.6, MAZE), seeds=range(3))
    stored(services, StoredArm("fish", 0.6, game("bigfish")), seeds=range(3))
    both: dict[str, Any] = {"experiments": [1, 2]}
    answer = api.get("/comparison", **both)
    assert groups(answer) == {"maze": 3, "fish": 3}
    said = " / ".join(answer["warnings"])
    for what in ("2 tasks", "maze and fish have no task in common", "success rate"):
        assert what in said
    assert "task" in answer["pairs"][0]["reason"]
    assert api.get("/comparison/figures/arm_curves", **both)["data"]
    apart = api.get("/comparison/figures/variation_scatter", **both)
    assert apart["data"] == []
    assert "same task" in apart["layout"]["annotations"][0]["text"]
    problem = api.get("/comparison", 422, **both, metric="return")
    assert "choose score" in problem["errors"][0]["message"]


@ON_SQLITE
def test_runs_of_a_group_that_share_a_seed_are_paired_by_their_mean(api: ApiDriver, services: Services) -> None:
    stored(services, StoredArm("a", 0.6, MAZE), StoredArm("b", 0.7, MAZE), PLAIN, seeds=range(3))
    answer = api.get("/comparison", **EVERY, by="setting:arm")
    [pair] = answer["pairs"]
    ours, theirs = (arm["mean"] for arm in answer["arms"])
    assert (pair["pairs"], pair["ours"]) == (3, "arm gsl")
    assert pair["difference"]["estimate"] == pytest.approx(ours - theirs)
    assert any("6 runs of arm gsl share" in warning for warning in answer["warnings"])


@ON_SQLITE
def test_one_seed_and_no_result_are_said(api: ApiDriver, services: Services) -> None:
    stored(services, StoredArm("a", 0.6, MAZE), StoredArm("b", 0.7, MAZE, running=frozenset({0})), seeds=range(1))
    answer = api.get("/comparison", **EVERY)
    one, none = answer["arms"]
    assert (one["iqm"]["low"], none["mean"], none["going_on"]) == (None, None, 1)
    assert "no run of b has succeeded" in answer["pairs"][0]["reason"]
    assert "no second" not in api.get("/comparison/figures/arm_curves", **EVERY)["layout"]


def test_names_with_markup_are_shown_as_they_are(api: ApiDriver, services: Services) -> None:
    name = "lr<3e-4>fast %{x} & b"
    stored(services, StoredArm(name, 0.6, MAZE), StoredArm("other", 0.5, MAZE), seeds=range(5))
    shown = "lr&lt;3e-4&gt;fast %&#123;x} &amp; b"
    for figure in NAMES:
        drawn = str(api.get(f"/comparison/figures/{figure}", **EVERY))
        assert shown in drawn, figure
        assert name not in drawn, figure
    assert groups(api.get("/comparison", **EVERY)) == {name: 5, "other": 5}


def test_the_critical_path_counts_specialists_once(api: ApiDriver, services: Services) -> None:
    record = json.loads(gzip.decompress(RECORD.read_bytes()))
    run = api.ask("POST", "/runs/import", 201, json=record)["id"]
    ledger = api.get(f"/runs/{run}/ledger")
    assert ledger["critical_path_steps"] < ledger["spent_steps"]
    for axis, spent in (("total", ledger["spent_steps"]), ("critical", ledger["critical_path_steps"])):
        drawn = api.get("/comparison/figures/arm_curves", runs=run, axis=axis)
        assert array(drawn["data"][-1]["x"])[-1] == spent


def test_the_table_of_the_paper(api: ApiDriver, services: Services) -> None:
    stored(services, GSL, StoredArm("50%_x", 0.4, MAZE))
    ours = api.get("/comparison", **EVERY)["arms"][0]
    text = api.response("GET", "/comparison/table", params={**EVERY, "format": "csv"}).text
    row, other = csv.DictReader(io.StringIO(text))
    assert row["group"] == "DAPG"
    assert [float(row[f"training_{what}"]) for what in ("mean", "std")] == [ours["mean"], ours["std"]]
    assert (row["training_iqm_low"], row["held_out_mean"]) == ("", "")  # equal in the middle; the maze holds none out
    assert float(other["training_iqm_low"]) < float(other["training_iqm"]) < float(other["training_iqm_high"])
    latex = api.response("GET", "/comparison/table", params={**EVERY, "format": "latex"}).text
    assert f"DAPG & 4 & $\\mathbf{{{ours['mean']:.3f}}} \\pm {ours['std']:.3f}$" in latex
    assert r"50\%\_x & 6" in latex


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({}, 422, "name at least one run"),
        ({"runs": [1, 99]}, 404, "Run 99 does not exist"),
        ({"experiments": 9}, 404, "Experiment 9 does not exist"),
        ({"arms": "1:nobody"}, 422, "no run of an arm 'nobody'"),
        ({"arms": "DAPG"}, 422, "arms"),
        ({"runs": 1, "by": "colour"}, 422, "by"),
        ({"runs": "one"}, 422, "runs"),
        ({"runs": list(range(1, 502))}, 422, "at most 500"),
    ],
)
def test_bad_choices_are_explained(
    api: ApiDriver, services: Services, query: dict[str, Any], status: int, said: str
) -> None:
    stored(services, PLAIN, seeds=range(1))
    for route in ("", "/figures", "/settings", "/table", "/notebook"):
        assert said in str(api.get(f"/comparison{route}", status, **query)), route


@ON_SQLITE
def test_the_pair_is_checked_and_provenance_needs_two(api: ApiDriver, services: Services) -> None:
    stored(services, PLAIN, GSL, seeds=range(1))
    problem = api.get("/comparison/figures/variation_scatter", 422, **EVERY, ours="magic")
    assert "the groups are: generalist, DAPG" in problem["errors"][0]["message"]
    assert "only one group" in api.get("/comparison/provenance", 409, runs=1)["detail"]
    assert "Nothing is recorded" in api.get("/comparison/provenance", 409, **EVERY)["detail"]


def test_what_a_person_may_not_see_is_not_there(api: ApiDriver, services: Services) -> None:
    stage = shared_stage(api, services)
    outsider, viewer = (stage.senders[name] for name in ("outsider", "viewer"))
    for query in ({"runs": stage.run}, {"experiments": stage.experiment}, {"arms": f"{stage.experiment}:a"}):
        answer = api.response("GET", "/comparison", 404, params=query, headers=outsider)
        assert "does not exist" in answer.json()["detail"]
        api.response("GET", "/comparison", 200, params=query, headers=viewer)
    api.response("GET", "/comparison", 401, params={"runs": 1}, headers=bearer("nobody"))
    api.response("GET", "/comparison", 404, params={"runs": stage.run}, headers=token(services, "new", "viewer"))


def test_polling_is_cheap_until_something_changes(api: ApiDriver, services: Services) -> None:
    stored(services, PLAIN, seeds=range(1))
    where = "/comparison/figures/arm_scores?runs=1&by=run"
    tag = api.response("GET", where).headers["ETag"]
    api.response("GET", where, 304, headers={"If-None-Match": tag})
    change(services, 1, name="another")
    api.response("GET", where, 200, headers={"If-None-Match": tag})


def test_the_presets_settings_have_paths_that_can_group(api: ApiDriver, services: Services) -> None:
    stored(services, StoredArm("maze", 0.6, PRESETS["forkmaze-quick"].config), PLAIN, seeds=range(1))
    answer = api.get("/comparison", **EVERY)
    for path in answer["settings"]:
        assert sum(groups(api.get("/comparison", **EVERY, by=f"setting:{path}")).values()) == 2, path
