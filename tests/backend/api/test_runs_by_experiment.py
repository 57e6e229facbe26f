"""The list of runs with those of an experiment as one row: order, pages, what a row tells, and opening it."""

from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.models import Run
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver
from tests.backend.counting import counted
from tests.backend.marks import ON_SQLITE

SCORES: dict[str, float | None] = {"a0": 0.2, "a1": 0.4, "b0": 0.9, "alone": 0.5, "c0": None, "lost": 0.95}
"""By name of the run; the first letter is its experiment, of three runs, and of one."""


@pytest.fixture
def listed(api: ApiDriver, services: Services) -> dict[str, int]:
    """Numbers of runs and experiments by name."""
    two, one = (api.post("/experiments", {"name": name}, 201)["id"] for name in ("two arms", "no score"))
    place = {"a": (two, "low"), "b": (two, "high"), "c": (one, "plain")}
    ids: dict[str, int] = {"two": two, "one": one}
    for name in SCORES:
        experiment, arm = place.get(name[0] if len(name) == 2 else "", (None, ""))
        launch = api.cancelled if name == "a1" else api.launch
        ids[name] = launch(name=name, experiment_id=experiment, arm_name=arm)
    with services.database.write() as session:
        for run in session.exec(select(Run)):
            run.score = SCORES[run.name]
    return ids


def rows(api: ApiDriver, **query: Any) -> list[str]:
    """Names, in order; those of experiments in capitals."""
    items = api.get("/runs/by-experiment", **query)["items"]
    return [row["run"]["name"] if row["run"] else row["experiment"]["name"].upper() for row in items]


def test_an_experiment_stands_where_its_first_run_would(api: ApiDriver, listed: dict[str, int]) -> None:
    assert rows(api) == ["lost", "NO SCORE", "alone", "TWO ARMS"]
    assert rows(api, sort="created") == ["TWO ARMS", "alone", "NO SCORE", "lost"]
    assert rows(api, sort="-score") == ["lost", "TWO ARMS", "alone", "NO SCORE"]
    assert rows(api, sort="score") == ["TWO ARMS", "alone", "lost", "NO SCORE"]
    assert rows(api, sort="experiment") == ["NO SCORE", "TWO ARMS", "lost", "alone"]
    for sort in ("imported", "learner.anneal_lr", "guide.name", "metrics.entropy"):
        assert len(rows(api, sort=sort)) == 4
    assert api.get("/runs/by-experiment", 422, sort="tag")["errors"][0]["field"] == "sort"


def test_a_row_tells_of_the_runs_that_were_found(api: ApiDriver, listed: dict[str, int]) -> None:
    found = api.get("/runs/by-experiment", q='experiment = "two arms"')
    assert (found["total"], found["runs"]) == (1, 3)
    row = found["items"][0]["experiment"]
    assert (row["id"], row["runs"], row["statuses"]) == (listed["two"], 3, {"cancelled": 1, "queued": 2})
    assert row["run_ids"] == [listed[name] for name in ("b0", "a1", "a0")]
    assert row["arms"] == [
        {"name": "high", "runs": 1, "scored": 1, "mean_score": 0.9, "best_score": 0.9},
        {"name": "low", "runs": 2, "scored": 1, "mean_score": 0.2, "best_score": 0.2},
    ]
    assert row["updated_at"] == max(api.get(f"/runs/{listed[name]}")["updated_at"] for name in ("a0", "a1", "b0"))
    narrowed = api.get("/runs/by-experiment", q="score > 0.3")
    assert [row["experiment"] and row["experiment"]["runs"] for row in narrowed["items"]] == [None, None, 2]
    assert (narrowed["total"], narrowed["runs"]) == (3, 4)


def test_an_opened_row_is_followed_by_its_runs_in_their_order(api: ApiDriver, listed: dict[str, int]) -> None:
    opened: dict[str, Any] = {"open": [listed["two"], 999], "sort": "-score"}
    expected = ["lost", "TWO ARMS", "b0", "a1", "a0", "alone", "NO SCORE"]
    assert rows(api, **opened) == expected
    paged = [rows(api, **opened, limit=2, offset=offset) for offset in range(0, 8, 2)]
    assert [name for page in paged for name in page] == expected
    answer = api.get("/runs/by-experiment", **opened, columns=["seed"])
    assert (answer["total"], answer["runs"]) == (7, 6)
    assert answer["items"][2]["run"]["values"] == {"seed": 0}
    assert "open" in api.get("/runs/by-experiment", 422, open=["x"])["errors"][0]["field"]


@ON_SQLITE
def test_a_page_takes_as_many_queries_for_many_runs_as_for_few(
    api: ApiDriver, services: Services, listed: dict[str, int]
) -> None:
    with counted(services.database) as few:
        rows(api, open=listed["two"])
    for seed in range(3):
        api.launch(name="more", experiment_id=listed["two"], config={"seed": seed})
    with counted(services.database) as more:
        rows(api, open=listed["two"])
    assert len(more.statements) == len(few.statements)
