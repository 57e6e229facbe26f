"""Exporting a run that has ended as a record: its rows are turned back into the reports of its trainers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlmodel import Session, col, func, select

from gsl.backend.db.evaluation_models import Evaluation, EvaluationFeatures
from gsl.backend.db.models import Epoch, Gate, Job, LedgerEntry, Plateau, Run, VariationReturn
from gsl.backend.errors import ConflictError
from gsl.backend.store import continuations, provenance
from gsl.backend.store.configs import config_of, read_only
from gsl.backend.store.forks import origin_of
from gsl.backend.store.jobs import planning
from gsl.method.selection import Estimate
from gsl.phases import GateOpening, keys
from gsl.phases.state import TrainingOn
from gsl.protocol import reports
from gsl.protocol.api import GateEvidence, GateProposal
from gsl.protocol.jobs import ENDED, VIDEO, Work
from gsl.protocol.metrics import SYSTEM
from gsl.protocol.rounds import Rounds
from gsl.record import MOST_RETURNS, GateRecord, JobRecord, RunRecord

Returns = dict[tuple[int, str], list[reports.VariationReturn]]
Spent = dict[tuple[int, str], int]
R = TypeVar("R", Epoch, Evaluation, LedgerEntry, Plateau)
ALL = 2**31 - 1
"""More epochs than any job has."""


def record_of(session: Session, run: Run) -> RunRecord:
    """The run as a record; its configuration is as it was stored if the run is read-only.

    Raises `ConflictError` if the run has not ended, or has more measurements than a record may contain.
    """
    planned = (Job.run_id == run.id, Job.kind != VIDEO)
    jobs = list(session.exec(select(Job).where(*planned).order_by(col(Job.id))))
    _check(session, run, jobs)
    gates = session.exec(select(Gate).where(Gate.run_id == run.id).order_by(col(Gate.id)))
    unread = read_only(run)
    parts: dict[str, Any] = {
        **run.model_dump(include={"name", "arm_name", "notes", "tags", "status", "phase", "cycle", "message"}),
        "config": run.config if unread else config_of(run),
        "warnings": run.warnings,
        "origin": origin_of(run, elsewhere=True),
        "continuations": continuations.of_runs(session, [run])[run.id or 0],
        "created_at": run.created_at,
        "ended_at": run.ended_at or run.updated_at,
        "jobs": [_job(session, job) for job in jobs],
        "gates": [_gate(gate) for gate in gates],
    }
    return RunRecord.model_construct(**parts) if unread else RunRecord.model_validate(parts)


def _check(session: Session, run: Run, jobs: Sequence[Job]) -> None:
    going = [job.key for job in jobs if job.status not in ENDED]
    if run.status not in ENDED or going:
        what = f"is {run.status}" if run.status not in ENDED else f"still has the job {going[0]} running"
        raise ConflictError(f"Run {run.id} {what}, and only runs that have ended can be exported.")
    ids = [job.id for job in jobs]
    count = session.exec(
        select(func.count()).select_from(VariationReturn).where(col(VariationReturn.job_id).in_(ids))
    ).one()
    if count > MOST_RETURNS:
        raise ConflictError(
            f"Run {run.id} has {count} returns of variations; a record may contain at most {MOST_RETURNS}."
        )


def _job(session: Session, job: Job) -> JobRecord:
    work = Work.model_validate({name: job.spec[name] for name in Work.model_fields if name in job.spec})
    outcome = {"outcome": job.outcome, "epochs": job.epochs, "steps": job.steps, "best_epoch": job.best_epoch}
    return JobRecord.model_validate(
        {
            "work": work,
            "status": job.status,
            "start_steps": job.start_steps,
            "reports": tuple(reports_of(session, job)),
            "result": None if job.outcome is None else {**outcome, "message": job.message},
            "error": (job.error or "")[:20_000],
            "started_at": job.started_at,
            "ended_at": job.ended_at,
        }
    )


def reports_of(session: Session, job: Job, first: int = 0, last: int = ALL) -> Iterator[reports.Report]:
    """Of these epochs, in the order in which they arrived: an evaluation follows the epoch after which it was made."""
    if job.device is not None:
        num_envs = job.spec["config"]["learner"]["num_envs"]
        yield reports.StartedReport(epoch=0, device=job.device, num_envs=num_envs)

    def rows(model: type[R], epoch: Any) -> Sequence[R]:
        return session.exec(select(model).where(model.job_id == job.id, col(epoch).between(first, last))).all()

    returns, spent = _returns(session, job, first, last), _spent(rows(LedgerEntry, LedgerEntry.epoch))
    plateaus = {row.detected_epoch: row for row in rows(Plateau, Plateau.detected_epoch)}
    epochs = {row.epoch: row for row in rows(Epoch, Epoch.epoch)}
    rounds = {row.epoch: row for row in rows(Evaluation, Evaluation.epoch)}
    made_with = {each.epoch: each for each in provenance.reports_of(session, job) if first <= each.epoch <= last}
    for epoch in sorted({*epochs, *rounds, *made_with, *(epoch for epoch, _ in spent)}):
        if epoch in epochs:
            yield _epoch(epochs[epoch], plateaus.get(epoch), returns[epoch, "training"])
        if epoch in rounds or (epoch, "evaluation") in spent:
            yield _evaluation(session, job, epoch, spent, returns, rounds.get(epoch))
        if epoch in made_with:
            yield made_with[epoch]
    if job.demonstrations is not None:
        steps = spent.get((0, "demonstrations"), 0)
        counts = tuple(reports.DemonstrationCount.model_validate(count) for count in job.demonstrations)
        yield reports.DemonstrationsReport(steps=steps, seconds=0.0, counts=counts)


def _epoch(row: Epoch, plateau: Plateau | None, returns: list[reports.VariationReturn]) -> reports.EpochReport:
    found = None if plateau is None else plateau.model_dump(include=set(reports.PlateauReport.model_fields))
    fields = row.model_dump(exclude={"job_id", "at", "metrics"})
    metrics = {name: value for name, value in row.metrics.items() if name not in SYSTEM}
    system = {name: value for name, value in row.metrics.items() if name in SYSTEM}
    fields |= {"metrics": metrics, "system": system, "seconds": row.seconds or 0.0}
    return reports.EpochReport.model_validate({**fields, "returns": returns, "plateau": found})


def _evaluation(
    session: Session, job: Job, epoch: int, spent: Spent, returns: Returns, rounds: Evaluation | None
) -> reports.EvaluationReport:
    row = session.get(EvaluationFeatures, job.id)
    features = {} if row is None else row.features
    return reports.EvaluationReport(
        epoch=epoch,
        steps=spent.get((epoch, "evaluation"), 0),
        measurement_steps=spent.get((epoch, "measurement"), 0),
        seconds=0.0,
        rounds=None if rounds is None else rounds.rounds,
        rounds_asked=None if rounds is None else rounds.rounds_asked,
        trial=_trial(rounds),
        training=tuple(returns[epoch, "evaluation"]),
        held_out=tuple(returns[epoch, "held_out"]),
        features=tuple(
            reports.VariationFeatures(variation=int(variation), features=tuple(numbers))
            for variation, numbers in features.items()
        ),
    )


def _trial(row: Evaluation | None) -> reports.TrialReturns | None:
    return None if row is None or row.trial is None else reports.TrialReturns.model_validate(row.trial)


def _returns(session: Session, job: Job, first: int, last: int) -> Returns:
    """By epoch and source, in order of the variations."""
    found: Returns = defaultdict(list)
    mine = (VariationReturn.job_id == job.id, col(VariationReturn.epoch).between(first, last))
    query = select(VariationReturn).where(*mine).order_by(col(VariationReturn.variation))
    for row in session.exec(query):
        fields = row.model_dump(include=set(reports.VariationReturn.model_fields))
        report = reports.VariationReturn.model_validate({**fields, "mean_length": row.mean_length or 0.0})
        found[row.epoch, row.source].append(report)
    return found


def _spent(rows: Sequence[LedgerEntry]) -> Spent:
    return {(row.epoch, row.purpose): row.steps for row in rows}


def _gate(row: Gate) -> GateRecord:
    decision = None if row.decision is None else GateProposal.model_validate(row.decision)
    return GateRecord.model_validate(
        {
            **row.model_dump(include={"status", "action", "decided_by", "reason", "created_at", "decided_at"}),
            "opening": _opening(row),
            "decision": None if decision is None else planning.proposal_of(decision),
        }
    )


def _opening(row: Gate) -> GateOpening:
    """The gate as it opened, from its frozen evidence: the inverse of `planning.insert_gate`."""
    evidence = GateEvidence.model_validate(row.evidence)
    place = (row.cycle, row.segment)
    frozen = {field.name for field in fields(GateOpening)} & set(GateEvidence.model_fields) - {"rounds", "training_on"}
    estimated = {field.name for field in fields(Estimate)}
    return GateOpening(
        **{name: getattr(evidence, name) for name in frozen},
        **row.model_dump(include={"segment", "cycle", "mode", "reason_asked"}),
        generalist=keys.generalist(*place) if row.cycle == 1 or row.segment > 1 else keys.finetune(row.cycle - 1),
        evaluation=keys.evaluation(*place),
        rounds=Rounds(evidence.rounds, evidence.rounds_asked),
        training_on=None if evidence.training_on is None else TrainingOn(**evidence.training_on.model_dump()),
        estimates=tuple(Estimate(**each.model_dump(include=estimated)) for each in evidence.variations),
        proposal=planning.proposal_of(GateProposal.model_validate(row.proposal)),
    )
