"""One change of many runs: what happens to each, and what stays as it was."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.project_stage import ALLOWED, CHANGE, NOTHING, shared_stage


def change(api: ApiDriver, action: str, *run_ids: int, **fields: object) -> dict[int, bool]:
    answer = api.post("/runs/changes", {"action": action, "run_ids": run_ids, **fields})
    return {item["run_id"]: item["done"] for item in answer["items"]}


def listed(api: ApiDriver, **query: Any) -> list[int]:
    return sorted(run["id"] for run in api.get("/runs", **query)["items"])


def test_tags_are_added_and_removed(api: ApiDriver) -> None:
    first, second = api.launch(tags=["a"]), api.launch()
    assert change(api, "tag", first, second, 99, tags=["b", "a"]) == {first: True, second: True, 99: False}
    assert [api.get(f"/runs/{run}")["tags"] for run in (first, second)] == [["a", "b"], ["b", "a"]]
    assert change(api, "untag", first, tags=["a"]) == {first: True}
    assert listed(api, q="tag = a") == [second]
    assert listed(api, q='"b"') == [first, second]
    many = [f"t{number}" for number in range(20)]
    assert change(api, "tag", first, second, tags=many) == {first: False, second: False}
    assert api.get(f"/runs/{first}")["tags"] == ["b"]


def test_an_archived_run_is_left_out_until_it_is_asked_for(api: ApiDriver) -> None:
    experiment = api.post("/experiments", {"name": "Kept"}, 201)["id"]
    ended, going = api.cancelled(experiment_id=experiment), api.launch()
    assert change(api, "archive", ended, going) == {ended: True, going: False}
    assert listed(api) == [going]
    assert listed(api, q="archived = yes") == listed(api, experiment_id=experiment) == [ended]
    assert listed(api, q="archived = yes or archived = no") == [ended, going]
    assert api.get(f"/runs/{ended}")["archived_at"] is not None
    assert change(api, "unarchive", ended) == {ended: True}
    assert listed(api) == [ended, going]
    assert [event["what"] for event in api.get(f"/runs/{ended}/events")["items"]][:2] == [
        "taken out of the archive", "archived",
    ]  # fmt: skip


def test_each_run_is_cancelled_and_deleted_on_its_own(api: ApiDriver) -> None:
    ended, going = api.cancelled(), api.launch()
    assert change(api, "cancel", ended, going) == {ended: False, going: True}
    assert api.get(f"/runs/{going}")["status"] == "cancelled"
    another = api.launch()
    assert change(api, "delete", ended, going, another) == {ended: True, going: True, another: False}
    assert listed(api) == [another]
    assert api.get("/bin")["total"] == 2


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "tag", "run_ids": [1]}, "tags"),
        ({"action": "eat", "run_ids": [1]}, "action"),
        ({"action": "cancel", "run_ids": []}, "run_ids"),
        ({"action": "cancel", "run_ids": [0]}, "run_ids.0"),
        ({"action": "cancel", "run_ids": list(range(1, 1002))}, "run_ids"),
        ({"action": "tag", "run_ids": [1], "tags": [" "]}, "tags.0"),
    ],
)
def test_what_cannot_be_asked_names_the_field(api: ApiDriver, body: object, field: str) -> None:
    assert api.post("/runs/changes", body, 422)["errors"][0]["field"] == field


@ON_SQLITE
def test_only_what_a_sender_may_change_is_changed(api: ApiDriver, services: Services) -> None:
    stage = shared_stage(api, services)
    body = {"action": "tag", "run_ids": [stage.run], "tags": ["seen"]}
    for sender, header in stage.senders.items():
        answer = api.client.post("/api/v1/runs/changes", json=body, headers=header)
        done = answer.status_code == 200 and answer.json()["items"][0]["done"]
        assert done == (ALLOWED[sender] == CHANGE), (sender, answer.text)
        if answer.status_code == 200 and ALLOWED[sender] == NOTHING:
            assert "does not exist" in answer.json()["items"][0]["detail"]
