"""Continuations of runs: reading them, adding one, and what one would go on from."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session, col, select

from gsl.backend.db.continuation_models import Continuation
from gsl.backend.db.models import Artifact, Job, Run
from gsl.backend.db.sweep_models import Trial
from gsl.phases.state import Continuation as Planned
from gsl.protocol.api.runs import ContinuationPublic


def add(session: Session, run: Run, more: ContinuationPublic) -> None:
    """The run's total rises with it."""
    session.add(Continuation(run_id=run.id or 0, **more.model_dump()))
    run.total_steps = more.total_steps
    run.continued_steps += more.steps


def of_runs(session: Session, runs: Sequence[Run]) -> dict[int, tuple[ContinuationPublic, ...]]:
    """By run, oldest first; one query."""
    continued = [run.id for run in runs if run.continued_steps]
    found: dict[int, tuple[ContinuationPublic, ...]] = defaultdict(tuple)
    if continued:
        query = select(Continuation).where(col(Continuation.run_id).in_(continued))
        for row in session.exec(query.order_by(col(Continuation.number))):
            found[row.run_id] += (ContinuationPublic.model_validate(row),)
    return found


def planned(session: Session, run: Run) -> tuple[Planned, ...]:
    """As far as planning needs them."""
    return tuple(Planned(more.number, more.steps, more.total_steps) for more in of_runs(session, [run])[run.id or 0])


def policy_job(session: Session, run: Run) -> Job | None:
    """The job that trained the run's last policy, whether or not its checkpoint is still stored."""
    trained = (Job.run_id == run.id, col(Job.kind).in_(("generalist", "finetune")), Job.status == "succeeded")
    return session.exec(select(Job).where(*trained).order_by(col(Job.id).desc())).first()


def has_checkpoint(session: Session, job: Job) -> bool:
    stored = select(Artifact.id).where(Artifact.job_id == job.id, Artifact.kind == "checkpoint")
    return session.exec(stored.limit(1)).first() is not None


def is_trial(session: Session, run: Run) -> bool:
    """Whether a sweep launched it to compare settings."""
    return session.exec(select(Trial.number).where(Trial.run_id == run.id).limit(1)).first() is not None


def others(session: Session, run: Run) -> Sequence[Run]:
    """Runs of its seed in its experiment that count there: its baseline, and other arms. Oldest first."""
    if run.experiment_id is None:
        return []
    same = (Run.experiment_id == run.experiment_id, Run.seed == run.seed, Run.id != run.id)
    shown = (col(Run.deleted_at).is_(None), col(Run.archived_at).is_(None))
    counts = col(Run.status).not_in(("failed", "cancelled"))
    return session.exec(select(Run).where(*same, *shown, counts).order_by(col(Run.id))).all()
