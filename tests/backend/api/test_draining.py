"""Workers that take no new job, and workers that are gone."""

from datetime import timedelta

from sqlmodel import select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Worker
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import BEARER, ApiDriver


def next_job(api: ApiDriver) -> object:
    return api.ask("POST", "/jobs/next", json={"worker": "w1", "suites": ["forkmaze"]}, headers=BEARER)


def test_a_worker_that_drains_finishes_its_job_and_takes_no_new_one(api: ApiDriver) -> None:
    api.announce("w1", "forkmaze")
    first, second = api.launch(), api.launch(config={"seed": 1})
    api.claim(api.job(first))
    assert api.ask("PATCH", "/workers/w1", json={"draining": True})["draining"]
    assert next_job(api) is None
    assert "take no new job" in str(api.claim(api.job(second), 409)["detail"])
    api.work(api.job(first), "heartbeat", {"attempt": 1, "worker": "w1"})  # it keeps what it has
    api.announce("w1", "forkmaze")  # as after a restart
    assert api.get("/workers")[0]["draining"]
    assert next_job(api) is None
    assert api.get("/queue")["waiting"][0]["workers"] == []
    api.ask("PATCH", "/workers/w1", json={"draining": False})
    assert next_job(api) is not None


def test_only_a_worker_that_is_gone_is_removed(api: ApiDriver, services: Services) -> None:
    api.announce("w1", "forkmaze")
    assert "is live" in api.ask("DELETE", "/workers/w1", 409)["detail"]
    with services.database.write() as session:
        session.exec(select(Worker)).one().last_seen = now() - timedelta(minutes=5)
    api.ask("DELETE", "/workers/w1", 204)
    assert api.get("/workers") == []
    for method in ("DELETE", "PATCH"):
        body = {"json": {"draining": True}} if method == "PATCH" else {}
        assert "does not exist" in api.ask(method, "/workers/w1", 404, **body)["detail"]
    assert {each["what"] for each in api.get("/audit")["items"]} >= {"remove worker"}
