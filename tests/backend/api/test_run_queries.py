"""Queries over runs: what they find on either database, what is wrong with bad ones, and how they go on."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Run
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver, epoch, evaluation, started
from tests.backend.marks import ON_SQLITE


@pytest.fixture
def runs(api: ApiDriver, services: Services) -> dict[str, int]:
    """Three runs that differ in everything that a query can name."""
    experiment = api.post("/experiments", {"name": "Guides (2)"}, 201)["id"]
    first = api.launch(
        name="Alpha one", tags=["paper", "two words"], experiment_id=experiment, arm_name="dapg",
        config={"seed": 3, "learner": {"learning_rate": 0.0001}, "guide": {"name": "none"}},
    )  # fmt: skip
    second = api.launch(
        name="Beta", notes="alpha's sibling", config={"seed": 4, "learner": {"learning_rate": 0.01, "target_kl": 0.02}}
    )
    third = api.cancelled(name="Gamma 100%", tags=["Paper-2"], config={"arm": "generalist", "seed": 5})
    job = api.job(first)
    api.claim(job)
    api.report(job, started(), epoch(1, metrics={"entropy": 0.7, "own/gain": 2.0}))
    with services.database.write() as session:
        for run in session.exec(select(Run)):
            run.score = {first: 0.25, second: None, third: 0.75}[run.id or 0]
            run.created_at = now() - timedelta(days={first: 1, second: 3, third: 30}[run.id or 0])
    return {"first": first, "second": second, "third": third}


FOUND = {
    "": "first second third",
    "alpha": "first second",
    "ALPHA one": "first",
    "one alpha": "",
    "one and alpha": "first",
    '"100%"': "third",
    "status = cancelled": "third",
    "status != cancelled": "first second",
    "status in (queued, cancelled) beta or gamma": "second third",
    "status not in (cancelled)": "first second",
    "not status = cancelled and not alpha": "",
    "suite = forkmaze": "first second third",
    "suite ~ FORK": "first second third",
    "arm = dapg": "first",
    "tag = paper": "first",
    "tag ~ paper": "first third",
    "tag = 'two words'": "first",
    "tag = none": "second",
    "tag != paper": "second third",
    "owner = owner": "first second third",
    "owner !~ own": "",
    'experiment = "Guides (2)"': "first",
    "experiment = 1": "first",
    "experiment ~ guides": "first",
    "experiment = none": "second third",
    "project = none": "first second third",
    "seed >= 4": "second third",
    "seed in (3, 5)": "first third",
    "score > 0.5": "third",
    "score != 0.25": "second third",
    "score = none": "second",
    "not score > 0.5": "first second",
    "learner.learning_rate > 1e-4": "second third",
    "learner.learning_rate <= 1e-4": "first",
    "config.learner.learning_rate = 0.01": "second",
    "learner.target_kl != none": "second",
    "guide.name = none": "",
    'guide.name = "none"': "first",
    "guide.name ~ DA": "second third",
    "config.arm = generalist": "third",
    "learner.anneal_lr = no": "first second third",
    "learner.anneal_lr != no": "",
    "metrics.entropy < 1": "first",
    "metrics.own/gain = 2": "first",
    "metrics.entropy = none": "second third",
    "steps >= 100": "first",
    "total_steps > 1k": "first second third",
    "created > 2d ago": "first",
    "created < 1 week ago": "third",
    "created > 2020-01-01 and created < 2120-01-01T12:00": "first second third",
    "created = 2020-01-01": "",
    "ended = none": "first second",
    "imported = yes": "",
    "archived = no": "first second third",
    "((seed = 3)) or (not (seed < 5))": "first third",
    "id >= 1 name = 'Beta'": "second",
    'notes ~ "alpha\'s"': "second",
}


def test_what_queries_find(api: ApiDriver, runs: dict[str, int]) -> None:
    names = {number: name for name, number in runs.items()}
    found = {q: {names[run["id"]] for run in api.get("/runs", q=q)["items"]} for q in FOUND}
    assert found == {q: set(expected.split()) for q, expected in FOUND.items()}


WRONG: dict[str, tuple[int, str]] = {
    "status = ": (9, "value"),
    "status =": (8, "value"),
    "status = failed and": (19, "field"),
    "status == failed": (8, "value"),
    "(status = failed": (16, ")"),
    "status = failed)": (15, ")"),
    '"never closed': (0, "quotes"),
    "()": (1, "field"),
    "name = a,b": (8, "quotes"),
    "statsu = failed": (0, "status"),
    "score > 1 learning_rate > 1": (10, "learner.learning_rate"),
    "metrics.nothing_of_this > 1": (0, "metrics."),
    "learner.foo = 1": (0, "no field"),
    "lr<3e-4>fast": (7, "quotes"),
    "status = faild": (9, "failed"),
    "status > failed": (7, "in"),
    "tag < a": (4, "~"),
    "score > high": (8, "1e-4"),
    "score > 1e999": (8, "too large"),
    "score > none": (8, "none"),
    "created > soon": (10, "2d ago"),
    "created > 9999w ago": (10, "hundred"),
    "created > 9999-12-31": (10, "too far"),
    "imported = maybe": (11, "yes"),
    "not " * 60 + "a": (0, "deep"),
    "(" * 60 + "a" + ")" * 60: (0, "deep"),
}


@ON_SQLITE
@pytest.mark.parametrize("q", WRONG)
def test_what_is_wrong_with_a_query(api: ApiDriver, q: str) -> None:
    position, words = WRONG[q]
    [error] = api.get("/runs", 422, q=q)["errors"]
    assert error["field"] == "q"
    assert words in error["message"]
    assert error["position"] == position or words == "deep"


@ON_SQLITE
@pytest.mark.parametrize(
    "q", ["x" * 2001, "\0", "a\0b = 1", "id = 99999999999999999999", "seed > 1e308", "experiment = ²"]
)
def test_what_is_too_large_or_strange_is_no_fault_of_the_server(api: ApiDriver, q: str) -> None:
    api.launch()
    assert api.client.get("/api/v1/runs", params={"q": q}).status_code in (200, 422)


def test_runs_are_sorted_by_anything(api: ApiDriver, runs: dict[str, int]) -> None:
    names = {number: name for name, number in runs.items()}

    def by(sort: str) -> list[str]:
        return [names[run["id"]] for run in api.get("/runs", sort=sort)["items"]]

    assert by("-score") == ["third", "first", "second"]
    assert by("score") == ["first", "third", "second"]
    assert by("learner.learning_rate") == ["first", "third", "second"]
    assert by("-metrics.entropy")[0] == "first"
    assert by("-seed") == ["third", "second", "first"]
    assert by("experiment")[0] == "first"
    assert by("created") == ["third", "second", "first"]
    assert by("-guide.name")[0] == "first"
    assert "learner.name" in api.get("/runs", 422, sort="learner.nam")["errors"][0]["message"]
    assert api.get("/runs", 422, sort="tag")["errors"][0]["field"] == "sort"


COMPLETED: dict[str, list[str]] = {
    "": ["status", "suite"],
    "sta": ["status"],
    "learning": ["learner.learning_rate"],
    "status ": ["=", "!="],
    "status = ": ["queued"],
    "status = ca": ["cancelled"],
    "status in (queued, fa": ["failed"],
    "status = failed ": ["and", "or"],
    "status = failed and su": ["suite"],
    "suite = f": ["forkmaze"],
    "tag = ": ["paper", '"two words"'],
    'tag = "two': ['"two words"'],
    "experiment = ": ['"Guides (2)"'],
    "owner = ow": ["owner"],
    "created > ": ["1d ago"],
    "guide.name = d": ["dapg"],
    "metrics.own": ["metrics.own/gain"],
    "imported = ": ["yes", "no"],
}


def test_how_queries_go_on(api: ApiDriver, runs: dict[str, int]) -> None:
    for q, expected in COMPLETED.items():
        answer = api.get("/runs/completions", q=q)
        offered = [item["text"] for item in answer["items"]]
        assert set(expected) <= set(offered), (q, offered)
        assert q[answer["start"] :].strip('"') in expected[-1], (q, answer["start"])
    assert api.get("/runs/completions", q="status = = ")["items"] == []
    assert api.get("/runs/completions", q="status = failed", at=3)["items"][0]["text"] == "status"


def test_fields_are_listed_with_those_of_plugins(api: ApiDriver, runs: dict[str, int]) -> None:
    fields: dict[str, Any] = {field["name"]: field for field in api.get("/runs/fields")}
    assert fields["learner.learning_rate"]["source"] == "setting"
    assert fields["metrics.own/gain"]["kind"] == "number"
    assert not fields["tag"]["sortable"]


def test_metrics_and_held_out_scores_follow_the_newest_report(api: ApiDriver) -> None:
    run_id = api.launch(config={"suite": {"held_out_goals": 2}})
    job = api.job(run_id)
    api.claim(job)
    trained = api.get(f"/jobs/{job}")["variations"]
    unseen = [variation for variation in range(len(trained) + 2) if variation not in trained]
    told = evaluation(1, [0.5, 1.0])
    measured = {
        **told, "training": [{**told["training"][0], "variation": trained[0]}],
        "held_out": [{**item, "variation": place} for item, place in zip(told["training"], unseen, strict=True)],
    }  # fmt: skip
    of: dict[str, Any] = {"returns": []}
    api.report(job, started(), epoch(1, **of), measured, epoch(2, metrics={"entropy": 0.4}, **of))
    assert api.get("/runs", q="held_out_score > 0.7 and metrics.entropy = 0.4")["total"] == 1
    api.report(job, started(after=1), epoch(2, metrics={"entropy": 0.6}, **of))
    assert api.get("/runs", q="metrics.entropy = 0.6")["total"] == 1
