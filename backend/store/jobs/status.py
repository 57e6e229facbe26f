"""Changing a run's status, with the columns that follow from it; and writing down who did what."""

from sqlmodel import Session

from backend.db.columns import now
from backend.db.models import Event, Run
from gsl.protocol.jobs import ENDED, RunStatus

_PHASE_OF: dict[str, str] = {
    "queued": "generalist",
    "generalist": "generalist",
    "evaluation": "evaluation",
    "awaiting_approval": "gate",
    "specialists": "specialists",
    "finetune": "finetune",
}


def set_status(run: Run, status: RunStatus, message: str = "") -> None:
    """Set status and message; `phase` keeps the last active phase, `ended_at` follows the status."""
    run.status = status
    run.message = message
    run.phase = _PHASE_OF.get(status, run.phase)
    run.updated_at = now()
    run.ended_at = now() if status in ENDED else None


def note(
    session: Session, who: str, what: str, detail: str = "", *, run_id: int | None = None, job_id: int | None = None
) -> None:
    """Add one line to the run's history: who (`person`, `orchestrator`, a worker's name), what, and particulars."""
    session.add(Event(run_id=run_id, job_id=job_id, who=who, what=what, detail=detail[:2000]))
