"""The bin: what is deleted is there for nobody, comes back whole, and goes for good in time."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, update

from gsl.backend.db.columns import now
from gsl.backend.db.models import Experiment, Run
from gsl.backend.services import bin
from gsl.backend.services.app_services import Services
from gsl.backend.store.binned import KEPT
from tests.backend.api_driver import ApiDriver, epoch, started
from tests.backend.marks import ON_SQLITE
from tests.backend.people import token
from tests.backend.project_stage import ALLOWED, NOTHING, shared_stage

LAUNCH = {"preset": "forkmaze-quick", "arms": [{"name": "a"}], "seeds": [1, 2]}


@pytest.fixture
def run(api: ApiDriver) -> int:
    """One that has ended and left a file."""
    run_id = api.launch(name="mine")
    api.claim(job := api.job(run_id))
    api.report(job, started(), epoch(1))
    api.upload(job, b"policy")
    api.post(f"/runs/{run_id}/cancel")
    api.finish(job, None, status="cancelled")
    return run_id


def binned(api: ApiDriver) -> list[tuple[str, int, int]]:
    return [(item["kind"], item["id"], item["runs"]) for item in api.get("/bin")["items"]]


def late(services: Services, table: type[Any]) -> None:
    with services.database.write() as session:
        before = now() - KEPT - timedelta(seconds=1)
        session.exec(update(table).where(col(table.deleted_at).is_not(None)).values(deleted_at=before))


def test_a_deleted_run_is_hidden_and_comes_back_whole(api: ApiDriver, run: int) -> None:
    before, jobs = api.get(f"/runs/{run}"), api.get(f"/runs/{run}/jobs")
    api.ask("DELETE", f"/runs/{run}", 204)
    assert api.get("/runs")["total"] == 0
    for path in (f"/runs/{run}", f"/runs/{run}/figures", f"/runs/{run}/export", f"/jobs/{jobs[0]['id']}"):
        assert "in the bin" in api.get(path, 404)["detail"]
    api.ask("PATCH", f"/runs/{run}", 404, json={"name": "yours"})
    api.ask("DELETE", f"/runs/{run}", 404)
    [item] = api.get("/bin")["items"]
    assert (item["name"], item["deleted_by"], item["gone_at"] > item["deleted_at"]) == ("mine", "owner", True)
    restored = api.post(f"/bin/runs/{run}/restore")
    assert {**restored, "updated_at": None} == {**before, "updated_at": None}
    assert api.get(f"/runs/{run}/jobs") == jobs
    assert len(api.get(f"/runs/{run}/artifacts")) == 1
    assert binned(api) == []
    assert "not in the bin" in api.post(f"/bin/runs/{run}/restore", status=409)["detail"]
    done = [entry["what"] for entry in api.get("/audit")["items"]]
    assert done[:2] == ["restore run", "delete run"]


def test_it_goes_for_good_at_once_or_in_time(api: ApiDriver, services: Services, run: int) -> None:
    api.ask("DELETE", f"/bin/runs/{run}", 409)
    api.ask("DELETE", f"/runs/{run}", 204)
    bin.empty(services)
    assert binned(api) == [("run", run, 1)]
    late(services, Run)
    bin.empty(services)
    assert binned(api) == []
    assert "does not exist" in api.get(f"/runs/{run}", 404)["detail"]
    assert services.files.list(f"runs/{run}") == []
    [entry] = [entry for entry in api.get("/audit")["items"] if entry["who"] == "reaper"]
    assert (entry["what"], entry["subject"], entry["detail"]) == ("purge run", f"run {run}", "mine")


def test_an_experiment_goes_and_comes_with_its_runs(api: ApiDriver, services: Services) -> None:
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    first, second = (run["id"] for run in api.post(f"/experiments/{experiment}/runs", LAUNCH, 201))
    assert "cancel them" in api.ask("DELETE", f"/experiments/{experiment}", 409)["detail"]
    for run in (first, second):
        api.post(f"/runs/{run}/cancel")
    api.ask("DELETE", f"/runs/{first}", 204)
    assert api.get(f"/experiments/{experiment}")["runs"] == 1
    assert [arm["runs"] for arm in api.get(f"/experiments/{experiment}/comparison")["arms"]] == [[second]]
    api.ask("DELETE", f"/experiments/{experiment}", 204)
    assert binned(api) == [("experiment", experiment, 1)]
    assert (api.get("/experiments")["total"], api.get("/runs")["total"]) == (0, 0)
    for path in ("", "/comparison", "/figures", "/export"):
        api.get(f"/experiments/{experiment}{path}", 404)
    api.post(f"/experiments/{experiment}/runs", LAUNCH, 404)
    api.post("/runs", {"preset": "forkmaze-quick", "experiment_id": experiment}, 422)
    assert "restore that" in api.post(f"/bin/runs/{first}/restore", status=409)["detail"]
    assert api.post(f"/bin/experiments/{experiment}/restore")["runs"] == 1
    assert binned(api) == [("run", first, 1)]
    api.ask("DELETE", f"/experiments/{experiment}", 204)
    late(services, Experiment)
    bin.empty(services)
    assert (binned(api), api.get("/runs")["total"]) == ([], 0)


def test_a_place_that_was_taken_is_not_restored_to(api: ApiDriver) -> None:
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    plain = {**LAUNCH, "arms": [{"name": "a", "config": {"arm": "generalist"}}], "seeds": [1]}
    first = api.post(f"/experiments/{experiment}/runs", plain, 201)[0]["id"]
    api.play(first, [0.5])
    api.ask("DELETE", f"/runs/{first}", 204)
    [second] = api.post(f"/experiments/{experiment}/runs", plain, 201)
    assert f"Run {second['id']}" in api.post(f"/bin/runs/{first}/restore", status=409)["detail"]
    api.post(f"/runs/{second['id']}/cancel")
    api.post(f"/bin/runs/{first}/restore")


@ON_SQLITE
def test_only_its_owner_and_admins_delete_and_restore(api: ApiDriver, services: Services) -> None:
    max_, eve = token(services, "max", "member"), token(services, "eve", "member")
    run = api.ask("POST", "/runs", 201, json={"preset": "forkmaze-quick"}, headers=max_)["id"]
    api.ask("POST", f"/runs/{run}/cancel", headers=max_)
    api.ask("DELETE", f"/runs/{run}", 204, headers=max_)
    assert "max's" in api.ask("POST", f"/bin/runs/{run}/restore", 403, headers=eve)["detail"]
    api.ask("DELETE", f"/bin/runs/{run}", 403, headers=max_)
    api.ask("POST", f"/bin/runs/{run}/restore", headers=max_)


@ON_SQLITE
def test_the_bin_shows_what_is_there_for_whoever_asks(api: ApiDriver, services: Services) -> None:
    stage = shared_stage(api, services)
    api.post(f"/runs/{stage.gate}/cancel")
    api.ask("DELETE", f"/runs/{stage.gate}", 204)
    for sender, header in stage.senders.items():
        there = ALLOWED[sender] != NOTHING
        assert api.ask("GET", "/bin", headers=header)["total"] == int(there), sender
        answer = api.client.post(f"/api/v1/bin/runs/{stage.gate}/restore", headers=header)
        assert there or answer.status_code in (403, 404), sender
        if answer.status_code == 200:
            api.ask("DELETE", f"/runs/{stage.gate}", 204)


@ON_SQLITE
def test_jobs_that_still_run_stop_before_it_goes_for_good(api: ApiDriver) -> None:
    run_id = api.launch()
    api.claim(job := api.job(run_id))
    api.report(job, started(), epoch(1))
    api.finish(job, None, status="failed", error="it broke")
    api.ask("DELETE", f"/runs/{run_id}", 204)
    api.ask("DELETE", f"/bin/runs/{run_id}", 204)
