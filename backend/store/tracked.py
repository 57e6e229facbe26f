"""Runs that are tracked: found by their script's name for them, by parent, and what they have told so far."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as plain_select
from sqlmodel import Session, col, select

from gsl.backend.db.models import Epoch, Gate, Job, Run
from gsl.backend.db.models import VariationReturn as Row
from gsl.backend.db.tracked_models import TrackedRun
from gsl.backend.errors import ConflictError
from gsl.method.variation_returns import pooled
from gsl.phases import ScriptView
from gsl.protocol.api import GateProposal
from gsl.protocol.dispatch import SCRIPT
from gsl.protocol.jobs import ENDED
from gsl.protocol.reports import VariationReturn

_OF_RETURNS = tuple(VariationReturn.model_fields)


def row(session: Session, run: Run) -> TrackedRun:
    """Raises `ConflictError` if nothing tracks the run, such as one that workers train."""
    found = session.get(TrackedRun, run.id)
    if found is None:
        raise ConflictError(f"Run {run.id} is not tracked by a script.")
    return found


def unfinished(session: Session, owner: str, key: str, project_id: int | None) -> Run | None:
    """The run that this person's script goes on with: it has no parent, and has not ended."""
    mine = (TrackedRun.key == key, col(TrackedRun.parent_id).is_(None), Run.owner == owner)
    there = (Run.project_id == project_id, col(Run.deleted_at).is_(None), col(Run.status).not_in(ENDED))
    query = select(Run).join(TrackedRun, col(TrackedRun.run_id) == col(Run.id)).where(*mine, *there)
    return session.exec(query.order_by(col(Run.id).desc())).first()


def child(session: Session, parent_id: int, number: int) -> Run | None:
    """The run of a specialist, also if it was deleted."""
    query = select(Run).join(TrackedRun, col(TrackedRun.run_id) == col(Run.id))
    return session.exec(query.where(TrackedRun.parent_id == parent_id, TrackedRun.number == number)).first()


def parent_of(session: Session, run: Run) -> int | None:
    """The run at whose gate a specialist's run was approved."""
    return session.exec(select(TrackedRun.parent_id).where(TrackedRun.run_id == run.id)).first()


def children(session: Session, runs: Sequence[Run]) -> dict[int, list[tuple[int, Run]]]:
    """By parent: the runs of specialists by number, without deleted ones and those of another project."""
    projects = {run.id or 0: run.project_id for run in runs if run.needs == SCRIPT}
    found: dict[int, list[tuple[int, Run]]] = {}
    if not projects:
        return found
    query = select(TrackedRun.parent_id, TrackedRun.number, Run).join(Run, col(TrackedRun.run_id) == col(Run.id))
    mine = (col(TrackedRun.parent_id).in_(projects), col(Run.deleted_at).is_(None))
    for parent, number, run in session.exec(query.where(*mine).order_by(col(TrackedRun.number))):
        if parent is not None and run.project_id in (None, projects[parent]):
            found.setdefault(parent, []).append((number, run))
    return found


def places(session: Session, runs: Sequence[Run]) -> dict[int, TrackedRun]:
    """What each of the runs that are tracked has besides."""
    ids = [run.id for run in runs if run.needs == SCRIPT]
    rows = session.exec(select(TrackedRun).where(col(TrackedRun.run_id).in_(ids))) if ids else ()
    return {found.run_id: found for found in rows}


def script_view(session: Session, run: Run) -> ScriptView:
    """What planning needs to know; a specialist's run counts wherever it is, also in the bin."""
    found = session.get(TrackedRun, run.id) if run.needs == SCRIPT else None
    if found is None:
        return ScriptView()
    query = select(TrackedRun.number, Run.status).join(Run, col(TrackedRun.run_id) == col(Run.id))
    statuses: Any = session.exec(query.where(TrackedRun.parent_id == run.id)).all()
    return ScriptView(found.ended, dict(statuses))


def training(session: Session, run: Run) -> Job:
    """The newest job that the script trains in."""
    mine = (Job.run_id == run.id, Job.kind == "generalist")
    return session.exec(select(Job).where(*mine).order_by(col(Job.id).desc()).limit(1)).one()


def approved(session: Session, run: Run) -> GateProposal | None:
    """The specialists, once they are decided on."""
    mine = (Gate.run_id == run.id, Gate.action == "approve")
    gate = session.exec(select(Gate).where(*mine).order_by(col(Gate.id).desc())).first()
    return None if gate is None else GateProposal.model_validate(gate.decision)


def epoch_steps(session: Session, job: Job, epoch: int) -> int | None:
    """Environment steps of an epoch, if it was reported."""
    return session.exec(select(Epoch.steps).where(Epoch.job_id == job.id, Epoch.epoch == epoch)).first()


def curve_before(session: Session, job: Job, epoch: int, metric: str) -> Sequence[tuple[int, int, float | None, int]]:
    """What the run trained before this epoch of its job: job, epoch, mean value and episodes, in order."""
    value: Any = Epoch.success_rate if metric == "success" else Epoch.mean_return
    query: Any = select(Epoch.job_id, Epoch.epoch, value, Epoch.episodes).join(Job, col(Job.id) == col(Epoch.job_id))
    earlier = (col(Job.id) < job.id) | ((col(Job.id) == job.id) & (col(Epoch.epoch) < epoch))
    mine = query.where(Job.run_id == job.run_id, Job.kind == "generalist", earlier)
    found: Sequence[tuple[int, int, float | None, int]] = session.exec(
        mine.order_by(col(Epoch.job_id), col(Epoch.epoch))
    ).all()
    return found


def newest_episodes(session: Session, run: Run, episodes: int) -> tuple[VariationReturn, ...]:
    """Training episodes of whole epochs, from the newest backwards, until a variation has so many; a variation without
    any is left out."""
    parts: dict[int, list[VariationReturn]] = {}
    for row in session.execute(_newest(run, episodes)):
        part = VariationReturn(**{**row._asdict(), "mean_length": row.mean_length or 0.0})
        parts.setdefault(part.variation, []).append(part)
    return tuple(pooled(parts[variation]) for variation in sorted(parts))


def _newest(run: Run, episodes: int) -> Any:
    """Rows before which, seen from the end, fewer than so many episodes lie."""
    newest_first = (col(Row.job_id).desc(), col(Row.epoch).desc())
    until = func.sum(Row.episodes).over(partition_by=col(Row.variation), order_by=newest_first)
    columns: tuple[Any, ...] = tuple(getattr(Row, name) for name in _OF_RETURNS)
    trained = plain_select(col(Job.id)).where(col(Job.run_id) == run.id, col(Job.kind) == "generalist")
    mine = (
        col(Row.job_id).in_(trained),
        col(Row.source) == "training",
        col(Row.mean_return).is_not(None),
    )
    counted: Any = plain_select(*columns, until.label("until")).where(*mine).subquery()
    wanted = counted.c.until - counted.c.episodes < episodes
    return plain_select(*(counted.c[name] for name in _OF_RETURNS)).where(wanted)
