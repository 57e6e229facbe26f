"""How busy workers were: one row a minute for a day, the newest beside each worker, and nothing of older workers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, delete, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Worker
from gsl.backend.db.rollup_models import WorkerMinute
from gsl.backend.services.app_services import Services
from gsl.backend.store.worker_usage import KEPT
from tests.backend.api_driver import ApiDriver

GPU = {"name": "NVIDIA H100", "memory_used": 10 << 30, "memory_total": 80 << 30, "use": 0.5}


def use(processor: float = 1.5, **fields: Any) -> dict[str, Any]:
    memory = {"memory_used": 3 << 30, "memory_total": 8 << 30}
    return {"processor": processor, "cores": 2, **memory, "gpus": [GPU], "steps_per_second": 900.0, **fields}


def store(services: Services, name: str, minutes_ago: int, processor: float) -> None:
    at = int((now() - timedelta(minutes=minutes_ago)).timestamp() // 60)
    with services.database.write() as session:
        session.add(WorkerMinute(worker=name, minute=at, use=use(processor)))


def rows(services: Services) -> list[tuple[str, float]]:
    with services.database.read() as session:
        query = select(WorkerMinute).order_by(col(WorkerMinute.worker), col(WorkerMinute.minute))
        return [(row.worker, row.use["processor"]) for row in session.exec(query)]


def test_the_newest_word_of_a_minute_stands_for_it(api: ApiDriver, services: Services) -> None:
    api.announce("w1", use=use(0.5))
    store(services, "w1", 5, 0.25)
    api.announce("w1", use=use(1.75))
    assert 2 <= len(rows(services)) <= 3  # a minute may have ended between the two
    [worker] = api.get("/workers")
    assert worker["use"] == use(1.75)
    samples = api.get("/workers/w1/usage")["samples"]
    assert [each["use"]["processor"] for each in (samples[0], samples[-1])] == [0.25, 1.75]
    assert samples == sorted(samples, key=lambda each: each["at"])
    assert len(api.get("/workers/w1/usage", hours=0.05)["samples"]) < len(samples)


def test_a_day_is_kept_of_all_workers(api: ApiDriver, services: Services) -> None:
    api.announce("gone")
    day = int(KEPT.total_seconds() // 60)
    for minutes in (day + 5, day - 5):
        store(services, "gone", minutes, minutes)
    api.announce("w1", use=use())
    assert rows(services) == [("gone", day - 5), ("w1", 1.5)]


def test_a_worker_of_an_earlier_version_says_nothing_of_it(api: ApiDriver, services: Services) -> None:
    api.announce("old")
    assert rows(services) == []
    [worker] = api.get("/workers")
    assert (worker["live"], worker["use"]) == (True, None)
    assert api.get("/workers/old/usage") == {"worker": "old", "samples": []}
    store(services, "old", 5, 1.0)  # as before it was set back to that version
    assert api.get("/workers")[0]["use"] is None


def test_what_is_said_of_a_worker_goes_with_it(api: ApiDriver, services: Services) -> None:
    api.announce("gpu box/1", use=use())
    assert len(api.get("/workers/gpu box/1/usage")["samples"]) == 1
    with services.database.write() as session:
        session.exec(select(Worker)).one().last_seen = now() - timedelta(minutes=1)
    assert api.get("/workers")[0]["use"] is None  # it is not live
    api.ask("DELETE", "/workers/gpu box/1", 204)
    assert rows(services) == []
    api.ask("GET", "/workers/gpu box/1/usage", 404)


def test_a_row_without_its_worker_cannot_be(services: Services) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        store(services, "nobody", 1, 1.0)
    with services.database.write() as session:
        session.execute(delete(WorkerMinute))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"processor": -1}, "use.processor"),
        ({"memory_used": 2**60}, "use.memory_used"),
        ({"gpus": [GPU | {"use": 1.5}]}, "use.gpus.0.use"),
        ({"cores": 0}, "use.cores"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    api: ApiDriver, services: Services, wrong: dict[str, Any], field: str
) -> None:
    problem = api.announce("w1", status=422, use=use() | wrong)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert rows(services) == []


@pytest.mark.parametrize("hours", ["0", "25", "nan", "much"])
def test_a_time_that_is_not_kept_is_refused(api: ApiDriver, hours: str) -> None:
    api.announce("w1")
    assert api.ask("GET", "/workers/w1/usage", 422, params={"hours": hours})["errors"][0]["field"] == "hours"
