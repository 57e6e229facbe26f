"""The variations of a run over REST: ranks, clusters, and all that is known of one, from a run in a real database."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from gsl.config.presets import PRESETS
from tests.backend.api_driver import ApiDriver, evaluation, returns, started
from tests.backend.figures.stored_run import Size, store_run

SIZE = Size(generalist=24, specialist=8, finetune=40, seen=10, evaluate_every=8)


@pytest.fixture
def run_id(services: Services) -> int:
    with services.database.write() as session:
        return store_run(session, PRESETS["forkmaze"].config, SIZE)


def test_ranks_follow_the_latest_means_and_clusters_hold_equally_many(api: ApiDriver, run_id: int) -> None:
    answer = api.get(f"/runs/{run_id}/variations", clusters=3)
    items = answer["items"]
    assert (answer["measured"], answer["source"]) == ("At the end", "evaluation")
    by_rank = sorted(items, key=lambda item: item["rank"])
    assert [item["rank"] for item in by_rank] == list(range(1, len(items) + 1))
    assert [item["mean_return"] for item in by_rank] == sorted(item["mean_return"] for item in items)
    sizes = [sum(item["cluster"] == number for item in items) for number in (1, 2, 3)]
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == len(items)
    assert "returns alone" in answer["clustered_by"]
    assert {item["cluster"] for item in api.get(f"/runs/{run_id}/variations")["items"]} == {None}


def test_one_variation_has_its_whole_story(api: ApiDriver, run_id: int) -> None:
    story = api.get(f"/runs/{run_id}/variations/0")
    jobs = [(curve["kind"], curve["source"]) for curve in story["curves"]]
    assert [kind for kind, source in jobs if source == "training"] == ["generalist", "specialist", "finetune"]
    assert ("evaluation", "evaluation") in jobs
    for curve in story["curves"]:
        assert len(curve["epochs"]) == len(curve["steps"]) == len(curve["mean_return"]) == len(curve["episodes"])
        assert curve["steps"] == sorted(curve["steps"])
    [evidence] = story["evidence"]
    assert (evidence["status"], evidence["specialist"]) == ("approved", 1)
    assert [(row["specialist"], row["job_key"]) for row in story["trained_by"]] == [(1, "specialist-1-1")]
    assert [(row["specialist"], row["kept"], row["tried"]) for row in story["demonstrations"]] == [(1, 1, 3)]
    changed = {change["metric"]: change for change in story["changes"]}
    assert changed["return"]["difference"] == pytest.approx(changed["return"]["after"] - changed["return"]["before"])
    assert changed["return"]["low"] < changed["return"]["difference"] < changed["return"]["high"]


def test_neighbours_are_those_of_the_ranks(api: ApiDriver, run_id: int) -> None:
    ranked = sorted(api.get(f"/runs/{run_id}/variations")["items"], key=lambda item: item["rank"])
    stories = [api.get(f"/runs/{run_id}/variations/{item['variation']}") for item in ranked[:2]]
    assert [story["previous"] for story in stories] == [None, ranked[0]["variation"]]
    assert [story["next"] for story in stories] == [ranked[1]["variation"], ranked[2]["variation"]]


def test_steps_add_up_to_the_ledger(api: ApiDriver, run_id: int) -> None:
    """The specialists of the made-up run have a variation each, so that the ledger has their steps by variation."""
    numbers = [item["variation"] for item in api.get(f"/runs/{run_id}/variations")["items"]]
    rows = [row for number in numbers for row in api.get(f"/runs/{run_id}/variations/{number}")["steps"]]
    spent: dict[str, int] = {}
    for row in rows:
        if row["purpose"] == "training":
            spent[row["phase"]] = spent.get(row["phase"], 0) + row["steps"]
            assert row["exact"] == (row["phase"] == "specialists")
    trained = [row for row in api.get(f"/runs/{run_id}/ledger")["rows"] if row["purpose"] == "training"]
    for phase, steps in spent.items():
        assert steps == pytest.approx(sum(row["steps"] for row in trained if row["phase"] == phase), abs=len(numbers))


def test_a_held_out_variation_has_a_page_too(api: ApiDriver) -> None:
    run_id = api.launch(config={"suite": {"name": "forkmaze", "held_out_goals": 2}})
    generalist = api.job(run_id)
    api.claim(generalist)
    trained = {item["variation"] for item in api.get(f"/runs/{run_id}/variations")["items"]}
    number = min(set(range(10)) - trained)
    story = api.get(f"/runs/{run_id}/variations/{number}")
    assert (story["held_out"], story["rank"], story["curves"]) == (True, None, [])
    [measured] = returns([0.25])
    report = {**evaluation(0, []), "training": [{**measured, "variation": min(trained)}]}
    api.report(generalist, started(), report | {"held_out": [{**measured, "variation": number}]})
    story = api.get(f"/runs/{run_id}/variations/{number}")
    assert (story["rank"], story["mean_return"], story["source"]) == (1, 0.25, "held_out")
    assert (story["evidence"], story["changes"]) == ([], [])


BAD: tuple[tuple[str, int, str], ...] = (
    ("/variations/9999", 404, "It trains on 0-9"),
    ("/variations/-1", 422, "variation_id"),
    ("/variations/x", 422, "variation_id"),
    ("/variations?clusters=1", 422, "clusters"),
    ("/variations?clusters=20", 422, "at most 10"),
    ("/figures/variation_heatmap?variations=0-77", 422, "77 is not a variation of this run"),
    ("/figures/variation_curves?variations=all", 422, "numbers and ranges"),
)


@pytest.mark.parametrize(("path", "status", "says"), BAD)
def test_bad_input_says_what_there_is(api: ApiDriver, run_id: int, path: str, status: int, says: str) -> None:
    problem: dict[str, Any] = api.ask("GET", f"/runs/{run_id}{path}", status)
    assert says in problem["detail"]


def test_a_new_run_has_variations_without_a_rank(api: ApiDriver) -> None:
    run_id = api.launch()
    answer = api.get(f"/runs/{run_id}/variations")
    assert (answer["measured"], answer["source"]) == ("", None)
    assert {item["rank"] for item in answer["items"]} == {None}
    story = api.get(f"/runs/{run_id}/variations/{answer['items'][0]['variation']}")
    assert (story["curves"], story["changes"], story["previous"], story["next"]) == ([], [], None, None)
