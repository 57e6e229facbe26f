"""Settings of criterion H that are kept by name: replaced, shared within a project, refused out of range."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from gsl.backend.store import kept as kept_rows
from gsl.config.plateau import PlateauSettings
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.project_stage import ALLOWED, CHANGE, NOTHING, shared_stage

PATH = "/plateau-defaults"


def kept(api: ApiDriver, name: str, status: int = 200, **fields: Any) -> Any:
    return api.ask("PUT", PATH, status, json={"name": name, "settings": {"window": 60}, **fields})


def test_a_default_is_kept_replaced_and_deleted(api: ApiDriver) -> None:
    first = kept(api, "Long windows")
    assert first["settings"] == PlateauSettings(window=60).model_dump()
    again = kept(api, "Long windows", settings={"margin": 0.2}, shared=True)
    assert (again["id"], again["shared"], again["settings"]) == (
        first["id"], True, PlateauSettings(margin=0.2).model_dump(),
    )  # fmt: skip
    assert [default["name"] for default in api.get(PATH)] == ["Long windows"]
    api.ask("DELETE", f"{PATH}/{first['id']}", 204)
    api.ask("DELETE", f"{PATH}/{first['id']}", 404)
    assert api.get(PATH) == []


def test_a_run_is_launched_with_a_kept_default(api: ApiDriver) -> None:
    settings = kept(api, "Narrow", settings={"window": 6, "min_epochs": 2})["settings"]
    run = api.get(f"/runs/{api.launch(config={'plateau': settings})}")
    assert run["config"]["plateau"]["window"] == 6


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"settings": {"window": 1}}, "settings.window"),
        ({"settings": {"confidence": 1.0}}, "settings.confidence"),
        ({"settings": {"metric": "loss"}}, "settings.metric"),
        ({"settings": {"widow": 3}}, "settings.widow"),
        ({"name": ""}, "name"),
        ({"project_id": 99}, "project_id"),
    ],
)
def test_what_cannot_be_kept_names_the_field(api: ApiDriver, fields: Any, field: str) -> None:
    assert kept(api, **{"name": "New", "status": 422, **fields})["errors"][0]["field"] == field
    assert api.get(PATH) == []


@ON_SQLITE
def test_shared_defaults_are_there_within_their_project(api: ApiDriver, services: Services) -> None:
    stage = shared_stage(api, services)
    own = kept(api, "Own")["id"]
    shared = kept(api, "Shared", shared=True, project_id=stage.project)["id"]
    for sender, header in stage.senders.items():
        seen = {default["id"] for default in api.ask("GET", PATH, headers=header)}
        there = ALLOWED[sender] != NOTHING
        assert (shared in seen, own in seen and not there) == (there, False), sender
        body = {"name": f"of {sender}", "settings": {}, "project_id": stage.project}
        status = api.client.put(f"/api/v1{PATH}", json=body, headers=header).status_code
        assert (status == 200) == (ALLOWED[sender] == CHANGE), (sender, status)


@ON_SQLITE
def test_a_person_keeps_so_many_and_may_still_replace_one(api: ApiDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_rows, "MOST", 2)
    for name in ("One", "Two"):
        kept(api, name)
    assert "delete one first" in kept(api, "Three", 409)["detail"]
    assert kept(api, "Two", settings={"window": 9})["settings"]["window"] == 9
