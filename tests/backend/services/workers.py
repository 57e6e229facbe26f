"""A worker without a trainer: claims jobs and says how they ended, through the store as the routes do."""

from collections.abc import Iterable
from typing import Any, Literal

from sqlmodel import select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate, Job, Run
from gsl.backend.services.app_services import Services
from gsl.backend.store import runs
from gsl.backend.store.ingest import ingest
from gsl.backend.store.jobs import leases
from gsl.protocol.lease import FinishRequest
from gsl.protocol.reports import (
    EpochReport,
    EvaluationReport,
    JobResult,
    PlateauReport,
    Report,
    StartedReport,
    VariationReturn,
)
from tests.gsl.phases.runs import config_of


def launch(services: Services, **parts: Any) -> int:
    """A new run, planned: its generalist is queued."""
    with services.database.write() as session:
        empty: dict[str, Any] = {"name": "", "experiment_id": None, "notes": "", "tags": []}
        run = runs.create(session, config_of(**parts), empty)
        assert run.id is not None
        services.advance(session, run.id)
    return run.id


def jobs(services: Services, run_id: int, *statuses: str) -> list[Job]:
    with services.database.read() as session:
        found = session.exec(select(Job).where(Job.run_id == run_id).order_by(Job.id))  # type: ignore[arg-type]  # a column on the class
        return [job for job in found if not statuses or job.status in statuses]


def keys(services: Services, run_id: int, *statuses: str) -> list[str]:
    return [job.key for job in jobs(services, run_id, *statuses)]


def run_of(services: Services, run_id: int) -> Run:
    with services.database.read() as session:
        return runs.get(session, run_id)


def gates(services: Services, run_id: int) -> list[Gate]:
    with services.database.read() as session:
        return list(session.exec(select(Gate).where(Gate.run_id == run_id)))


def claim(services: Services, job: Job, worker: str = "w") -> int:
    """The attempt that now holds the job; a pause after a loss counts as over."""
    assert job.id is not None
    with services.database.write() as session:
        run, row = leases.locked_job(session, job.id)
        row.queued_at = min(row.queued_at, now())
        attempt = leases.claim(session, run, row, worker, services.terms).attempt
        services.advance(session, job.run_id)
    return attempt


def report(services: Services, job: Job, reports: Iterable[Report]) -> None:
    assert job.id is not None
    with services.database.write() as session:
        run, row = leases.locked_job(session, job.id)
        ingest.ingest_reports(session, run, row, list(reports))


def finish(
    services: Services,
    job: Job,
    attempt: int,
    status: Literal["succeeded", "failed", "cancelled", "paused", "lost"] = "succeeded",
    error: str | None = None,
    trouble: str | None = None,
) -> None:
    assert job.id is not None
    outcome = {"generalist": "plateau", "specialist": "solved"}.get(job.kind, "completed")
    result = JobResult(outcome=outcome, epochs=1, steps=1) if status == "succeeded" else None
    with services.database.write() as session:
        run, row = leases.locked_job(session, job.id)
        request = FinishRequest(attempt=attempt, status=status, result=result, error=error, trouble=trouble)
        leases.finish(session, run, row, request)
        services.advance(session, job.run_id)


def work(services: Services, job: Job) -> None:
    """Claim the job, report as its kind does, end well."""
    attempt = claim(services, job)
    report(services, job, [StartedReport(epoch=0, device="cpu", num_envs=1), *_reports(job)])
    finish(services, job, attempt)


def expire(services: Services, job: Job) -> None:
    """The worker falls silent."""
    with services.database.write() as session:
        row = session.get(Job, job.id)
        assert row is not None
        row.lease_until = now().replace(year=2020)


def _reports(job: Job) -> list[Report]:
    if job.kind == "evaluation":
        means = [(variation, 0.1 * (variation + 1)) for variation in job.spec["variations"]]
        counted = 100 if job.spec["evaluations_count"] else 0
        report = EvaluationReport(
            epoch=0, steps=counted, measurement_steps=150 - counted, seconds=1, rounds=4, rounds_asked=4,
            training=tuple(_return(v, m) for v, m in means),
        )  # fmt: skip
        return [report]
    if job.kind == "demonstrations":
        return []
    plateau = PlateauReport(
        start_epoch=1, detected_epoch=2, value=0.5, best_later=0.5, margin=0.1, window=1, metric="return"
    )
    return [_epoch(1), _epoch(2, plateau if job.kind == "generalist" else None)]


def _return(variation: int, mean: float) -> VariationReturn:
    return VariationReturn(
        variation=variation, episodes=4, mean_return=mean, std_return=0.1, success_rate=mean, mean_length=5
    )


def _epoch(number: int, plateau: PlateauReport | None = None) -> EpochReport:
    return EpochReport(
        epoch=number, steps=4096, job_steps=4096 * number, seconds=1, episodes=9, mean_return=0.5, success_rate=0.5,
        mean_length=4, metrics={}, plateau=plateau,
    )  # fmt: skip
