"""Comments on the gates of a run: who wrote what when, oldest first."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.models import Gate
from gsl.backend.db.policy_models import GateComment
from gsl.backend.errors import ConflictError, ForbiddenError, NotFoundError
from gsl.protocol.api import GateCommentPublic

MOST = 500
"""Comments on a gate."""


def of_run(session: Session, run_id: int) -> list[GateCommentPublic]:
    """On all of its gates."""
    query = select(GateComment).join(Gate, col(Gate.id) == col(GateComment.gate_id)).where(Gate.run_id == run_id)
    return [GateCommentPublic.model_validate(row) for row in session.exec(query.order_by(col(GateComment.id)))]


def add(session: Session, run_id: int, gate_id: int, author: str, text: str) -> GateCommentPublic:
    """Raises `NotFoundError` if the run has no such gate, and `ConflictError` if enough was said of it."""
    gate = session.get(Gate, gate_id)
    if gate is None or gate.run_id != run_id:
        raise NotFoundError(f"Run {run_id} has no gate {gate_id}.")
    if session.exec(select(func.count()).where(GateComment.gate_id == gate_id)).one() >= MOST:
        raise ConflictError(f"Gate {gate_id} has {MOST} comments already, which is the most. Delete one of yours.")
    row = GateComment(gate_id=gate_id, author=author, text=text)
    session.add(row)
    session.flush()
    return GateCommentPublic.model_validate(row)


def remove(session: Session, run_id: int, comment_id: int, author: str) -> None:
    """Raises `NotFoundError` if the run has no such comment, and `ForbiddenError` if somebody else wrote it."""
    row = session.get(GateComment, comment_id)
    if row is None or session.get_one(Gate, row.gate_id).run_id != run_id:
        raise NotFoundError(f"Run {run_id} has no comment {comment_id}.")
    if row.author != author:
        raise ForbiddenError(f"{row.author} wrote this comment, so only {row.author} can delete it.")
    session.delete(row)
