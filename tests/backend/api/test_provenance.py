"""What runs and jobs are made with: stored from each start on, shown, compared, and carried by a record."""

from typing import Any

from tests.backend.api_driver import ApiDriver, epoch, started


def made_with(after: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "type": "provenance", "epoch": after, "command": "python -m gsl.worker.trainer 1",
        "seeds": {"run": 3, "job": 2**62}, "machine": "m1", "system": "Linux 6",
        "python": "3.11.7", "processor": "EPYC", "device": "cpu",
        "driver": "", "packages": {"torch": "2.13.0", "numpy": "1.26.4"}, "sources": [source()], **changes,
    }  # fmt: skip


def source(**changes: Any) -> dict[str, Any]:
    state = {"package": "gsl-lab", "version": "0.1.0", "folder": "f", "commit": "abc", "changed": [], "difference": ""}
    return {**state, "cut": False, "note": "", **changes}


def running(api: ApiDriver, *reports: dict[str, Any]) -> tuple[int, int]:
    """A run and its first job, which has reported."""
    run_id = api.launch()
    job_id = api.job(run_id)
    api.claim(job_id)
    api.report(job_id, *reports)
    return run_id, job_id


def test_a_job_shows_what_it_is_made_with(api: ApiDriver) -> None:
    run_id, job_id = running(api, started(), made_with(), epoch(1))
    found = api.get(f"/runs/{run_id}/provenance")
    assert found == api.get(f"/jobs/{job_id}/provenance")
    (shown,) = found
    (of,) = shown.pop("jobs")
    assert (of["job_id"], of["job_key"], of["epoch"]) == (job_id, "generalist-1", 0)
    sent = made_with()
    assert (of["command"], of["seeds"]) == (sent["command"], sent["seeds"])
    assert shown == {name: sent[name] for name in shown}


def test_a_job_that_resumes_with_something_else_shows_both(api: ApiDriver) -> None:
    _, job_id = running(api, started(), made_with(), epoch(1), epoch(2))
    api.report(job_id, started(1), made_with(1))
    assert len(api.get(f"/jobs/{job_id}/provenance")) == 1
    api.report(job_id, started(1), made_with(1, machine="m2"), epoch(2))
    first, second = api.get(f"/jobs/{job_id}/provenance")
    assert [(each["machine"], each["jobs"][0]["epoch"]) for each in (first, second)] == [("m1", 0), ("m2", 1)]
    api.report(job_id, started(0), made_with(0, machine="m3"))
    assert [each["machine"] for each in api.get(f"/jobs/{job_id}/provenance")] == ["m3"], "what it made is discarded"


def test_what_is_sent_twice_is_stored_once(api: ApiDriver) -> None:
    _, job_id = running(api, started(), made_with(), epoch(1))
    api.report(job_id, started(), made_with(), epoch(1))
    (found,) = api.get(f"/jobs/{job_id}/provenance")
    assert len(found["jobs"]) == 1


def test_only_what_differs_is_compared(api: ApiDriver) -> None:
    changed = source(changed=["lab.py"], difference="+REWARD = 2")
    others: dict[str, Any] = {"packages": {"torch": "2.12.0", "numpy": "1.26.4", "jax": "1"}, "sources": [changed]}
    one, one_job = running(api, started(), made_with())
    other, other_job = running(api, started(), made_with(seeds={"run": 3, "job": 9}, **others))
    found = api.get(f"/runs/{one}/provenance/differences", other=other)
    assert [each["what"] for each in found] == ["uncommitted changes of gsl-lab", "package jax", "package torch"]
    assert (found[1]["ours"], found[1]["theirs"]) == ([], ["1"])
    assert (found[2]["ours"], found[2]["theirs"]) == (["2.13.0"], ["2.12.0"])
    assert api.get(f"/runs/{one}/provenance/differences", other=one) == []
    of_jobs = api.get(f"/jobs/{one_job}/provenance/differences", other=other_job)
    assert "seed of the job" in [each["what"] for each in of_jobs]


def test_nothing_is_made_up_of_what_was_not_recorded(api: ApiDriver) -> None:
    run_id, _ = running(api, started(), made_with())
    older, older_job = running(api, started(), epoch(1))
    assert api.get(f"/runs/{older}/provenance") == api.get(f"/jobs/{older_job}/provenance") == []
    assert f"run {older}" in api.get(f"/runs/{run_id}/provenance/differences", 409, other=older)["detail"]
    for path in ("/runs/999/provenance", "/jobs/999/provenance"):
        api.get(path, 404)


def test_a_record_carries_it_along(api: ApiDriver) -> None:
    run_id, job_id = running(api, started(), made_with(), epoch(1), epoch(2))
    api.report(job_id, started(1), made_with(1, machine="m2"), epoch(2))
    api.finish(job_id, None, status="failed", error="it broke")
    record = api.get(f"/runs/{run_id}/record")
    imported = api.post("/runs/import", record, 201)
    both = [api.get(f"/runs/{each}/provenance") for each in (run_id, imported["id"])]
    assert [each["machine"] for each in both[1]] == ["m1", "m2"]
    assert [[of["epoch"] for of in each["jobs"]] for each in both[0]] == [
        [of["epoch"] for of in each["jobs"]] for each in both[1]
    ]
    assert api.get(f"/runs/{imported['id']}/record") == record


def test_what_does_not_fit_is_refused(api: ApiDriver) -> None:
    _, job_id = running(api, started(), epoch(1))
    assert api.report(job_id, made_with(2), status=422)["errors"][0]["field"] == "reports.0.epoch"
    api.report(job_id, made_with(1, sources=[source(difference="x" * 65_537)]), status=422)
    api.report(job_id, made_with(1, environment={"A": "b"}), status=422)


def test_it_goes_with_its_run(api: ApiDriver) -> None:
    run_id, _ = running(api, started(), made_with())
    api.finish(api.job(run_id), None, status="failed", error="it broke")
    api.ask("DELETE", f"/runs/{run_id}", 204)
    api.get(f"/runs/{run_id}/provenance", 404)
