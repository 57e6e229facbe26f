"""Cheap checks of a run: which figures have data, and whether anything changed since they were drawn."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from gsl.backend.db.models import Gate, Job, Plateau, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.store.figures.trials import has_trials
from gsl.phases.keys import measures_result


@dataclass(frozen=True)
class FigureState:
    """Which data a run has."""

    epochs: bool
    measured: bool
    evaluated: bool
    approved: bool
    evaluated_after: bool
    specialist_epochs: bool
    demonstrated: bool
    spent: bool
    trials: bool


def figure_state(session: Session, run_id: int) -> FigureState:
    facts = (col(Job.kind), col(Job.key), col(Job.id), col(Job.epochs), col(Job.status))
    jobs = session.execute(select(*facts).where(col(Job.run_id) == run_id)).all()
    mine = col(LatestReturn.run_id) == run_id
    sources = select(col(LatestReturn.job_id), col(LatestReturn.source)).where(mine).distinct()
    measured = {(job_id, source) for job_id, source in session.execute(sources)}
    tuned = min((job_id for kind, _, job_id, _, _ in jobs if kind == "finetune"), default=None)
    after = {
        job_id
        for kind, key, job_id, _, _ in jobs
        if kind == "finetune" or measures_result(key) or (kind == "evaluation" and tuned is not None and job_id > tuned)
    }
    approved = (col(Gate.run_id) == run_id, col(Gate.status) == "approved", col(Gate.reason_asked) == "specialists")
    return FigureState(
        epochs=any(kind in ("generalist", "finetune") and epochs for kind, _, _, epochs, _ in jobs),
        measured=bool(measured),
        evaluated=any(source == "evaluation" for _, source in measured),
        approved=session.execute(select(col(Gate.id)).where(*approved).limit(1)).first() is not None,
        evaluated_after=any(job_id in after and source == "evaluation" for job_id, source in measured),
        demonstrated=any(kind == "demonstrations" and status == "succeeded" for kind, _, _, _, status in jobs),
        specialist_epochs=any(kind == "specialist" and epochs for kind, _, _, epochs, _ in jobs),
        trials=has_trials(session, run_id),
        spent=session.execute(select(col(Run.spent_steps)).where(col(Run.id) == run_id)).scalar_one() > 0,
    )


def figure_version(session: Session, run_id: int) -> str | None:
    """A short text that changes whenever a figure of the run might; None if the run does not exist.

    Every batch of reports increments the run's revision, so no series has to be read.
    """
    run = session.execute(
        select(col(Run.status), col(Run.revision), col(Run.spent_steps)).where(col(Run.id) == run_id)
    ).first()
    if run is None:
        return None
    job_facts: tuple[Any, ...] = (Job.id, Job.attempt, Job.status, Job.epochs, Job.steps)
    jobs = session.execute(select(*job_facts).where(col(Job.run_id) == run_id).order_by(col(Job.id))).all()
    gates = session.execute(
        select(col(Gate.id), col(Gate.status)).where(col(Gate.run_id) == run_id).order_by(col(Gate.id))
    ).all()
    plateaus = session.execute(select(func.count()).where(col(Plateau.run_id) == run_id)).scalar_one()
    facts = repr((tuple(run), [tuple(row) for row in jobs], [tuple(row) for row in gates], plateaus))
    return hashlib.sha256(facts.encode()).hexdigest()[:20]
