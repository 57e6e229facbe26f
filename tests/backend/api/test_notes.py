"""Notes: every save is kept, and whoever saves over another's text is told first."""

import pytest

from gsl.client.api import Client
from tests.backend.api_driver import OWNER_TOKEN, ApiDriver


@pytest.fixture(params=["run", "experiment"])
def place(request: pytest.FixtureRequest, api: ApiDriver) -> str:
    """The address of something without notes."""
    if request.param == "run":
        return f"/runs/{api.launch()}"
    return f"/experiments/{api.post('/experiments', {'name': 'e'}, 201)['id']}"


def save(api: ApiDriver, place: str, text: str, seen: int | None, status: int = 200) -> dict[str, object]:
    answer: dict[str, object] = api.ask("PUT", f"{place}/notes", status, json={"text": text, "seen": seen})
    return answer


def texts(api: ApiDriver, place: str) -> list[str]:
    return [version["text"] for version in api.get(f"{place}/notes")["items"]]


def test_every_save_is_a_version(api: ApiDriver, place: str) -> None:
    assert api.get(f"{place}/notes") == {"items": [], "total": 0, "limit": 20, "offset": 0}
    first = save(api, place, "# One", 0)
    assert first["who"] == "owner"
    second = save(api, place, "Two", int(str(first["version"])))
    assert api.get(place)["notes"] == "Two"
    assert texts(api, place) == ["Two", "# One"]
    save(api, place, "Two", int(str(second["version"])))  # nothing has changed
    assert texts(api, place) == ["Two", "# One"]
    assert [each["text"] for each in api.get(f"{place}/notes", limit=1, offset=1)["items"]] == ["# One"]
    save(api, place, "# One", int(str(second["version"])))  # restored
    assert texts(api, place) == ["# One", "Two", "# One"]


def test_the_second_of_two_writers_is_told(api: ApiDriver, place: str) -> None:
    save(api, place, "hers", 0)
    detail = str(save(api, place, "his", 0, 409)["detail"])
    assert "owner has saved these notes" in detail
    newest = api.get(f"{place}/notes")["items"][0]["version"]
    assert str(newest) in detail
    assert texts(api, place) == ["hers"]
    save(api, place, "his", newest)
    assert texts(api, place) == ["his", "hers"]
    assert "no version 7" in str(save(api, f"/runs/{api.launch()}", "x", 7, 409)["detail"])
    assert save(api, place, "x" * 20_001, newest, 422)["errors"] == [
        {"field": "text", "message": "String should have at most 20000 characters"}
    ]


def test_notes_from_the_launch_and_those_of_scripts_are_kept(api: ApiDriver) -> None:
    run = api.launch(notes="at the launch")
    [first] = api.get(f"/runs/{run}/notes")["items"]
    assert (first["version"], first["who"], first["text"]) == (0, "owner", "at the launch")
    api.ask("PATCH", f"/runs/{run}", json={"notes": "by a script"})
    assert texts(api, f"/runs/{run}") == ["by a script", "at the launch"]
    assert api.get("/runs", q="BY A SCRIPT")["total"] == 1


def test_the_client_saves_and_lists(api: ApiDriver) -> None:
    run, experiment = api.launch(), api.post("/experiments", {"name": "e"}, 201)["id"]
    with Client(api.address, OWNER_TOKEN) as client:
        assert client.save_notes(run, "a").text == "a"
        client.save_experiment_notes(experiment, "b", seen=0)
        assert [note.text for note in client.notes(run)] == ["a"]
        assert [note.text for note in client.experiment_notes(experiment)] == ["b"]
