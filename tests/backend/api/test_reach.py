"""Who may see and change what belongs to a project: at every route, in every list and on the stream."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gsl.backend.api.access import _NAMED, ACCESS
from gsl.backend.services.app_services import Services
from tests.backend.api.test_access import operations
from tests.backend.api_driver import BEARER, OWNER, V1, ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.people import Header
from tests.backend.project_stage import ALLOWED, CHANGE, NOTHING, Stage, shared_stage

LISTS = {
    "list_runs", "list_experiments", "list_projects", "get_queue", "list_workers", "stream_changes",
    "list_bin", "try_policy", "list_waiting_gates", "list_run_fields", "complete_run_query",
    "list_run_views", "list_runs_by_experiment", "list_plateau_defaults",
}  # fmt: skip
COMPARED = {
    "get_groups_comparison", "get_comparison_table", "list_comparison_figures", "get_comparison_figure",
    "get_compared_settings", "get_compared_provenance", "get_comparison_notebook",
}  # fmt: skip
"""Routes whose query names runs and experiments: tests/backend/api/test_comparing.py."""
BODIES = {
    "create_run", "preview_run", "change_runs", "store_run_view", "delete_run_view", "import_run", "create_experiment",
    "approve_gates", "create_project", "create_token", "revoke_approval_link", "revoke_share_link", "create_sweep",
    "store_plateau_default", "delete_plateau_default", "track_run",
}  # fmt: skip
"""Routes whose body, query or link names a project, or what may belong to one."""
OF_NOTHING = {
    "get_health", "get_session", "sign_in", "accept_invitation", "list_suites", "list_presets",
    "list_webhooks", "get_usage", "sign_out", "change_password", "list_tokens", "revoke_token", "get_storage",
    "list_policies", "begin_oidc", "finish_oidc", "list_identities", "unlink_identity", "scrape_metrics",
    "get_approval", "decide_approval", "get_shared", "get_worker_usage", "list_exporters",
}  # fmt: skip
"""Routes that say nothing of any run or experiment."""


@pytest.fixture
def stage(api: ApiDriver, services: Services) -> Stage:
    return shared_stage(api, services)


def named_routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Routes for people whose address names what belongs to a project."""
    for method, path, name in operations(app):
        if ACCESS[name] != "worker" and any(f"{{{parameter}}}" in path for parameter in _NAMED):
            yield method, path, name


def allowed(name: str, sender: str) -> bool:
    can = ALLOWED[sender]
    if ACCESS[name] == "admin":
        return sender == "admin"
    return can == CHANGE if ACCESS[name] == "member" else can != NOTHING


@ON_SQLITE
def test_every_sender_at_every_route_that_names_something(api: ApiDriver, shared_app: FastAPI, stage: Stage) -> None:
    """Refused is 404 for those to whom it is not there, else 403; nothing is changed, because bodies are invalid."""
    wrong = []
    for method, path, name in named_routes(shared_app):
        for sender, header in stage.senders.items():
            if allowed(name, sender) and not _is_harmless(shared_app, path, method):
                continue
            got = api.client.request(method, stage.path(path), headers=header, json={"unknown": 1}).status_code
            hidden = ALLOWED[sender] == NOTHING and got in (404, 403)
            expected = got not in (401, 403) if allowed(name, sender) else (hidden or got == 403)
            if not expected or (ALLOWED[sender] == NOTHING and ACCESS[name] == "viewer" and got != 404):
                wrong.append((sender, name, got))
    assert wrong == []


def _is_harmless(app: FastAPI, path: str, method: str) -> bool:
    """Whether the request changes nothing, because it only reads or its body is invalid."""
    return method == "GET" or "requestBody" in app.openapi()["paths"][path][method.lower()]


def test_every_route_is_one_that_this_file_knows(shared_app: FastAPI) -> None:
    """A new route names what it is about in its address, or is put into one of the sets above and tested."""
    named = {name for _, _, name in named_routes(shared_app)}
    for_people = {name for name, access in ACCESS.items() if access not in ("worker", "admin")}
    assert for_people - named == LISTS | COMPARED | BODIES | OF_NOTHING


@ON_SQLITE
def test_lists_show_what_is_there_for_whoever_asks(api: ApiDriver, stage: Stage) -> None:
    hidden = api.ask("POST", "/runs", 201, json={"preset": "forkmaze-quick"}, headers=stage.senders["outsider"])["id"]
    for sender, header in stage.senders.items():
        there = ALLOWED[sender] != NOTHING
        seen = {run["id"] for run in api.ask("GET", "/runs", headers=header)["items"]}
        public = set() if "limited" in sender else {hidden}
        assert seen == ({stage.run, stage.gate} if there else set()) | public, sender
        assert api.ask("GET", "/runs", headers=header)["total"] == len(seen)
        assert api.ask("GET", "/experiments", headers=header)["total"] == int(there)
        assert [one["run_id"] for one in api.ask("GET", "/gates", headers=header)["items"]] == [stage.gate] * there
        queue = api.ask("GET", "/queue", headers=header)
        assert [job["id"] for job in queue["running"]] == ([stage.job] if there else []), sender
        assert {job["run_id"] for job in queue["queued"]} == public
        assert stage.project in {each["id"] for each in api.ask("GET", "/projects", headers=header)} or not there
        assert sum(waiting["jobs"] for waiting in queue["waiting"]) == len(public)


@ON_SQLITE
def test_a_worker_does_not_tell_what_it_works_on(api: ApiDriver, stage: Stage) -> None:
    info = {"name": "w1", "host": "h", "device": "cpu", "suites": ["forkmaze"], "version": "0", "job_id": stage.job}
    api.ask("PUT", "/workers/w1", json=info, headers=BEARER)
    for sender, header in stage.senders.items():
        [worker] = api.ask("GET", "/workers", headers=header)
        there = ALLOWED[sender] != NOTHING
        assert (worker["job_id"], worker["run_id"]) == ((stage.job, stage.run) if there else (None, None)), sender


def test_lists_are_narrowed_to_a_project(api: ApiDriver, stage: Stage) -> None:
    api.launch()
    assert api.get("/runs")["total"] == 3
    assert {run["project_name"] for run in api.get("/runs", project_id=stage.project)["items"]} == {"Maze"}
    assert [each["id"] for each in api.get("/experiments", project_id=stage.project)["items"]] == [stage.experiment]
    assert api.get("/experiments", project_id=2)["total"] == 0
    found = api.get(f"/projects/{stage.project}")
    assert (found["runs"], found["experiments"], found["owner"]) == (2, 1, "owner")


@ON_SQLITE
def test_what_a_query_or_a_body_names_is_looked_at_too(api: ApiDriver, stage: Stage) -> None:
    eve = stage.senders["outsider"]
    own = api.ask("POST", "/runs", 201, json={"preset": "forkmaze-quick"}, headers=eve)["id"]
    job = api.job(own)
    for path, other in ((f"/runs/{own}", stage.run), (f"/jobs/{job}", stage.job)):
        api.ask("GET", f"{path}/provenance/differences", 404, params={"other": other}, headers=eve)
    for body in ({"project_id": stage.project}, {"experiment_id": stage.experiment}):
        [error] = api.ask("POST", "/runs", 422, json={"preset": "forkmaze-quick", **body}, headers=eve)["errors"]
        assert error["field"] == next(iter(body))
    api.ask("POST", "/experiments", 422, json={"name": "n", "project_id": stage.project}, headers=eve)
    sweep = {"name": "n", "preset": "forkmaze-quick", "space": {"learner.gamma": {"low": 0.9, "high": 0.99}}}
    [error] = api.ask("POST", "/sweeps", 422, json={**sweep, "project_id": stage.project}, headers=eve)["errors"]
    assert error["field"] == "project_id"
    api.ask("PATCH", f"/runs/{own}", 422, json={"project_id": stage.project}, headers=eve)
    gate = api.get(f"/runs/{stage.gate}/gate")["id"]
    told = api.ask("POST", "/gates/approve", json={"runs": [stage.gate], "gates": [gate]}, headers=eve)
    assert (told["approved"], len(told["refused"])) == ([], 2)
    assert stage.gate not in [refused["run_id"] for refused in told["refused"] if refused["gate_id"]]
    vera = stage.senders["viewer"]
    assert (
        "in the project Maze"
        in api.ask("POST", "/runs", 403, json={"preset": "forkmaze-quick", "project_id": stage.project}, headers=vera)[
            "detail"
        ]
    )
    refused = api.ask("POST", "/gates/approve", json={"runs": [stage.gate]}, headers=vera)["refused"]
    assert "needs the role member" in refused[0]["reason"]


@ON_SQLITE
def test_forks_links_and_dry_runs_reach_no_further(api: ApiDriver, stage: Stage) -> None:
    share = api.post(f"/runs/{stage.run}/links", {}, 201)["id"]
    decide = api.post(f"/runs/{stage.gate}/gate/links", {}, 201)["id"]
    tried = {"conditions": {"most_steps": 1}}
    outsider, member = stage.senders["outsider"], stage.senders["member"]
    for path in ("/runs", "/runs/preview"):
        refused = api.ask("POST", path, 422, json={"checkpoint_id": stage.artifact}, headers=outsider)
        assert [error["field"] for error in refused["errors"]] == ["checkpoint_id"]
    assert api.ask("POST", "/policies/dry-run", json=tried, headers=outsider)["gates"] == []
    assert [one["run_id"] for one in api.ask("POST", "/policies/dry-run", json=tried, headers=member)["gates"]] == [
        stage.gate
    ]
    for path in (f"/links/{share}", f"/approval-links/{decide}"):
        api.ask("DELETE", path, 404, headers=outsider)
        api.ask("DELETE", path, 403, headers=stage.senders["viewer"])
        api.ask("DELETE", path, 204, headers=member)


@ON_SQLITE
def test_a_member_launches_into_the_project(api: ApiDriver, stage: Stage) -> None:
    """Whoever may change there, whatever the account may elsewhere."""
    for sender, can in ALLOWED.items():
        body = {"preset": "forkmaze-quick", "project_id": stage.project}
        answer = api.client.post(f"{V1}/runs", json=body, headers=stage.senders[sender])
        assert (answer.status_code == 201) == (can == CHANGE), sender
    will = stage.senders["viewer who is a member there"]
    api.ask("POST", "/runs", 403, json={"preset": "forkmaze-quick"}, headers=will)
    limited = stage.senders["limited"]
    assert "project_id" in api.ask("POST", "/runs", 403, json={"preset": "forkmaze-quick"}, headers=limited)["detail"]
    api.ask("POST", "/projects", 403, json={"name": "n"}, headers=limited)
    api.ask("GET", "/audit", 403, headers=stage.senders["limited admin"])
    api.post("/webhooks", {"url": "https://chat.example.org/hooks/1"}, 201)
    assert api.ask("GET", "/webhooks", headers=limited) == []


@ON_SQLITE
def test_an_address_is_read_as_the_route_reads_it(api: ApiDriver, stage: Stage) -> None:
    """No way of writing a number gets past the check."""
    for written in (f"{stage.run}.0", f"+{stage.run}", f"%20{stage.run}", f"0{stage.run}", f"0_{stage.run}"):
        answer = api.client.get(f"{V1}/runs/{written}", headers=stage.senders["outsider"])
        assert answer.status_code in (404, 422), written


def heard(api: ApiDriver, header: Header, act: Any, until: int) -> list[Any]:
    """Ids of the runs that a listener is told of, up to one that everybody may see."""
    found = []
    with httpx.stream("GET", f"{api.address}{V1}/stream", headers=header, trust_env=False, timeout=10) as stream:
        act()
        for line in stream.iter_lines():
            if line.startswith("data:"):
                found.append(json.loads(line.removeprefix("data:"))["run_id"])
                if found[-1] == until:
                    return found
    return found


@ON_SQLITE
def test_the_stream_tells_of_what_is_there_for_whoever_listens(api: ApiDriver, stage: Stage) -> None:
    public = api.launch()

    def act() -> None:
        api.ask("PATCH", f"/runs/{stage.run}", json={"notes": "n"}, headers=OWNER)
        api.ask("PATCH", f"/runs/{public}", json={"notes": "n"}, headers=OWNER)

    assert stage.run in heard(api, stage.senders["viewer"], act, public)
    assert stage.run not in heard(api, stage.senders["outsider"], act, public)
    assert heard(api, stage.senders["limited"], act, stage.run)[-1] == stage.run


@ON_SQLITE
def test_whoever_leaves_is_told_nothing_more(api: ApiDriver, stage: Stage) -> None:
    public = api.launch()

    def act() -> None:
        api.ask("DELETE", f"/projects/{stage.project}/members/vera", 204, headers=OWNER)
        api.ask("PATCH", f"/runs/{stage.run}", json={"notes": "n"}, headers=OWNER)
        api.ask("PATCH", f"/runs/{public}", json={"notes": "n"}, headers=OWNER)

    assert stage.run not in heard(api, stage.senders["viewer"], act, public)
