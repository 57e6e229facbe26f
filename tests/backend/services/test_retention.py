"""Old checkpoints go, and whatever any job may still ask for stays: over generated runs, and on both databases."""

from datetime import timedelta
from typing import Any, Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, delete, select

from gsl.backend import retention as command
from gsl.backend.db.columns import now
from gsl.backend.db.models import Artifact, Job, Plateau, Run
from gsl.backend.services.app_services import Services
from gsl.backend.services.retention import Sweeper, sweep
from gsl.backend.store import retention
from gsl.backend.store.jobs import leases
from gsl.protocol.jobs import CheckpointSource, JobStatus
from gsl.protocol.lease import ArtifactRef
from tests.backend.api_driver import PLATEAU, ApiDriver, epoch, evaluation, started
from tests.backend.marks import ON_SQLITE

DAYS = 10
WHICH: tuple[Literal["last", "best", "plateau"], ...] = ("last", "best", "plateau")

FILES = st.lists(
    st.tuples(st.sampled_from(["checkpoint", "best", "demonstrations", "picture"]), st.integers(0, 6)), max_size=12
)
JOBS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(get_args(JobStatus)),
        "ended": st.integers(1, 2 * DAYS),
        "files": FILES,
        "plateaus": st.lists(st.integers(0, 6), max_size=2, unique=True),
    }
)


def stored(session: Session, services: Services, jobs: list[dict[str, Any]]) -> None:
    """A run of these jobs, with the rows and the content of their files."""
    services.files.remove("runs")
    session.execute(delete(Run))
    session.flush()
    run = Run(name="r", suite="forkmaze", arm="gsl", config={})
    session.add(run)
    session.flush()
    for number, told in enumerate(jobs):
        _job(session, services, run.id or 0, number, told)


def _job(session: Session, services: Services, run_id: int, number: int, told: dict[str, Any]) -> None:
    has_ended = told["status"] in ("succeeded", "failed", "cancelled")
    ended_at = now() - timedelta(days=told["ended"], minutes=1) if has_ended else None
    job = Job(
        run_id=run_id, key=f"job-{number}", kind="generalist", phase="generalist", spec={}, status=told["status"],
        lost_at_steps=-1, ended_at=ended_at,
    )  # fmt: skip
    session.add(job)
    session.flush()
    for start in told["plateaus"]:
        session.add(_plateau(run_id, job.id or 0, start))
    for place, (kind, at) in enumerate(told["files"]):
        path = f"runs/{run_id}/jobs/{job.id}/{kind}/{place}"
        upload = services.files.upload(path)
        upload.write(b"x")
        upload.finish(upload.sha256)
        row = Artifact(
            run_id=run_id, job_id=job.id or 0, job_key=job.key, kind=kind, name=f"{place}", epoch=at, size=1,
            sha256=upload.sha256, path=path,
        )  # fmt: skip
        session.add(row)
    session.flush()


def _plateau(run_id: int, job_id: int, start: int) -> Plateau:
    return Plateau(
        run_id=run_id, job_id=job_id, start_epoch=start, detected_epoch=start + 3, value=0.0, best_later=0.0,
        margin=0.1, window=3, metric="mean_return",
    )  # fmt: skip


def asked_for(session: Session) -> dict[tuple[str, str], ArtifactRef | None]:
    """What each job would get, were it to start from any checkpoint of any other one."""
    run_id = session.exec(select(Run.id)).one() or 0
    keys = session.exec(select(Job.key)).all()
    return {
        (key, which): leases._source(session, run_id, CheckpointSource(job=key, which=which))
        for key in keys
        for which in WHICH
    }


def files_of(services: Services, session: Session) -> tuple[set[str], set[str]]:
    """Paths of rows, and of content."""
    run_id = session.exec(select(Run.id)).one()
    return set(session.exec(select(Artifact.path))), set(services.files.below(f"runs/{run_id}"))


@ON_SQLITE
@settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jobs=st.lists(JOBS, min_size=1, max_size=3))
def test_what_a_job_may_ask_for_is_never_removed(services: Services, jobs: list[dict[str, Any]]) -> None:
    with services.database.write() as session:
        stored(session, services, jobs)
    with services.database.read() as session:
        before, rows = asked_for(session), session.exec(select(Artifact)).all()
        fates = {job.id: job for job in session.exec(select(Job))}
        listed = {row.path for row in retention.removable(session, DAYS)}
    removed, size = sweep(services, DAYS)
    with services.database.read() as session:
        left, content = files_of(services, session)
        assert asked_for(session) == before
    gone = [row for row in rows if row.path not in left]
    assert (removed, size, {row.path for row in gone}) == (len(gone), len(gone), listed)
    assert content == left  # no row without its file, and no file without its row
    for row in gone:
        job = fates[row.job_id]
        assert job.ended_at is not None
        assert job.ended_at < now() - timedelta(days=DAYS)
        assert row.kind in ("checkpoint", "best")
    assert sweep(services, DAYS) == (0, 0)


def old_checkpoints(api: ApiDriver, services: Services) -> int:
    """A run at its gate, long ago, whose generalist has five checkpoints."""
    run_id = api.launch()
    generalist = api.job(run_id)
    api.claim(generalist)
    api.report(generalist, started(), epoch(1), epoch(2, plateau=PLATEAU))
    for at in range(5):
        api.upload(generalist, f"policy {at}".encode(), name=f"epoch-{at}.ckpt", epoch=at)
    api.finish(generalist)
    job = api.job(run_id, "evaluation-1")
    api.claim(job)
    api.report(job, started(), evaluation(0, [0.1, 0.9, 0.2, 0.8]))
    api.finish(job, "completed")
    with services.database.write() as session:
        for row in session.exec(select(Job)):
            row.ended_at = now() - timedelta(days=DAYS + 1)
    return run_id


def test_a_run_goes_on_after_its_checkpoints_were_swept(
    api: ApiDriver, services: Services, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = old_checkpoints(api, services)
    setting = services.settings
    monkeypatch.setattr(setting, "checkpoint_days", float(DAYS))
    shown = api.get("/storage")
    names = [one["name"] for one in api.get(f"/runs/{run_id}/artifacts")]
    Sweeper(services).sweep_if_due()
    left = [one["name"] for one in api.get(f"/runs/{run_id}/artifacts")]
    assert (shown["removable_files"], shown["keep_checkpoints_days"]) == (len(names) - len(left), DAYS)
    assert "epoch-4.ckpt" in left
    assert len(left) < len(names)
    assert api.get("/storage")["removable_files"] == 0
    assert [event["what"] for event in api.get(f"/runs/{run_id}/events")["items"]].count("removed checkpoints") == 1
    api.post(f"/runs/{run_id}/gate/approve", {})
    claimed = api.claim(next(job["id"] for job in api.get(f"/runs/{run_id}/jobs") if job["status"] == "queued"))
    source = claimed["source"]
    assert api.client.get(f"/api/v1/artifacts/{source['id']}/content").status_code == 200


def test_what_a_fork_is_still_to_start_from_stays(api: ApiDriver, services: Services) -> None:
    run_id = old_checkpoints(api, services)
    ids = {file["name"]: file["id"] for file in api.get(f"/runs/{run_id}/artifacts")}
    fork = api.post("/runs", {"checkpoint_id": ids["epoch-0.ckpt"]}, 201)["id"]
    sweep(services, DAYS)
    left = {file["name"] for file in api.get(f"/runs/{run_id}/artifacts")}
    assert "epoch-0.ckpt" in left
    assert len(left) < len(ids)
    assert api.claim(api.job(fork))["source"]["id"] == ids["epoch-0.ckpt"]
    api.upload(api.job(fork), b"of its own")
    sweep(services, DAYS)
    assert "epoch-0.ckpt" not in {file["name"] for file in api.get(f"/runs/{run_id}/artifacts")}


def test_the_command_lists_what_would_go_and_deletes_when_told(
    api: ApiDriver, services: Services, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = old_checkpoints(api, services)
    monkeypatch.setattr("gsl.backend.retention.read_settings", lambda: services.settings)
    before = api.get(f"/runs/{run_id}/artifacts")
    assert command.main(["--days", str(DAYS)]) == 0
    listed = capsys.readouterr().out
    assert "epoch-0.ckpt" in listed
    assert "epoch-4.ckpt" not in listed
    assert api.get(f"/runs/{run_id}/artifacts") == before
    assert command.main(["--days", str(DAYS), "--delete"]) == 0
    assert "epoch-0.ckpt" not in str(api.get(f"/runs/{run_id}/artifacts"))
    with pytest.raises(SystemExit):
        command.main([])
