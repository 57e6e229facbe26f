"""Many gates approved at once: each run on its own, and the answer says which were refused and why."""

from typing import Any

import pytest

from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE


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
