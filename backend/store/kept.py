"""What people keep by name: one's own, and what others share within a project or with everyone."""

from collections.abc import Iterator
from typing import TypeVar

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.project_models import KeptByName, PlateauDefault, RunView
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, ForbiddenError, NotFoundError
from gsl.backend.store import reach
from gsl.protocol.api.kept import Keeping

Kept = TypeVar("Kept", bound=KeptByName)
WORDS: dict[type[KeptByName], str] = {RunView: "view", PlateauDefault: "plateau default"}
MOST = 200
"""Of one kind: more than anyone can look through."""


def listed(session: Session, who: Identity, kind: type[Kept]) -> Iterator[Kept]:
    """Those that are there for the person, by name; their own first."""
    shared = and_(col(kind.shared), *reach.visible(who, kind.project_id))
    mine = col(kind.owner) == who.name
    yield from session.exec(select(kind).where(or_(mine, shared)).order_by(mine.desc(), func.lower(kind.name)))


def place(session: Session, who: Identity, kind: type[Kept], keeping: Keeping) -> Kept:
    """The row under this name of the person's own, with another content to come: a new one or what was there.

    Raises `ConflictError` where there is no room for a new one.
    """
    mine = select(kind).where(kind.owner == who.name, kind.name == keeping.name).with_for_update()
    row = session.exec(mine).first() or _new(session, who, kind, keeping.name)
    row.shared, row.project_id, row.updated_at = keeping.shared, keeping.project_id, now()
    session.add(row)
    return row


def _new(session: Session, who: Identity, kind: type[Kept], name: str) -> Kept:
    count = session.exec(select(func.count()).select_from(kind).where(kind.owner == who.name)).one()
    if count >= MOST:
        raise ConflictError(f"{who.name} has {count} {WORDS[kind]}s already: delete one first.")
    return kind(name=name, owner=who.name)


def remove(session: Session, who: Identity, kind: type[Kept], row_id: int) -> Kept:
    """Raises `NotFoundError` for what is not there for the person, and `ForbiddenError` for someone else's."""
    row = session.get(kind, row_id)
    if row is None or not (row.owner == who.name or (row.shared and who.role_in(row.project_id) is not None)):
        raise NotFoundError.of(WORDS[kind], row_id)
    if row.owner != who.name and not who.may_in(row.project_id, "admin"):
        raise ForbiddenError(f"The {WORDS[kind]} {row.name} is {row.owner}'s. Its owner or an admin can delete it.")
    session.delete(row)
    return row
