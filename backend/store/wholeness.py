"""Whether evaluations are complete, for everything that shows their values."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from gsl.backend.db.evaluation_models import Evaluation
from gsl.protocol.reports import Source
from gsl.protocol.rounds import Rounds

JobEpoch = tuple[int, int]  # job id, epoch


def rounds(session: Session, job_ids: Collection[int]) -> dict[JobEpoch, Rounds]:
    """The rounds of these jobs' evaluations, except those made before rounds were counted."""
    rows = session.exec(select(Evaluation).where(col(Evaluation.job_id).in_(job_ids)))
    return {(row.job_id, row.epoch): Rounds(row.rounds, row.rounds_asked) for row in rows}


def newest_mark(session: Session, job_id: int) -> str:
    """Of the job's newest evaluation of training variations."""
    found = rounds(session, [job_id])
    return found[max(found)].mark if found else Rounds().mark


def marks(session: Session, job_ids: Collection[int], source: Source) -> dict[JobEpoch, str]:
    """What stands beside the figures of each; held-out variations are always measured whole."""
    found = rounds(session, job_ids)
    if source == "held_out":
        return {key: "" if each.played else each.mark for key, each in found.items()}
    return {key: each.mark for key, each in found.items()}
