"""Views of the list of runs: kept by name, one's own and shared, and what of them is gone."""

from typing import Any

import pytest

from gsl.backend.db.project_models import RunView
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.project_stage import ALLOWED, CHANGE, NOTHING, shared_stage

CONTENT = {"query": "status = failed", "columns": ["learner.learning_rate"], "sort": "-score", "by_experiment": True}


def kept(api: ApiDriver, name: str, status: int = 200, **fields: Any) -> Any:
    return api.ask("PUT", "/run-views", status, json={"name": name, "content": CONTENT, **fields})


def test_a_view_is_kept_replaced_and_deleted(api: ApiDriver) -> None:
    first = kept(api, "Failed")
    assert (first["content"], first["gone"], first["owner"]) == (CONTENT, [], "owner")
    again = kept(api, "Failed", content={"query": "maze"}, shared=True)
    assert (again["id"], again["content"]) == (
        first["id"],
        {"query": "maze", "columns": [], "sort": "", "by_experiment": False},
    )
    assert [view["name"] for view in api.get("/run-views")] == ["Failed"]
    api.ask("DELETE", f"/run-views/{first['id']}", 204)
    api.ask("DELETE", f"/run-views/{first['id']}", 404)
    assert api.get("/run-views") == []


def test_a_view_says_what_is_gone_and_opens_without(api: ApiDriver, services: Services) -> None:
    content = {"query": "learner.gone > 1", "columns": ["suite.gone", "score"], "sort": "-guide.gone"}
    with services.database.write() as session:
        session.add(RunView(name="Old", owner="owner", content=content))
    [view] = api.get("/run-views")
    assert view["content"] == {**content, "by_experiment": False}
    assert [part in said for part, said in zip(("suite.gone", "guide.gone", "character 1"), view["gone"], strict=True)]
    assert len(view["gone"]) == 3


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"content": {"query": "status ="}}, "content.query"),
        ({"content": {"columns": ["score", "learner.nam"]}}, "content.columns.1"),
        ({"content": {"sort": "tag"}}, "content.sort"),
        ({"content": {"colour": "red"}}, "content.colour"),
        ({"name": ""}, "name"),
        ({"project_id": 99}, "project_id"),
    ],
)
def test_what_cannot_be_kept_names_the_field(api: ApiDriver, fields: Any, field: str) -> None:
    assert kept(api, **{"name": "New", "status": 422, **fields})["errors"][0]["field"] == field


@ON_SQLITE
def test_shared_views_are_there_within_their_project(api: ApiDriver, services: Services) -> None:
    stage = shared_stage(api, services)
    own = kept(api, "Own")["id"]
    shared = kept(api, "Shared", shared=True, project_id=stage.project)["id"]
    for sender, header in stage.senders.items():
        seen = {view["id"] for view in api.ask("GET", "/run-views", headers=header)}
        there = ALLOWED[sender] != NOTHING
        assert shared in seen or not there, sender
        assert own not in seen or there, sender
        if not there:
            assert shared not in seen, sender
        body = {"name": f"of {sender}", "content": CONTENT, "project_id": stage.project}
        status = api.client.put("/api/v1/run-views", json=body, headers=header).status_code
        assert (status == 200) == (ALLOWED[sender] == CHANGE), (sender, status)


def test_columns_show_settings_metrics_and_facts(api: ApiDriver) -> None:
    run_id = api.launch(tags=["a", "b"], config={"learner": {"learning_rate": 0.002}})
    names = [
        "learner.learning_rate",
        "guide.name",
        "metrics.entropy",
        "tag",
        "created",
        "imported",
        "learner.anneal_lr",
    ]
    [run] = api.get("/runs", columns=names)["items"]
    created = run["values"].pop("created")
    assert created.startswith(run["created_at"][:19])
    assert run["values"] == {
        "learner.learning_rate": 0.002, "guide.name": "dapg", "metrics.entropy": None, "tag": "a, b", "imported": False,
        "learner.anneal_lr": False,
    }  # fmt: skip
    assert run["id"] == run_id
    assert "learner.name" in api.get("/runs", 422, columns=["learner.nam"])["errors"][0]["message"]
