"""Gates: those that wait, what an approval would cost, comments, and many approvals at once."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.people import token


def test_open_gates_are_approved_as_proposed_and_others_are_refused(api: ApiDriver) -> None:
    first, second, queued = api.at_the_gate(), api.at_the_gate(), api.launch()
    gate = api.get(f"/runs/{second}/gate")
    body = {"runs": [first, queued, first], "gates": [gate["id"], 999], "reason": "alike"}
    answer = api.post("/gates/approve", body)
    assert [one["run_id"] for one in answer["approved"]] == [first, second]
    assert [(one["run_id"], one["gate_id"]) for one in answer["refused"]] == [(queued, None), (None, 999)]
    assert str(queued) in answer["refused"][0]["reason"]
    assert "999" in answer["refused"][1]["reason"]
    for run in (first, second):
        decided = api.get(f"/runs/{run}/gate")
        assert (decided["status"], decided["reason"], decided["decision"]) == ("approved", "alike", decided["proposal"])
        assert api.get(f"/runs/{run}")["status"] == "specialists"
    assert api.get(f"/runs/{queued}")["status"] == "queued"
    proposal = gate["proposal"]
    assert answer["approved"][1]["specialists"] == len(proposal["partition"])
    assert answer["approved"][1]["specialist_steps"] == proposal["specialist_steps"]


@ON_SQLITE
def test_a_gate_is_decided_once_and_only_the_one_that_was_meant(api: ApiDriver) -> None:
    run = api.at_the_gate()
    before = api.get(f"/runs/{run}/gate")["id"]
    api.post("/gates/approve", {"gates": [before]})
    [refused] = api.post("/gates/approve", {"runs": [run]})["refused"]
    assert "approved by owner" in refused["reason"]
    jobs = [job["key"] for job in api.get(f"/runs/{run}/jobs")]
    assert len(jobs) == len(set(jobs))


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "body"), ({"runs": [0]}, "runs.0"), ({"gates": list(range(1, 102))}, "gates"), ({"run": [1]}, "run")],
)
def test_a_wrong_request_names_its_field(api: ApiDriver, body: dict[str, Any], field: str) -> None:
    assert api.post("/gates/approve", body, 422)["errors"][0]["field"] == field


def test_the_inbox_holds_what_waits_and_what_happens_at_its_deadline(api: ApiDriver) -> None:
    ask = {"gate": {"mode": "ask", "deadline_hours": 2, "at_deadline": "approve"}}
    first, urgent, cancelled = api.at_the_gate(name="first"), api.at_the_gate(config=ask), api.at_the_gate()
    api.launch()
    api.post(f"/runs/{cancelled}/cancel")
    found = api.get("/gates")
    assert ([one["run_id"] for one in found["items"]], found["total"]) == ([urgent, first], 2)
    [top, other] = found["items"]
    assert (top["at_deadline"], top["may_decide"], top["read_only"]) == ("approve", True, "")
    assert (other["run_name"], other["deadline_at"], other["specialists"]) == ("first", None, 2)
    assert other["why"] == "the generalist reached a plateau"
    api.post(f"/runs/{urgent}/gate/approve", {})
    assert [one["run_id"] for one in api.get("/gates")["items"]] == [first]
    assert api.get("/gates", limit=1, offset=1)["items"] == []


@ON_SQLITE
def test_a_viewer_sees_what_waits_but_may_not_decide(api: ApiDriver, services: Services) -> None:
    api.at_the_gate()
    [one] = api.ask("GET", "/gates", headers=token(services, "vera", "viewer"))["items"]
    assert not one["may_decide"]


def test_a_preview_says_what_the_approval_then_starts(api: ApiDriver) -> None:
    run = api.at_the_gate()
    edits = {"partition": [[0, 2]], "specialist_steps": 12_000}
    told = api.post(f"/runs/{run}/gate/preview", edits)
    assert (told["specialists"], told["variations"], told["wrong"]) == (1, 2, [])
    assert [cost["what"] for cost in told["costs"]] == ["specialists", "demonstrations", "finetune"]
    assert told["costs"][0] == {"what": "specialists", "jobs": 1, "steps": 12_000, "share": 0.075}
    assert told["spent_steps"] + told["left_steps"] + sum(cost["steps"] for cost in told["costs"]) == 160_000
    assert told["specialists_seconds"] is None or told["specialists_seconds"] >= 0
    decided = api.post(f"/runs/{run}/gate/approve", edits)
    assert decided["plan"] == told["plan"]
    assert decided["edits"] == ["1 specialist instead of 2", "12,000 steps each instead of 16,384"]
    jobs = {job["key"]: job["budget_steps"] for job in api.get(f"/runs/{run}/jobs")}
    assert jobs["specialist-1-1"] == 12_000
    assert "not open" in api.post(f"/runs/{run}/gate/preview", {}, 409)["detail"]


@ON_SQLITE
def test_a_preview_names_what_could_not_be_approved(api: ApiDriver) -> None:
    run = api.at_the_gate()
    told = api.post(f"/runs/{run}/gate/preview", {"partition": [[0], [0], []], "specialist_steps": 1})
    assert {error["field"] for error in told["wrong"]} == {"partition.1", "partition.2", "specialist_steps"}
    assert (told["costs"], told["end_seconds"]) == ([], None)
    assert api.post(f"/runs/{run}/gate/preview", {"partition": []})["another_epoch_from"] is None
    [error] = api.post(f"/runs/{run}/gate/preview", {"specialist_steps": 0}, 422)["errors"]
    assert error["field"] == "specialist_steps"
    api.post(f"/runs/{api.launch()}/gate/preview", {}, 404)


def test_comments_stay_with_their_gate_before_and_after_its_decision(api: ApiDriver, services: Services) -> None:
    vera, reader = token(services, "vera", "viewer"), token(services, "max", "member", "read")
    run = api.at_the_gate()
    gate = api.get(f"/runs/{run}/gate")["id"]
    path = f"/runs/{run}/gates/{gate}/comments"
    first = api.ask("POST", path, 201, json={"text": "  <b>goal 0</b> looks odd\n"}, headers=vera)
    assert (first["author"], first["text"], first["gate_id"]) == ("vera", "<b>goal 0</b> looks odd", gate)
    api.post(f"/runs/{run}/gate/approve", {})
    second = api.post(path, {"text": "it was"}, 201)
    assert api.ask("GET", f"/runs/{run}/comments", headers=reader) == [first, second]
    api.ask("POST", path, 403, json={"text": "no"}, headers=reader)
    api.ask("DELETE", f"/runs/{run}/comments/{first['id']}", 403)
    api.ask("DELETE", f"/runs/{run}/comments/{first['id']}", 204, headers=vera)
    api.ask("DELETE", f"/runs/{run}/comments/{first['id']}", 404, headers=vera)
    assert [one["id"] for one in api.get(f"/runs/{run}/comments")] == [second["id"]]


@ON_SQLITE
@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001, None])
def test_a_comment_says_something_of_a_gate_of_the_run(api: ApiDriver, text: Any) -> None:
    run, other = api.at_the_gate(), api.at_the_gate()
    gate = api.get(f"/runs/{other}/gate")["id"]
    assert api.post(f"/runs/{other}/gates/{gate}/comments", {"text": text}, 422)["errors"][0]["field"] == "text"
    assert f"no gate {gate}" in api.post(f"/runs/{run}/gates/{gate}/comments", {"text": "x"}, 404)["detail"]
