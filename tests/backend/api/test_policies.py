"""Policies: versions that never change, gates that they open, and what one would have done in the past."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlmodel import select

from gsl.backend.db.columns import now
from gsl.backend.db.policy_models import Policy, PolicyVersion
from gsl.backend.services.app_services import Services
from gsl.backend.services.deadlines import open_in_hours
from gsl.config.gate_policy import Day
from tests.backend.api_driver import PLATEAU, ApiDriver, epoch, evaluation, started
from tests.backend.marks import ON_SQLITE
from tests.backend.people import token

SMALL = {"suites": ["forkmaze"], "most_specialists": 2}


def store(api: ApiDriver, name: str = "small", status: int = 201, **conditions: Any) -> Any:
    return api.post("/policies", {"name": name, "conditions": conditions or SMALL, "note": "why"}, status)


def at_the_gate(api: ApiDriver, **gate: Any) -> tuple[int, Any]:
    run = api.at_the_gate(config={"gate": {"mode": "ask", **gate}})
    return run, api.get(f"/runs/{run}/gate")


def test_a_policy_opens_a_gate_and_says_why(api: ApiDriver, services: Services) -> None:
    ada = token(services, "ada", "admin")
    body = {"name": "small", "conditions": SMALL, "note": "nobody is needed"}
    stored = api.ask("POST", "/policies", 201, json=body, headers=ada)
    assert (stored["owner"], stored["versions"][0]["version"]) == ("ada", 1)
    run, gate = at_the_gate(api, policy="small")
    assert (gate["status"], gate["decided_by"]) == ("approved", "policy small version 1")
    assert gate["decision"] == gate["proposal"]
    assert gate["policy"]["opens"]
    assert gate["policy"]["reasons"] == [
        "met: the suite is forkmaze, of forkmaze",
        "met: 2 specialists, at most 2",
    ]
    assert gate["reason"] == "; ".join(gate["policy"]["reasons"])
    assert api.get(f"/runs/{run}")["status"] == "specialists"
    noted = [(entry["who"], entry["what"]) for entry in api.get("/audit")["items"]]
    assert ("policy small version 1", "approve gate") in noted
    assert ("ada", "store policy") in noted


@ON_SQLITE
def test_a_gate_that_its_policy_does_not_open_waits_for_a_person(api: ApiDriver) -> None:
    store(api, most_steps=1)
    run, gate = at_the_gate(api, policy="small")
    assert (gate["status"], gate["policy"]["opens"]) == ("open", False)
    assert gate["policy"]["reasons"] == ["not met: they cost 32,768 steps, at most 1"]
    assert api.post(f"/runs/{run}/gate/approve", {})["decided_by"] == "owner"
    assert at_the_gate(api)[1]["policy"] is None


@ON_SQLITE
def test_a_run_follows_the_version_that_it_names_or_the_newest(api: ApiDriver) -> None:
    store(api)
    waiting = api.launch(config={"gate": {"policy": "small", "policy_version": 1}})
    newest = api.launch(config={"gate": {"policy": "small"}})
    assert [row["version"] for row in store(api, most_steps=1)["versions"]] == [2, 1]
    [policy] = api.get("/policies")
    assert policy["versions"][1]["conditions"]["most_specialists"] == 2, "a version never changes"
    assert {waiting, newest} == {run["id"] for run in api.get("/runs")["items"]}
    fixed, latest = at_the_gate(api, policy="small", policy_version=1)[1], at_the_gate(api, policy="small")[1]
    assert [gate["policy"]["version"] for gate in (fixed, latest)] == [1, 2]
    assert [gate["status"] for gate in (fixed, latest)] == ["approved", "open"]


@ON_SQLITE
def test_a_disabled_policy_opens_nothing(api: ApiDriver) -> None:
    store(api)
    assert api.ask("PATCH", "/policies/small", json={"disabled": True})["disabled"]
    _, gate = at_the_gate(api, policy="small")
    assert (gate["status"], gate["policy"]["reasons"]) == ("open", ["the policy is disabled"])


def test_a_dry_run_says_what_would_have_happened_and_decides_nothing(api: ApiDriver) -> None:
    runs = [at_the_gate(api)[0] for _ in range(3)]
    api.post(f"/runs/{runs[0]}/gate/reject", {"action": "stop"})
    tried = api.post("/policies/dry-run", {"conditions": {"score_below": 0.51}})
    assert [gate["run_id"] for gate in tried["gates"]] == runs[::-1]
    assert (tried["opened"], tried["steps"], tried["against"]) == (3, 3 * 32_768, 1)
    assert tried["gates"][0]["reasons"] == ["met: the score is 0.500, to be below 0.51"]
    assert [api.get(f"/runs/{run}/gate")["status"] for run in runs] == ["rejected", "open", "open"]
    store(api, score_below=0.4)
    tried = api.post("/policies/dry-run", {"policy": "small", "version": 1, "limit": 2})
    assert (len(tried["gates"]), tried["opened"], tried["steps"]) == (2, 0, 0)
    assert api.post("/policies/dry-run", {"policy": "small", "suite": "procgen"})["gates"] == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "body"),
        ({"policy": "x", "conditions": SMALL}, 422, "body"),
        ({"conditions": {}}, 422, "conditions"),
        ({"conditions": {"most_steps": 0}}, 422, "conditions.most_steps"),
        ({"policy": "gone"}, 404, None),
    ],
)
def test_a_wrong_dry_run_is_explained(api: ApiDriver, body: dict[str, Any], status: int, field: str | None) -> None:
    errors = api.post("/policies/dry-run", body, status)["errors"]
    assert [error["field"] for error in errors] == ([field] if field else [])


@ON_SQLITE
@pytest.mark.parametrize(
    ("gate", "field"),
    [
        ({"policy": "gone"}, "config.gate.policy"),
        ({"policy": "small", "policy_version": 9}, "config.gate.policy_version"),
        ({"policy": "small", "mode": "auto"}, "config.gate.mode"),
        ({"policy_version": 1}, "config.gate.policy_version"),
    ],
)
def test_a_launch_with_a_policy_that_cannot_be_is_refused(api: ApiDriver, gate: dict[str, Any], field: str) -> None:
    store(api)
    answer = api.post("/runs", {"preset": "forkmaze-quick", "config": {"gate": gate}}, 422)
    assert [error["field"] for error in answer["errors"]] == [field]


@ON_SQLITE
def test_a_policy_that_is_gone_asks_a_person(api: ApiDriver, services: Services) -> None:
    store(api)
    run = api.launch(config={"gate": {"policy": "small"}})
    with services.database.write() as session:
        session.delete(session.exec(select(Policy)).one())
    generalist = api.job(run)
    api.claim(generalist)
    api.report(generalist, started(), epoch(1), epoch(2, plateau=PLATEAU))
    api.finish(generalist)
    job = api.job(run, "evaluation-1")
    api.claim(job)
    api.report(job, started(), evaluation(0, [0.1, 0.9, 0.2, 0.8]))
    api.finish(job, "completed")
    gate = api.get(f"/runs/{run}/gate")
    assert (gate["status"], gate["policy"]["reasons"]) == ("open", ["Policy small does not exist."])


def test_a_gate_that_only_waits_for_the_hours_opens_when_they_begin(api: ApiDriver, services: Services) -> None:
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(now() + timedelta(days=3)).weekday()]
    hours = [{"days": [day], "start": 0, "end": 24}]
    store(api, hours=hours, most_specialists=2)
    store(api, "never", hours=hours, most_specialists=1)
    run, gate = at_the_gate(api, policy="small")
    other, refused = at_the_gate(api, policy="never")
    assert [(one["status"], one["policy"]["waits"]) for one in (gate, refused)] == [("open", True), ("open", False)]
    assert open_in_hours(services) == []
    with services.database.write() as session:  # as if three days had passed
        for row in session.exec(select(PolicyVersion)):
            row.conditions = {**row.conditions, "hours": [{**hours[0], "days": list(get_args(Day))}]}
    assert open_in_hours(services) == [run]
    assert open_in_hours(services) == []
    gate = api.get(f"/runs/{run}/gate")
    assert (gate["status"], gate["decided_by"]) == ("approved", "policy small version 1")
    assert gate["policy"]["opens"]
    assert api.get(f"/runs/{run}")["status"] == "specialists"
    assert api.get(f"/runs/{other}/gate")["status"] == "open"


@ON_SQLITE
def test_a_policy_that_was_disabled_meanwhile_opens_nothing_in_its_hours(api: ApiDriver, services: Services) -> None:
    store(api, hours=[{"days": ["mon"], "start": 0, "end": 1}], time_zone="UTC")
    run, _ = at_the_gate(api, policy="small")
    with services.database.write() as session:
        row = session.exec(select(PolicyVersion)).one()
        row.conditions = {"suites": ["forkmaze"]}
    api.ask("PATCH", "/policies/small", json={"disabled": True})
    assert open_in_hours(services) == []
    api.ask("PATCH", "/policies/small", json={"disabled": False})
    opened = open_in_hours(services)
    assert opened in ([run], []), "on a Monday before one o'clock it had opened at once"
    assert api.get(f"/runs/{run}/gate")["status"] == "approved"


def trained_flat(api: ApiDriver, epochs: int, **gate: Any) -> int:
    """A run at its gate whose return has not moved for so many epochs."""
    run = api.launch(config={"gate": {"mode": "ask", **gate}})
    generalist = api.job(run)
    api.claim(generalist)
    flat = [epoch(number) for number in range(1, epochs)]
    api.report(generalist, started(), *flat, epoch(epochs, plateau={**PLATEAU, "detected_epoch": epochs}))
    api.finish(generalist)
    job = api.job(run, "evaluation-1")
    api.claim(job)
    api.report(job, started(), evaluation(0, [0.1, 0.9, 0.2, 0.8]))
    api.finish(job, "completed")
    return run


H = {"sigma": 0, "window": 4, "min_epochs": 0}


def tried(api: ApiDriver, plateau: dict[str, Any]) -> list[tuple[bool, list[str]]]:
    gates = api.post("/policies/dry-run", {"conditions": {"plateau": plateau}})["gates"]
    return [(gate["opens"], gate["reasons"]) for gate in gates]


def test_a_dry_run_judges_no_more_epochs_than_it_can(api: ApiDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"conditions": {"plateau": H}}
    assert api.post("/policies/dry-run", body)["left_out"] == 0
    for _ in range(3):
        at_the_gate(api)
    everything = api.post("/policies/dry-run", body)
    assert (len(everything["gates"]), everything["left_out"]) == (3, 0)
    epochs = api.get(f"/runs/{everything['gates'][0]['run_id']}/jobs")[0]["epochs"]
    monkeypatch.setattr("gsl.backend.services.policies.MOST_EPOCHS", 2 * epochs)
    some = api.post("/policies/dry-run", body)
    assert (some["gates"], some["left_out"]) == (everything["gates"][:2], 1)
    monkeypatch.setattr("gsl.backend.services.policies.MOST_EPOCHS", 0)
    assert len(api.post("/policies/dry-run", body)["gates"]) == 1
    assert len(api.post("/policies/dry-run", {"conditions": {"score_below": 1}})["gates"]) == 3


def test_a_plateau_must_hold_under_the_settings_of_the_policy_too(api: ApiDriver) -> None:
    run = trained_flat(api, 12)
    [(opens, reasons)] = tried(api, H)
    first = api.get(f"/runs/{run}/plateau-replay", **H)["detections"][0]
    assert opens
    assert reasons == [
        "met: H on return with window 4, margin 0.05 of the range, smoothing 0 and confidence 0.95 fires at epoch "
        f"{first['detected_epoch']}"
    ]
    [(opens, reasons)] = tried(api, {**H, "window": 20})
    assert not opens
    assert reasons[0].endswith("does not fire within this plateau, in 12 epochs")
    [(opens, _)] = tried(api, {**H, "margin_mode": "absolute", "margin": 0.1, "metric": "success"})
    assert opens


@ON_SQLITE
def test_what_was_trained_after_a_gate_counts_for_no_verdict_about_it(api: ApiDriver) -> None:
    run = trained_flat(api, 12)
    api.post(f"/runs/{run}/gate/reject", {"action": "continue"})
    [again] = [job["id"] for job in api.get(f"/runs/{run}/jobs") if job["status"] == "queued"]
    api.claim(again)
    api.report(again, started(), *(epoch(number) for number in range(1, 13)))
    assert api.get(f"/runs/{run}/plateau-replay", **{**H, "window": 20})["detections"]
    assert [opens for opens, _ in tried(api, {**H, "window": 20})] == [False]


@ON_SQLITE
def test_a_policy_opens_a_gate_by_its_plateau(api: ApiDriver) -> None:
    store(api, plateau=H)
    store(api, "long", plateau={**H, "window": 20})
    runs = [trained_flat(api, 12, policy=name) for name in ("small", "long")]
    assert [api.get(f"/runs/{run}/gate")["status"] for run in runs] == ["approved", "open"]
    wrong = store(api, status=422, plateau={"window": 1})
    assert wrong["errors"][0]["field"] == "conditions.plateau.window"
