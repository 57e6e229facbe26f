"""What happened in a run: plateaus, steps spent, events."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.models import Event, Plateau, Run
from gsl.backend.domain.figure_data import Curve, Metric, rose_later
from gsl.backend.store import ledger_sums
from gsl.backend.store.figures import curves
from gsl.phases.ledger import Entry, totals
from gsl.protocol.api import EventPublic, LedgerPublic, LedgerRow, Page, PlateauPublic


def plateaus(session: Session, run: Run) -> list[PlateauPublic]:
    """Every detection; for a baseline, also whether its curve rose afterwards."""
    rows = session.exec(select(Plateau).where(Plateau.run_id == run.id).order_by(col(Plateau.id)))
    found = [PlateauPublic.model_validate(row) for row in rows]
    if run.arm != "generalist" or not found:
        return found
    found_curves = curves.generalist_curves(session, run.id or 0)
    return [row.model_copy(update={"rose_later": _rose_later(row, found_curves)}) for row in found]


def _rose_later(row: PlateauPublic, curves: dict[int, Curve]) -> bool | None:
    metric: Metric = "success" if row.metric == "success" else "return"
    return rose_later(curves.get(row.job_id), metric, row.start_epoch, row.detected_epoch)


def ledger(session: Session, run: Run) -> LedgerPublic:
    """Steps by job and purpose, their sums, and the steps along the critical path."""
    rows = [
        LedgerRow(phase=spent.phase, job_id=spent.job_id, job_key=spent.key, purpose=spent.purpose, steps=spent.steps)
        for spent in ledger_sums.of_run(session, run.id or 0)
    ]
    sums = totals([Entry(row.phase, row.job_key, row.purpose, row.steps) for row in rows], run.total_steps)
    return LedgerPublic(
        rows=rows,
        by_phase=sums.by_phase,
        by_purpose=sums.by_purpose,
        total_steps=sums.total,
        spent_steps=sums.spent,
        measured_steps=sums.measured,
        viewed_steps=sums.viewed,
        left_steps=sums.left,
        critical_path_steps=sums.critical_path,
    )


def events(session: Session, run_id: int, limit: int, offset: int) -> Page[EventPublic]:
    """Newest first."""
    total = session.exec(select(func.count()).select_from(Event).where(Event.run_id == run_id)).one()
    query = select(Event).where(Event.run_id == run_id).order_by(col(Event.id).desc())
    rows = session.exec(query.limit(limit).offset(offset))
    return Page(items=[EventPublic.model_validate(row) for row in rows], total=total, limit=limit, offset=offset)
