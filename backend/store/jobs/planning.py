"""Turns a run's rows into the state machine's input, and its plans into rows. Called with the run locked."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.evaluation_models import EvaluationFeatures
from gsl.backend.db.models import Gate, Job, Plateau, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.store import continuations, tracked, wholeness
from gsl.backend.store.jobs.on_demand import OnDemand
from gsl.backend.store.training_history import history_before_gate
from gsl.config.run import RunConfig
from gsl.phases import GateOpening, GateView, JobView, Proposal, RunState
from gsl.phases.keys import measures_apart
from gsl.phases.state import Features
from gsl.protocol.api import GateEvidence, GateProposal, GateVariation, KeepTraining, PlateauPublic
from gsl.protocol.jobs import ENDED, VIDEO, DesiredState, JobSpec, JobStatus
from gsl.protocol.reports import DemonstrationCount, VariationReturn
from gsl.protocol.rounds import Rounds

AUTOMATIC = "automatic approval"


def load_state(session: Session, run: Run) -> RunState:
    """Everything about the run that `gsl.phases.plan` may use."""
    jobs = _jobs(session, run)
    gates = session.exec(select(Gate).where(Gate.run_id == run.id).order_by(col(Gate.id))).all()
    evaluations = [*_newest_evaluations(jobs), *_halved_specialists(run, jobs)]
    return RunState(
        jobs=tuple(_job_view(job) for job in jobs),
        gates=tuple(_gate_view(gate) for gate in gates),
        evaluations=OnDemand(evaluations, partial(_evaluation, session)),
        desired_state=run.desired_state,  # type: ignore[arg-type]  # the column holds a DesiredState
        features=OnDemand(evaluations, partial(_features, session)),
        rounds=_rounds(session, evaluations),
        history=history_before_gate(session, jobs, gates),
        forked=run.origin is not None,
        continuations=continuations.planned(session, run),
        script=tracked.script_view(session, run),
    )


def load_jobs(session: Session, run: Run) -> RunState:
    """The same without what is read by means of the run's configuration: its jobs and what is desired."""
    jobs = _jobs(session, run)
    desired: DesiredState = run.desired_state  # type: ignore[assignment]  # the column holds a DesiredState
    return RunState(jobs=tuple(_job_view(job) for job in jobs), desired_state=desired)


def _jobs(session: Session, run: Run) -> Sequence[Job]:
    """In the order of planning, without their specifications, which name each of up to 100 000 variations."""
    jobs: Sequence[Job] = session.exec(_of_run(run)).all()
    return jobs


def _of_run(run: Run) -> Any:
    """A query for the jobs that the run's phases planned: all but videos."""
    return _every(run).where(Job.kind != VIDEO)


def _every(run: Run) -> Any:
    light = defer(Job.spec)  # type: ignore[arg-type]  # SQLModel types a column as its value
    return select(Job).options(light).where(Job.run_id == run.id).order_by(col(Job.id))


def insert_job(session: Session, run: Run, spec: JobSpec) -> Job | None:
    """Queue the job; None if it was already queued concurrently."""
    assert run.id is not None
    job = Job(
        run_id=run.id,
        spec=spec.model_dump(mode="json"),
        start_steps=run.spent_steps,
        budget_steps=spec.budget_steps,
        **spec.model_dump(include={"key", "kind", "phase", "cycle", "index"}),
    )
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:  # (run, key) is unique
        return None
    return job


def insert_gate(session: Session, run: Run, config: RunConfig, opening: GateOpening) -> Gate:
    """Open the gate and freeze its evidence; in automatic mode it is immediately approved as proposed."""
    assert run.id is not None
    proposal = proposal_row(opening.proposal)
    gate = Gate(
        run_id=run.id,
        cycle=opening.cycle,
        segment=opening.segment,
        mode=opening.mode,
        reason_asked=opening.reason_asked,
        evidence=_evidence(session, run, config, opening).model_dump(mode="json"),
        proposal=proposal,
    )
    if opening.mode == "auto":
        gate.status, gate.action, gate.decision = "approved", "approve", proposal
        gate.decided_by, gate.decided_at = AUTOMATIC, now()
    session.add(gate)
    session.flush()
    return gate


def set_jobs(session: Session, run: Run, keys: Iterable[str], status: JobStatus) -> list[Job]:
    """Move waiting jobs to another status; queued ones will be dispatched again."""
    if not (names := tuple(keys)):
        return []
    jobs = list(session.exec(_of_run(run).where(col(Job.key).in_(names))))
    for job in jobs:
        set_job(job, status)
    return jobs


def jobs_with(session: Session, run: Run, *statuses: str) -> list[Job]:
    """The run's jobs with one of these statuses, in the order of planning."""
    return list(session.exec(_of_run(run).where(col(Job.status).in_(statuses))))


def set_job(job: Job, status: JobStatus) -> None:
    job.status, job.lease_until = status, None
    if status == "queued":
        job.queued_at, job.dispatched_at = now(), None
    if status in ENDED:
        job.ended_at = now()


def stop_running(session: Session, run: Run) -> None:
    """Ask the jobs that are still running to stop, because the run has ended."""
    for job in session.exec(_of_run(run).where(Job.status == "running")):
        job.desired_state = "cancel"


def stop_all(session: Session, run: Run) -> None:
    """Cancel all jobs that wait, videos too, and ask those that run to stop, because the run is about to be deleted."""
    for job in session.exec(_every(run).where(col(Job.status).not_in(ENDED))):
        job.desired_state = "cancel"
        if job.status != "running":
            set_job(job, "cancelled")


def _job_view(job: Job) -> JobView:
    return JobView(
        key=job.key,
        kind=job.kind,  # type: ignore[arg-type]  # the column holds a JobKind
        status=job.status,  # type: ignore[arg-type]  # the column holds a JobStatus
        budget=job.budget_steps,
        spent=job.steps,
        attempt=job.attempt,
        outcome=job.outcome,  # type: ignore[arg-type]  # the column holds an Outcome
        error=job.error,
        demonstrated=_counts(job),
    )


def _counts(job: Job) -> tuple[DemonstrationCount, ...] | None:
    if job.demonstrations is None:
        return None
    return tuple(DemonstrationCount.model_validate(row) for row in job.demonstrations)


def _gate_view(gate: Gate) -> GateView:
    decision = None if gate.decision is None else GateProposal.model_validate(gate.decision)
    return GateView(
        segment=gate.segment,
        status=gate.status,  # type: ignore[arg-type]  # as GatePublic says
        cycle=gate.cycle,
        reason_asked=gate.reason_asked,  # type: ignore[arg-type]  # as GatePublic says
        action=gate.action,  # type: ignore[arg-type]  # as GatePublic says
        decision=None if decision is None else proposal_of(decision),
    )


def proposal_of(row: GateProposal) -> Proposal:
    partition = tuple(tuple(part) for part in row.partition)
    return Proposal(partition, row.specialist_steps, row.start)


def proposal_row(proposal: Proposal) -> dict[str, object]:
    partition = [list(part) for part in proposal.partition]
    row = GateProposal(partition=partition, specialist_steps=proposal.specialist_steps, start=proposal.start)
    return row.model_dump(mode="json")


def _evaluation(session: Session, job_id: int) -> tuple[VariationReturn, ...]:
    """A job's returns of training variations."""
    names = tuple(VariationReturn.model_fields)
    mine = (LatestReturn.job_id == job_id, LatestReturn.source == "evaluation")
    columns: tuple[Any, ...] = tuple(getattr(LatestReturn, name) for name in names)
    rows = session.execute(select(*columns).where(*mine).order_by(col(LatestReturn.variation)))
    read = (row._asdict() for row in rows)
    return tuple(VariationReturn(**{**row, "mean_length": row["mean_length"] or 0.0}) for row in read)


def _features(session: Session, job_id: int) -> Features:
    """The policy's mean features by variation, as an evaluation reported them; empty if it did not."""
    query = select(EvaluationFeatures.features).where(EvaluationFeatures.job_id == job_id)
    features = session.exec(query).first() or {}
    return {int(variation): tuple(numbers) for variation, numbers in features.items()}


def _rounds(session: Session, jobs: Sequence[Job]) -> dict[str, Rounds]:
    """The rounds of each evaluation by its key, except evaluations made before rounds were counted."""
    keys = {job.id or 0: job.key for job in jobs}
    return {keys[job_id]: found for (job_id, _), found in sorted(wholeness.rounds(session, keys).items())}


def _newest_evaluations(jobs: Sequence[Job]) -> list[Job]:
    """The successful evaluations that planning needs: each cycle's newest before a gate, and those of results.

    `jobs` are in the order of planning.
    """
    ended = [job for job in jobs if job.kind == "evaluation" and job.status == "succeeded"]
    return list({(job.cycle, job.key if measures_apart(job.key) else ""): job for job in ended}.values())


def _halved_specialists(run: Run, jobs: Sequence[Job]) -> list[Job]:
    """Specialists of the newest cycle whose last evaluations decide which of them continue in the next rung."""
    if run.config.get("specialists", {}).get("rungs", 1) == 1:  # missing in configurations before 0.2
        return []
    newest = max((job.cycle for job in jobs), default=1)
    return [job for job in jobs if job.kind == "specialist" and job.status == "succeeded" and job.cycle == newest]


def _evidence(session: Session, run: Run, config: RunConfig, opening: GateOpening) -> GateEvidence:
    return GateEvidence(
        fired=opening.fired,
        why=opening.why,
        plateau=_plateau(session, run, opening.generalist),
        mean_return=opening.mean_return,
        success_rate=opening.success_rate,
        variations=[
            GateVariation(
                variation=estimate.variation,
                name=config.suite.variation_name(estimate.variation),
                episodes=estimate.episodes,
                mean_return=estimate.mean_return,
                lower_bound=estimate.lower_bound,
                success_rate=estimate.success_rate,
                upper_bound=estimate.upper_bound,
                outlook=estimate.outlook,
            )
            for estimate in opening.estimates
        ],
        spent_steps=opening.spent_steps,
        left_steps=opening.left_steps,
        rounds=opening.rounds.played,
        rounds_asked=opening.rounds.asked,
        mark=opening.rounds.mark,
        continue_steps=opening.continue_steps,
        training_on=None if opening.training_on is None else KeepTraining.model_validate(opening.training_on),
    )


def _plateau(session: Session, run: Run, generalist: str) -> PlateauPublic | None:
    """The detection that ended the segment, if one did."""
    query = select(Plateau).join(Job, col(Job.id) == col(Plateau.job_id))
    query = query.where(Job.run_id == run.id, Job.key == generalist, Job.outcome == "plateau")
    newest = session.exec(query.order_by(col(Plateau.detected_epoch).desc())).first()
    return None if newest is None else PlateauPublic.model_validate(newest)
