"""Projects: their members, what belongs to them, and tokens that are limited to one."""

import pytest

from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.people import token
from tests.backend.project_stage import Stage, shared_stage


@pytest.fixture
def stage(api: ApiDriver, services: Services) -> Stage:
    return shared_stage(api, services)


def test_a_run_belongs_where_its_experiment_does(api: ApiDriver, stage: Stage) -> None:
    joined = api.launch(experiment_id=stage.experiment)
    assert api.get(f"/runs/{joined}")["project_id"] == stage.project
    body = {"preset": "forkmaze-quick", "experiment_id": stage.experiment, "project_id": 2}
    assert "belongs to project 1" in api.post("/runs", body, 422)["detail"]
    assert "move that" in api.ask("PATCH", f"/runs/{joined}", 409, json={"project_id": 2})["detail"]
    baseline = api.post(f"/runs/{stage.gate}/baseline", status=201)
    assert (baseline["project_id"], api.get(f"/experiments/{baseline['experiment_id']}")["project_id"]) == (1, 1)
    api.ask("PATCH", f"/experiments/{stage.experiment}", json={"project_id": 2, "name": "moved"})
    assert {run["project_id"] for run in api.get("/runs", experiment_id=stage.experiment)["items"]} == {2}
    [entry] = [entry for entry in api.get("/audit")["items"] if entry["what"] == "update experiment"]
    assert entry["detail"] == "project 1 to project 2"


@ON_SQLITE
def test_a_run_moves_to_where_one_may_change(api: ApiDriver, stage: Stage) -> None:
    max_, will = stage.senders["member"], stage.senders["viewer who is a member there"]
    run = api.launch(project_id=stage.project)
    api.ask("PATCH", f"/runs/{run}", 403, json={"project_id": 0}, headers=will)
    api.ask("PATCH", f"/runs/{run}", 422, json={"project_id": 2}, headers=will)
    assert api.ask("PATCH", f"/runs/{run}", json={"project_id": 2}, headers=max_)["project_name"] == "Other"
    api.ask("GET", f"/runs/{run}", 404, headers=will)
    assert api.ask("PATCH", f"/runs/{run}", json={"project_id": 0}, headers=max_)["project_id"] is None
    api.ask("GET", f"/runs/{run}", headers=will)
    moves = [(entry["who"], entry["detail"]) for entry in api.get("/audit", who="max")["items"]]
    assert moves == [("max", "project 2 to no project"), ("max", "project 1 to project 2")]


def test_a_project_is_managed_by_its_owner(api: ApiDriver, services: Services) -> None:
    max_, eve = token(services, "max", "member"), token(services, "eve", "member")
    project = api.ask("POST", "/projects", 201, json={"name": " Mine "}, headers=max_)
    path = f"/projects/{project['id']}"
    assert (project["name"], project["owner"], project["members"][0]["name"]) == ("Mine", "max", "max")
    api.ask("POST", "/projects", 409, json={"name": "Mine"}, headers=eve)
    api.ask("GET", path, 404, headers=eve)
    api.ask("PUT", f"{path}/members/nobody", 404, json={"role": "member"}, headers=max_)
    api.ask("PUT", f"{path}/members/eve", json={"role": "viewer"}, headers=max_)
    api.ask("GET", path, headers=eve)
    api.ask("PUT", f"{path}/members/eve", json={"role": "member"}, headers=max_)
    assert "max's" in api.ask("PATCH", path, 403, json={"name": "Ours"}, headers=eve)["detail"]
    assert "owns project" in api.ask("DELETE", f"{path}/members/max", 409, headers=max_)["detail"]
    api.ask("PATCH", path, 422, json={"owner": "ada"}, headers=max_)
    assert api.ask("PATCH", path, json={"owner": "eve", "name": "Ours"}, headers=max_)["owner"] == "eve"
    api.ask("DELETE", f"{path}/members/max", 204, headers=eve)
    api.ask("GET", path, 404, headers=max_)
    run = api.ask("POST", "/runs", 201, json={"preset": "forkmaze-quick", "project_id": project["id"]}, headers=eve)
    assert "1 runs" in api.ask("DELETE", path, 409, headers=eve)["detail"]
    api.ask("PATCH", f"/runs/{run['id']}", json={"project_id": 0}, headers=eve)
    api.ask("DELETE", path, 204, headers=eve)
    assert api.get("/projects") == []


@ON_SQLITE
def test_a_limited_token_ends_with_the_membership_and_with_the_project(api: ApiDriver, stage: Stage) -> None:
    header = stage.senders["limited"]
    api.ask("DELETE", f"/projects/{stage.project}/members/max", 204)
    assert "no member" in api.ask("GET", "/runs", 401, headers=header)["detail"]
    api.ask("DELETE", "/projects/2", 204)
    assert "revoked" in api.ask("GET", "/runs", 401, headers=stage.senders["admin limited to another"])["detail"]


@ON_SQLITE
def test_the_same_record_is_not_shown_to_outsiders(api: ApiDriver, stage: Stage) -> None:
    api.post(f"/runs/{stage.gate}/cancel")
    record = api.get(f"/runs/{stage.gate}/record")
    api.ask("POST", "/runs/import", 201, json=record, params={"project_id": stage.project})
    api.ask("POST", "/runs/import", 409, json=record, headers=stage.senders["outsider"])
    api.ask("POST", "/runs/import", 200, json=record, headers=stage.senders["member"])
