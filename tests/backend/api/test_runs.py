"""Runs: launch, preview, list, change, delete; gates and experiments."""

from typing import Any, get_args

import pytest
from sqlalchemy import TextClause, text
from sqlmodel import SQLModel

from gsl.backend.db.models import Job, Run
from gsl.backend.domain.waiting import waits_for
from gsl.backend.services.app_services import Services
from gsl.config.presets import PRESETS
from gsl.config.run import Arm
from gsl.protocol.dispatch import Need
from gsl.protocol.rounds import Rounds
from tests.backend.api_driver import ApiDriver, epoch, evaluation, started
from tests.backend.marks import ON_SQLITE

WAITS = waits_for(Need("forkmaze"), [])


def test_launch_from_a_preset_with_parts_changed(api: ApiDriver) -> None:
    changes = {"suite": {"goals": 6}, "guide": {"name": "none"}, "seed": 3}
    run = api.post("/runs", {"preset": "forkmaze-quick", "config": changes, "tags": ["a"], "notes": "why"}, 201)
    assert (run["name"], run["status"], run["message"]) == ("forkmaze gsl seed 3", "queued", WAITS)
    assert run["config"]["suite"] == {**run["config"]["suite"], "goals": 6, "corridor": 3}
    assert run["config"]["guide"] == {"name": "none"}
    assert (run["tags"], run["notes"], run["wish"], run["gate_id"]) == (["a"], "why", "run", None)
    [job] = api.get(f"/runs/{run['id']}/jobs")
    assert (job["key"], job["status"], job["variations"]) == ("generalist-1", "queued", [0, 1, 2, 3, 4, 5])
    assert [event["what"] for event in api.get(f"/runs/{run['id']}/events")["items"]][-1] == "launched"


def test_launch_again_from_an_earlier_run(api: ApiDriver) -> None:
    first = api.get(f"/runs/{api.launch()}")
    again = api.post("/runs", {"config": first["config"]}, 201)
    assert again["config"] == first["config"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"preset": "chess"}, "preset", "'chess'"),
        ({"config": {"suite": {"name": "chess"}}}, "config.suite.name", "'chess'"),
        ({"preset": "forkmaze", "config": {"suite": {"goals": 1}}}, "config.suite.goals", "2"),
        ({"preset": "forkmaze", "config": {"suite": {"start_level": 3}}}, "config.suite.start_level", ""),
        (
            {"preset": "forkmaze", "config": {"specialists": {"count": 11}}},
            "config.specialists.count",
            "11",
        ),
        ({"preset": "forkmaze", "config": {"learner": {"network": {"width": 0}}}}, "config.learner.network.width", ""),
        ({"preset": "forkmaze", "config": {"budget": {"total_steps": 1}}}, "config.budget.total_steps", ""),
        ({"preset": "forkmaze", "experiment_id": 99}, "experiment_id", "99"),
        ({"preset": "forkmaze", "name": "x" * 201}, "name", "200"),
        ({"preset": "forkmaze", "tags": ["x" * 101]}, "tags.0", "100"),
        ({"preset": "forkmaze", "colour": "red"}, "colour", ""),
    ],
)
def test_what_cannot_be_launched_names_the_field(api: ApiDriver, body: Any, field: str, message: str) -> None:
    problem = api.post("/runs", body, 422)
    assert field in [error["field"] for error in problem["errors"]], problem
    assert any(message in error["message"] for error in problem["errors"]), problem
    assert api.get("/runs")["total"] == 0


def test_several_broken_rules_come_together(api: ApiDriver) -> None:
    config = {"specialists": {"count": 11, "steps": 1}, "demonstrations": {"max_tries": 1}}
    problem = api.post("/runs/preview", {"preset": "forkmaze", "config": config}, 422)
    fields = {error["field"] for error in problem["errors"]}
    assert {"config.specialists.count", "config.specialists.steps", "config.demonstrations.max_tries"} <= fields


@ON_SQLITE
@pytest.mark.parametrize("arm", get_args(Arm))
def test_a_preview_spends_exactly_the_budget(api: ApiDriver, arm: str) -> None:
    for name, preset in PRESETS.items():
        preview = api.post("/runs/preview", {"preset": name, "config": {"arm": arm}})
        spent = sum(phase["budget_steps"] for phase in preview["phases"])
        assert spent == preset.config.budget.total_steps, name
    assert api.get("/runs")["total"] == 0


def test_text_is_found_whatever_its_case_and_accents(api: ApiDriver) -> None:
    named = api.launch(name="Übung Straße 100%", notes="mit Élan\nund Ruhe")
    tagged = api.launch(name="second", tags=["naïve", 'wang\'s "best" \\ run'])

    def found(text: str) -> list[int]:
        return sorted(run["id"] for run in api.get("/runs", q=text)["items"])

    assert [found(text) for text in ("ÜBUNG", "ubung", "u\u0308bung", "STRASSE", "élan\nUND", "100%")] == [[named]] * 6
    assert [found(text) for text in ("naïve", "NAIVE", "ｎａｉｖｅ", "wang's", '"best" \\', "naive\nwang")] == [
        [tagged]
    ] * 6
    assert [found(text) for text in ("zz", "naive second", "u00ef", "\\u", "%b", "Ubung_S", '["naïve')] == [[]] * 7

    api.ask("PATCH", f"/runs/{tagged}", json={"tags": ["später"]})
    assert (found("naive"), found("SPATER"), found("second")) == ([], [tagged], [tagged])
    api.ask("PATCH", f"/runs/{tagged}", json={"name": "Übung 2"})
    assert (found("second"), found("ubung")) == ([], [named, tagged])
    api.post(f"/runs/{named}/cancel")
    api.ask("DELETE", f"/runs/{named}", 204)
    assert found("ubung") == [tagged]


def test_filters(api: ApiDriver) -> None:
    experiment = api.post("/experiments", {"name": "Seeds", "description": "of one question"}, 201)["id"]
    first = api.launch(name="Alpha 100%", tags=["paper", "x"], experiment_id=experiment)
    second = api.launch(name="beta", notes="alphabet", config={"arm": "generalist", "seed": 1})
    third = api.cancelled(name="gamma", tags=["papers"])

    def found(**query: Any) -> list[int]:
        return sorted(run["id"] for run in api.ask("GET", "/runs", params=query)["items"])

    assert found() == [first, second, third]
    assert found(q="ALPHA") == [first, second]
    assert found(q="100%") == [first]
    assert found(q="_") == []
    assert found(q="tabet") == []
    assert found(tag="paper") == [first]
    assert found(status=["queued", "cancelled"]) == [first, second, third]
    assert found(status="cancelled") == [third]
    assert found(arm="generalist") == [second]
    assert found(suite="procgen") == []
    assert found(experiment_id=experiment) == [first]
    assert [run["id"] for run in api.get("/runs", sort="name")["items"]] == [first, second, third]
    page = api.get("/runs", limit=1, offset=1)
    assert ([run["id"] for run in page["items"]], page["total"]) == ([second], 3)
    assert api.get(f"/experiments/{experiment}")["runs"] == 1
    assert api.get("/experiments")["items"][0]["name"] == "Seeds"
    assert api.get(f"/runs/{first}")["experiment_name"] == "Seeds"


def test_change_name_notes_and_tags(api: ApiDriver) -> None:
    run_id = api.launch(notes="before")
    changed = api.ask("PATCH", f"/runs/{run_id}", json={"name": "new", "tags": ["t"]})
    assert (changed["name"], changed["notes"], changed["tags"]) == ("new", "before", ["t"])
    assert api.ask("PATCH", f"/runs/{run_id}", 422, json={"status": "succeeded"})["errors"][0]["field"] == "status"


def test_cancel_at_once_while_nothing_runs(api: ApiDriver) -> None:
    run_id = api.cancelled()
    run = api.get(f"/runs/{run_id}")
    assert run["ended_at"] is not None
    assert [job["status"] for job in api.get(f"/runs/{run_id}/jobs")] == ["cancelled"]
    for action in ("cancel", "pause", "resume"):
        assert "cancelled" in api.post(f"/runs/{run_id}/{action}", status=409)["detail"]


def test_cancel_waits_for_the_running_job(api: ApiDriver) -> None:
    run_id = api.launch()
    job_id = api.job(run_id)
    api.claim(job_id)
    assert api.post(f"/runs/{run_id}/cancel")["wish"] == "cancel"
    assert api.post(f"/runs/{run_id}/cancel")["status"] == "generalist"
    api.post(f"/runs/{run_id}/resume", status=409)
    api.finish(job_id, None, status="cancelled")
    assert api.get(f"/runs/{run_id}")["status"] == "cancelled"


def test_delete_removes_rows_and_files(api: ApiDriver, services: Services) -> None:
    run_id = api.launch()
    job_id = api.job(run_id)
    api.ask("DELETE", f"/runs/{run_id}", 409)
    api.claim(job_id)
    api.report(job_id, started(), epoch(1))
    stored = api.upload(job_id, b"policy")
    api.post(f"/runs/{run_id}/cancel")
    api.finish(job_id, None, status="cancelled")
    api.ask("DELETE", f"/runs/{run_id}", 204)
    assert services.files.list(f"runs/{run_id}/jobs/{job_id}/checkpoint") != []
    api.ask("DELETE", f"/bin/runs/{run_id}", 204)
    assert f"Run {run_id}" in api.get(f"/runs/{run_id}", 404)["detail"]
    api.get(f"/jobs/{job_id}", 404)
    api.get(f"/artifacts/{stored['id']}/content", 404)
    assert services.files.list(f"runs/{run_id}/jobs/{job_id}/checkpoint") == []


def test_an_edited_approval(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    gate = api.get(f"/runs/{run_id}/gate")
    assert (gate["status"], api.get(f"/runs/{run_id}")["gate_id"]) == ("open", gate["id"])
    assert [row["variation"] for row in gate["evidence"]["variations"]] == [0, 2, 3, 1]
    decided = api.post(f"/runs/{run_id}/gate/approve", {"partition": [[2, 1]], "reason": "look alike"})
    assert (decided["status"], decided["decision"]["partition"]) == ("approved", [[2, 1]])
    assert decided["evidence"] == gate["evidence"]
    assert (decided["decided_by"], decided["reason"]) == ("owner", "look alike")
    run = api.get(f"/runs/{run_id}")
    assert run["status"] == "specialists"
    assert [phase["state"] for phase in run["phases"]] == ["done", "done", "done", "active", "pending", "pending"]
    assert decided["plan"] == [{"budget_steps": 16_384, "training_steps": 12_288, "evaluation_steps": 300}]
    again = api.post(f"/runs/{run_id}/gate/approve", {}, 409)
    assert all(word in again["detail"] for word in ("approved", "owner"))


@ON_SQLITE
@pytest.mark.parametrize(
    ("edits", "field"),
    [
        ({"partition": []}, "partition"),
        ({"partition": [[0], []]}, "partition.1"),
        ({"partition": [[0], [0]]}, "partition.1"),
        ({"partition": [[99]]}, "partition.0"),
        ({"specialist_steps": 1}, "specialist_steps"),
        ({"specialist_steps": 10**9}, "specialist_steps"),
        ({"start": "tomorrow"}, "start"),
    ],
)
def test_edits_that_cannot_be_name_the_field(api: ApiDriver, edits: Any, field: str) -> None:
    run_id = api.at_the_gate()
    problem = api.post(f"/runs/{run_id}/gate/approve", edits, 422)
    assert problem["errors"][0]["field"] == field
    assert api.get(f"/runs/{run_id}/gate")["status"] == "open"
    assert [gate["status"] for gate in api.get(f"/runs/{run_id}/gates")] == ["open"]


@ON_SQLITE
def test_an_approval_says_how_much_of_edited_steps_is_trained(api: ApiDriver) -> None:
    """20 000 steps are four epochs of 4096 and what the last evaluation keeps."""
    run_id = api.at_the_gate()
    terms = api.get(f"/runs/{run_id}/gate")["terms"]
    assert terms == {"epoch_steps": 4096, "episode_steps": 30, "evaluation_episodes": 5, "rungs": 1}
    decided = api.post(f"/runs/{run_id}/gate/approve", {"specialist_steps": 20_000})
    assert decided["plan"] == [{"budget_steps": 20_000, "training_steps": 16_384, "evaluation_steps": 150}] * 2


@ON_SQLITE
def test_a_cut_evaluation_is_marked_at_the_gate_and_with_its_returns(api: ApiDriver) -> None:
    run_id = api.launch()
    generalist = api.job(run_id)
    api.claim(generalist)
    api.report(generalist, started(), epoch(1))
    api.finish(generalist)
    measuring = api.job(run_id, "evaluation-1")
    api.claim(measuring)
    cut = {**evaluation(0, [0.1, 0.9, 0.2, 0.8]), "rounds": 2, "rounds_asked": 5, "measurement_steps": 7}
    api.report(measuring, started(), cut)
    api.finish(measuring, "completed")
    evidence = api.get(f"/runs/{run_id}/gate")["evidence"]
    assert (evidence["rounds"], evidence["rounds_asked"], evidence["mark"]) == (2, 5, Rounds(2, 5).mark)
    assert "2 of 5 rounds" in evidence["why"]
    items = api.get(f"/runs/{run_id}/returns", source="evaluation")["items"]
    assert {item["mark"] for item in items} == {Rounds(2, 5).mark}
    ledger = api.get(f"/runs/{run_id}/ledger")
    assert (ledger["spent_steps"], ledger["measured_steps"]) == (100 + 40, 7)
    run = api.get(f"/runs/{run_id}")
    assert (run["spent_steps"], run["measurement_steps"]) == (140, 7)
    api.post(f"/runs/{run_id}/gate/reject", {"action": "stop"})
    assert api.job(run_id, "evaluation-final")  # what a run ends with is measured whole


@ON_SQLITE
def test_what_was_measured_the_old_way_is_shown_and_marked(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    evidence = api.get(f"/runs/{run_id}/gate")["evidence"]
    assert (evidence["rounds"], evidence["mark"]) == (None, Rounds().mark)
    items = api.get(f"/runs/{run_id}/returns", source="evaluation")["items"]
    assert {item["mark"] for item in items} == {Rounds().mark}
    assert [item["mean_return"] for item in items] == [0.1, 0.9, 0.2, 0.8]


def test_rejections(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    assert (
        api.get(f"/runs/{run_id}/gate")["evidence"]["continue_steps"] == 11 * 4096
    )  # of 49 152, of which 200 are spent
    assert api.post(f"/runs/{run_id}/gate/reject", {"action": "continue"})["status"] == "rejected"
    assert api.job(run_id, "generalist-2")
    other = api.at_the_gate()
    api.post(f"/runs/{other}/gate/reject", {"action": "stop", "reason": "good enough"})
    assert api.get(f"/runs/{other}")["status"] == "succeeded"
    early = api.launch()
    assert f"Run {early}" in api.get(f"/runs/{early}/gate", 404)["detail"]
    assert api.get(f"/runs/{early}/gates") == []


def test_a_page_of_ten_thousand_runs(api: ApiDriver, services: Services) -> None:
    api.launch(name="run 1")
    with services.database.write() as session:
        session.connection().execute(_copies(Run, "id", 2, 10_000))
        session.connection().execute(text("INSERT INTO run_text SELECT id, name FROM run WHERE id > 1"))
        for key in range(6):
            session.connection().execute(_copies(Job, "run_id", 2, 10_000))
            session.connection().execute(
                text(f"UPDATE job SET key = 'generalist-{key + 2}' WHERE key = 'generalist-1' AND id > 1")
            )
        session.connection().execute(text("ANALYZE"))  # PostgreSQL does so by itself, but only within a minute
    api.get("/runs")
    page = api.get("/runs", limit=50, q="run", sort="-updated_at")
    assert (len(page["items"]), page["total"]) == (50, 10_000)


def _copies(table: type[SQLModel], counted: str, first: int, last: int) -> TextClause:
    """Copies row 1 once for every number, which goes into the column `counted`."""
    name = table.__name__.lower()
    columns = SQLModel.metadata.tables[name].columns.keys()
    rest = ", ".join(f'"{column}"' for column in columns if column not in ("id", counted))
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    return text(f"INSERT INTO {name} ({counted}, {rest}) {numbers} SELECT i, {rest} FROM n, {name} WHERE {name}.id = 1")
