"""Storing what a trainer reports: in bulk, idempotently, and only from the current attempt.

Every report is keyed by (job, epoch, ...), so a batch that arrives twice changes nothing. A `StartedReport` discards
everything reported after its epoch. Called with run and job locked (`store.jobs.locks`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from gsl.backend.db import models
from gsl.backend.db.columns import now
from gsl.backend.db.evaluation_models import Evaluation, EvaluationFeatures
from gsl.backend.db.models import Job, Run
from gsl.backend.errors import InvalidError
from gsl.backend.store import provenance, videos
from gsl.backend.store.configs import config_of
from gsl.backend.store.ingest import bounds, curve_rollups, rollups
from gsl.backend.store.ingest.rollback import discard_after
from gsl.backend.store.ingest.upsert import upsert
from gsl.config.run import RunConfig
from gsl.protocol.reports import (
    DemonstrationsReport,
    EpochReport,
    EvaluationReport,
    PlateauReport,
    ProvenanceReport,
    Report,
    Source,
    StartedReport,
    VariationReturn,
    VideoReport,
)

Row = dict[str, Any]


@dataclass
class Rows:
    """Rows of one batch by table; of several reports with one key, the last one counts."""

    epochs: dict[int, Row] = field(default_factory=dict)
    returns: dict[tuple[str, int, int], Row] = field(default_factory=dict)
    plateaus: dict[int, PlateauReport] = field(default_factory=dict)
    ledger: dict[tuple[int, str], int] = field(default_factory=dict)
    evaluations: dict[int, EvaluationReport] = field(default_factory=dict)
    features: dict[str, list[float]] = field(default_factory=dict)
    provenance: dict[int, ProvenanceReport] = field(default_factory=dict)
    watched: list[Row] = field(default_factory=list)


def ingest_reports(session: Session, run: Run, job: Job, reports: Sequence[Report]) -> tuple[str, ...]:
    """Store the reports in order; returns the paths of files that are now obsolete.

    Raises `InvalidError` naming a variation that the job may not report on, or what is out of its bounds.
    """
    allowed = _allowed(config_of(run), job)
    with session.no_autoflush:  # run and job would be written before each of the queries
        bounds.check(session, job, reports)
    discarded: list[str] = []
    run.revision, run.updated_at = run.revision + 1, now()
    for group in _between_starts(reports):
        with session.no_autoflush:
            if isinstance(group[0], StartedReport):
                discarded += _restart(session, run, job, group[0])
            _store(session, run, job, _rows(job, group, allowed))
        session.flush()
    return tuple(discarded)


def _between_starts(reports: Sequence[Report]) -> Iterator[list[Report]]:
    group: list[Report] = []
    for report in reports:
        if isinstance(report, StartedReport) and group:
            yield group
            group = []
        group.append(report)
    if group:
        yield group


def _restart(session: Session, run: Run, job: Job, report: StartedReport) -> list[str]:
    job.device = report.device
    job.started_at = job.started_at or now()
    paths = discard_after(session, run, job, report.epoch)
    if job.epochs > report.epoch:
        job.epochs = report.epoch
        rollups.rebuild(session, run, job)
    return paths


def _allowed(config: RunConfig, job: Job) -> dict[str, frozenset[int]]:
    """Variations that returns of each source may name, so that held-out ones never count as trained on."""
    training = frozenset(job.spec["variations"] or config.suite.training_variations())
    return {"training": training, "evaluation": training, "held_out": frozenset(config.suite.held_out_variations())}


def _rows(job: Job, reports: Sequence[Report], allowed: dict[str, frozenset[int]]) -> Rows:
    rows = Rows()
    for report in reports:
        if isinstance(report, EpochReport):
            rows.epochs[report.epoch] = _epoch(job, report)
            rows.ledger[report.epoch, "training"] = report.steps
            _add_returns(rows, job, report.epoch, "training", report.returns, allowed)
            if report.plateau is not None:
                rows.plateaus[report.plateau.detected_epoch] = report.plateau
        elif isinstance(report, EvaluationReport):
            rows.ledger[report.epoch, "evaluation"] = report.steps
            rows.ledger[report.epoch, "measurement"] = report.measurement_steps
            _add_returns(rows, job, report.epoch, "evaluation", report.training, allowed)
            _add_returns(rows, job, report.epoch, "held_out", report.held_out, allowed)
            rows.evaluations[report.epoch] = report
            rows.features = _features(report, allowed["evaluation"])
        elif isinstance(report, ProvenanceReport):
            rows.provenance[report.epoch] = report
        elif isinstance(report, DemonstrationsReport):
            rows.ledger[0, "demonstrations"] = report.steps
            _check_known("counts", [count.variation for count in report.counts], allowed["training"])
            job.demonstrations = [count.model_dump() for count in report.counts]
            job.message = _kept(report)
        elif isinstance(report, VideoReport):
            rows.ledger[0, "viewing"] = report.steps
            rows.watched = [episode.model_dump() for episode in report.episodes]
    return rows


def _epoch(job: Job, report: EpochReport) -> Row:
    row = report.model_dump(exclude={"type", "returns", "plateau", "metrics", "system"})
    return {**row, "metrics": {**report.metrics, **report.system}, "job_id": job.id, "at": now()}


def _add_returns(
    rows: Rows,
    job: Job,
    epoch: int,
    source: Source,
    returns: Sequence[VariationReturn],
    allowed: dict[str, frozenset[int]],
) -> None:
    for item in returns:
        if item.variation not in allowed[source]:
            message = f"{item.variation} is not one of the job's {source.replace('_', '-')} variations"
            raise InvalidError.field("reports.returns.variation", message)
        row = {"job_id": job.id, "source": source, "epoch": epoch, **item.__dict__}
        rows.returns[source, epoch, item.variation] = row


def _rounds(job: Job, report: EvaluationReport) -> Row:
    return {"job_id": job.id, **report.model_dump(include={"epoch", "rounds", "rounds_asked", "trial"})}


def _check_known(part: str, variations: Sequence[int], allowed: frozenset[int]) -> None:
    foreign = sorted(set(variations) - allowed)
    if foreign:
        raise InvalidError.field(f"reports.{part}.variation", f"{foreign[0]} is not one of the job's variations")


def _features(report: EvaluationReport, allowed: frozenset[int]) -> dict[str, list[float]]:
    _check_known("features", [entry.variation for entry in report.features], allowed)
    return {str(entry.variation): list(entry.features) for entry in report.features}


def _kept(report: DemonstrationsReport) -> str:
    kept, tried = sum(c.kept for c in report.counts), sum(c.tried for c in report.counts)
    empty = sum(not c.kept for c in report.counts)
    return f"kept {kept} of {tried} episodes" + (
        f"; none for {empty} of {len(report.counts)} variations" if empty else ""
    )


def _store(session: Session, run: Run, job: Job, rows: Rows) -> None:
    upsert(session, models.Epoch, list(rows.epochs.values()))
    upsert(session, models.VariationReturn, list(rows.returns.values()))
    rollups.latest(session, run, list(rows.returns.values()))
    rollups.plateaus(session, run, job, list(rows.plateaus.values()))
    rollups.ledger(session, run, job, rows.ledger)
    rollups.progress(run, job, list(rows.epochs.values()))
    if rows.features:
        upsert(session, EvaluationFeatures, [{"job_id": job.id, "features": rows.features}])
    upsert(session, Evaluation, [_rounds(job, report) for report in rows.evaluations.values()])
    curve_rollups.roll_up(session, job.id or 0, rows.epochs, rows.evaluations)
    for made_with in rows.provenance.values():
        provenance.store(session, job, made_with)
    if rows.watched:
        videos.keep_episodes(session, job, rows.watched)
    for report in rows.evaluations.values():
        rollups.score(run, job, report)
