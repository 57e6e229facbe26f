"""Changing a run's status and the columns that depend on it; recording who did what."""

from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Event, Run
from gsl.protocol.jobs import ENDED, RunStatus

PHASE_OF: dict[str, str] = {
    "queued": "generalist",
    "generalist": "generalist",
    "evaluation": "evaluation",
    "awaiting_approval": "gate",
    "specialists": "specialists",
    "finetune": "finetune",
}


def set_status(run: Run, status: RunStatus, message: str = "") -> None:
    """Set status and message; `phase` keeps the last active phase, and `ended_at` is set if the run has ended."""
    run.status = status
    run.message = message
    run.phase = PHASE_OF.get(status, run.phase)
    run.updated_at = now()
    run.ended_at = now() if status in ENDED else None


def record_event(
    session: Session, who: str, what: str, detail: str = "", *, run_id: int | None = None, job_id: int | None = None
) -> None:
    """Add an event to the run's history: who (`person`, `orchestrator` or a worker's name) did what, with details."""
    session.add(Event(run_id=run_id, job_id=job_id, who=who, what=what, detail=detail[:2000]))
