"""Rollups of reports onto job and run: steps, speed, latest values, the sparkline.

Figures of the run come from the generalist and its fine-tuning; specialists have their own.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, col, select

from gsl.backend.db.models import Epoch, Job, LedgerEntry, Plateau, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.store.configs import config_of
from gsl.backend.store.ingest.upsert import upsert
from gsl.method import score as measured
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.protocol.jobs import OUTSIDE
from gsl.protocol.reports import EvaluationReport, PlateauReport, Source, VariationReturn

Row = dict[str, Any]
MAIN_KINDS = ("generalist", "finetune", "evaluation")  # jobs of the run's own policy
_SPARKLINE_POINTS = 40
_SPEED_WEIGHT = 0.3  # weight of the newest batch in the moving average


def latest(session: Session, run: Run, returns: Sequence[Row]) -> None:
    """Keep the latest estimate of each variation."""
    newest: dict[tuple[str, int], Row] = {}
    for row in returns:
        key = (row["source"], row["variation"])
        if key not in newest or newest[key]["epoch"] <= row["epoch"]:
            newest[key] = row
    fresh = {"run_id": run.id, "revision": run.revision}
    upsert(session, LatestReturn, [{**row, **fresh} for row in newest.values()], unless_older_by="epoch")


def ledger(session: Session, run: Run, job: Job, entries: dict[tuple[int, str], int]) -> None:
    """Store the steps and add the new ones to job and run; measurements are counted separately."""
    if not entries:
        return
    epochs = {epoch for epoch, _ in entries}
    known = session.exec(
        select(LedgerEntry).where(
            LedgerEntry.job_id == job.id,
            col(LedgerEntry.epoch) >= min(epochs),
            col(LedgerEntry.epoch) <= max(epochs),
        )
    )
    before = {(entry.epoch, entry.purpose): entry.steps for entry in known}
    entries = {key: steps for key, steps in entries.items() if steps or key in before}
    added = {key: steps - before.get(key, 0) for key, steps in entries.items()}
    fixed = {"job_id": job.id, "run_id": run.id, "phase": job.phase}
    rows = [
        {**fixed, "epoch": epoch, "purpose": purpose, "steps": steps} for (epoch, purpose), steps in entries.items()
    ]
    upsert(session, LedgerEntry, rows)
    spend(run, job, ((purpose, steps) for (_, purpose), steps in added.items()))


def spend(run: Run, job: Job, steps: Iterable[tuple[str, int]]) -> None:
    """Add steps by purpose (or subtract them); measurements and viewing do not count as spent."""
    for purpose, number in steps:
        if purpose == "measurement":
            job.measurement_steps += number
            run.measurement_steps += number
        elif purpose not in OUTSIDE:
            job.steps += number
            run.spent_steps += number


def plateaus(session: Session, run: Run, job: Job, found: Sequence[PlateauReport]) -> None:
    """Store detections with the run's steps at both epochs; detections already stored are kept."""
    for report in found:
        query = select(Plateau).where(Plateau.job_id == job.id, Plateau.detected_epoch == report.detected_epoch)
        if session.exec(query).first() is not None:
            continue
        start, detected = (steps_at(session, job, e) for e in (report.start_epoch, report.detected_epoch))
        row = Plateau(**report.model_dump(), run_id=job.run_id, job_id=job.id or 0)
        row.start_steps, row.detected_steps = start, detected
        session.add(row)


def steps_at(session: Session, job: Job, epoch: int) -> int:
    """Steps of the run at the end of the job's epoch, as on the axis of the learning curve."""
    query = select(Epoch.job_steps).where(Epoch.job_id == job.id, Epoch.epoch == epoch)
    return job.start_steps + (session.exec(query).first() or 0)


def progress(run: Run, job: Job, epochs: Sequence[Row]) -> None:
    """Roll new epochs up onto job and run; epochs already reported change nothing."""
    fresh = [row for row in epochs if row["epoch"] > job.epochs]
    if not fresh:
        return
    last = fresh[-1]
    job.epochs = last["epoch"]
    job.mean_return = _last_known(fresh, "mean_return", job.mean_return)
    job.success_rate = _last_known(fresh, "success_rate", job.success_rate)
    seconds, steps = sum(row["seconds"] for row in fresh), sum(row["steps"] for row in fresh)
    if seconds > 0:
        before = job.steps_per_second
        speed = steps / seconds
        job.steps_per_second = speed if before is None else before + _SPEED_WEIGHT * (speed - before)
    if job.kind in ("generalist", "finetune"):
        run.mean_return = job.mean_return
        for row in fresh:
            run.metrics = {**run.metrics, **_measured(row)}
        extend_sparkline(run, [row["mean_return"] for row in fresh])


_METRICS_OF_EPOCHS = ("success_rate", "mean_length", "episodes")


def _measured(row: Row) -> dict[str, float]:
    """The metrics of an epoch that have a value."""
    values = {**row["metrics"], **{name: row[name] for name in _METRICS_OF_EPOCHS}}
    return {name: value for name, value in values.items() if value is not None}


def _last_known(rows: Sequence[Row], name: str, otherwise: float | None) -> float | None:
    return next((row[name] for row in reversed(rows) if row[name] is not None), otherwise)


def extend_sparkline(run: Run, values: Sequence[float | None]) -> None:
    """Add one value per epoch; if there are too many points, drop every second one and double the stride."""
    points, stride, seen = list(run.sparkline), run.sparkline_stride, run.sparkline_epochs
    for value in values:
        if seen % stride == 0:
            points.append(value)
        seen += 1
        if len(points) > _SPARKLINE_POINTS:
            points, stride = points[::2], stride * 2
    run.sparkline, run.sparkline_stride, run.sparkline_epochs = points, stride, seen


def rebuild(session: Session, run: Run, job: Job) -> None:
    """Recompute the rollups of job and run after epochs were discarded."""
    query = select(Epoch).where(Epoch.job_id == job.id).order_by(col(Epoch.epoch).desc()).limit(1)
    newest = session.exec(query).first()
    job.mean_return = None if newest is None else newest.mean_return
    job.success_rate = None if newest is None else newest.success_rate
    if job.kind not in ("generalist", "finetune"):
        return
    curve = (
        select(Epoch.mean_return)
        .join(Job, col(Job.id) == col(Epoch.job_id))
        .where(Job.run_id == run.id, col(Job.kind).in_(("generalist", "finetune")))
        .order_by(col(Epoch.job_id), col(Epoch.epoch))
    )
    values = list(session.exec(curve))
    run.sparkline, run.sparkline_stride, run.sparkline_epochs = [], 1, 0
    extend_sparkline(run, values)
    run.mean_return = next((value for value in reversed(values) if value is not None), None)
    run.metrics = {} if newest is None else _measured(newest.model_dump())
    run.score, run.held_out_score = (_newest_score(session, run, source) for source in ("evaluation", "held_out"))


def _newest_score(session: Session, run: Run, source: Source) -> float | None:
    """The score according to the newest remaining evaluation."""
    evaluated = (
        select(LatestReturn)
        .join(Job, col(Job.id) == col(LatestReturn.job_id))
        .where(LatestReturn.run_id == run.id, LatestReturn.source == source, col(Job.kind).in_(MAIN_KINDS))
        .where(Job.key != BEFORE_EVALUATION)
    )
    rows = session.exec(evaluated).all()
    newest = max((row.job_id for row in rows), default=None)
    return measured.score(config_of(run).suite, [_return(row) for row in rows if row.job_id == newest])


def _return(row: LatestReturn) -> VariationReturn:
    fields = row.model_dump(include=set(VariationReturn.model_fields))
    return VariationReturn.model_validate({**fields, "mean_length": row.mean_length or 0.0})


def score(run: Run, job: Job, report: EvaluationReport) -> None:
    """Keep what a fresh evaluation says of the policy; the run's score is that of its generalist, by its newest one.

    The policy at the gate has one already when it is measured once more, beside later work.
    """
    value = measured.score(config_of(run).suite, report.training)
    if job.kind == "evaluation" or not job.epochs:
        job.mean_return = measured.mean_return(report.training)
        job.success_rate = measured.success_rate(report.training)
    if job.kind in MAIN_KINDS and job.key != BEFORE_EVALUATION and value is not None:
        run.score = value
        held_out = measured.score(config_of(run).suite, report.held_out)
        run.held_out_score = run.held_out_score if held_out is None else held_out
