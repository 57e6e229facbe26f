"""Reads the returns by episode of the trial, which learners with memory have."""

from dataclasses import dataclass

from sqlalchemy import null, select
from sqlmodel import Session, col

from gsl.backend.db.evaluation_models import Evaluation
from gsl.backend.db.models import Job, Run
from gsl.protocol.reports import TrialReturns


@dataclass(frozen=True)
class Trials:
    """The newest evaluation of a run's generalist that has them."""

    key: str  # the job's
    epoch: int
    returns: TrialReturns
    adapting: int  # episodes of the trial; those after it are scored, each with the memory that the trial left


def latest_trials(session: Session, run_id: int) -> Trials | None:
    """None if nothing was evaluated yet, or nothing remembers."""
    query = (
        select(col(Job.key), col(Evaluation.epoch), col(Evaluation.trial))
        .join(Job, col(Job.id) == col(Evaluation.job_id))
        .where(col(Job.run_id) == run_id, col(Job.kind) != "specialist", col(Evaluation.trial).is_not(null()))
        .order_by(col(Job.id).desc(), col(Evaluation.epoch).desc())
        .limit(1)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    key, epoch, returns = found
    adapting = session.get_one(Run, run_id).config["trial"]["episodes"]  # as it was stored: a run may be read-only
    return Trials(key, epoch, TrialReturns.model_validate(returns), adapting)


def has_trials(session: Session, run_id: int) -> bool:
    """Whether `latest_trials` has something."""
    mine = (col(Job.run_id) == run_id, col(Evaluation.trial).is_not(null()))
    query = select(col(Evaluation.epoch)).join(Job, col(Job.id) == col(Evaluation.job_id)).where(*mine).limit(1)
    return session.execute(query).first() is not None
