"""What a run's mean return and score were measured by: which job's training or evaluation, and at which epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from gsl.backend.db.models import Epoch, Job, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.store.ingest.rollups import MAIN_KINDS
from gsl.phases import keys


@dataclass(frozen=True)
class ValueSources:
    """In words, as the page writes them behind the values; None where there is no value."""

    mean_return: str | None = None
    score: str | None = None


def of(session: Session, runs: Sequence[Run]) -> dict[int, ValueSources]:
    """By run, in two queries that look up one row of each job."""
    returned = (col(Epoch.job_id) == col(Job.id), col(Epoch.mean_return).is_not(None))
    trained = select(Epoch.epoch).where(*returned).order_by(col(Epoch.epoch).desc())
    training = _newest(session, runs, trained, col(Job.kind).in_(("generalist", "finetune")))
    measured = (col(LatestReturn.job_id) == col(Job.id), col(LatestReturn.source) == "evaluation")
    own = (col(Job.kind).in_(MAIN_KINDS), col(Job.key) != keys.BEFORE_EVALUATION)
    evaluated = _newest(session, runs, select(LatestReturn.epoch).where(*measured), *own)
    return {
        run.id: ValueSources(
            _training(*training[run.id]) if run.mean_return is not None and run.id in training else None,
            _evaluation(*evaluated[run.id]) if run.score is not None and run.id in evaluated else None,
        )
        for run in runs
        if run.id is not None
    }


def _newest(session: Session, runs: Sequence[Run], epoch: Any, *jobs: Any) -> dict[int, tuple[str, str, int]]:
    """Kind, key and epoch of each run's newest such job that has an epoch of this kind."""
    found = epoch.limit(1).correlate(Job).scalar_subquery()
    query = select(Job.run_id, Job.kind, Job.key, found).where(col(Job.run_id).in_([run.id for run in runs]), *jobs)
    rows = session.exec(query.order_by(col(Job.id)))
    return {run_id: (kind, key, at) for run_id, kind, key, at in rows if at is not None}


def _training(kind: str, key: str, epoch: int) -> str:
    return f"{_PHASES[kind]}, epoch {epoch:,}{_of_later_job(key)}"


def _evaluation(kind: str, key: str, epoch: int) -> str:
    if key == keys.LAST_EVALUATION:
        return "final evaluation"
    if keys.measures_result(key):
        return f"final evaluation of continuation {key.rsplit('-', 1)[-1]}"
    if kind == "evaluation":
        return f"evaluation before the gate{_of_later_job(key)}"
    return f"evaluation in {_PHASES[kind]}, epoch {epoch:,}{_of_later_job(key)}"


_PHASES = {"generalist": "training", "finetune": "fine-tuning"}


def _of_later_job(key: str) -> str:
    """Which job, if it is not the first of its kind: epochs count from 1 in each."""
    first = key.endswith("-1") and key.count("-") == 1 and not keys.of_continuation(key)
    return "" if first else f" ({key})"
