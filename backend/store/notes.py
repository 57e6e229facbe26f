"""Notes of runs and experiments: the text in force is in their row, and every text that was saved is a version."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.account_models import NoteVersion
from gsl.backend.db.columns import now
from gsl.backend.db.models import Experiment, Run
from gsl.backend.errors import ConflictError
from gsl.backend.store import run_text
from gsl.protocol.api import NoteVersionPublic, Page

Noted = Run | Experiment
NONE_SAVED = 0
"""The version of notes that were written at the launch, or never."""


def save(session: Session, noted: Noted, text: str, who: str, seen: int | None = None) -> NoteVersionPublic:
    """Make `text` the notes of a locked run or experiment. What was there before stays a version.

    `seen` is the newest version that the writer knew; raises `ConflictError` if there is a newer one.
    """
    newest = _newest(session, noted)
    if seen is not None and seen != (newest.id if newest else NONE_SAVED):
        raise ConflictError(_changed_meanwhile(newest, seen))
    if newest is None and noted.notes:
        _add(session, noted, noted.notes, noted.owner, noted.created_at)
    if newest is None or newest.text != text:
        newest = _add(session, noted, text, who, now())
    noted.notes = text
    if isinstance(noted, Run):
        noted.updated_at = now()
        run_text.remember(session, noted)
    return _public(newest)


def page(session: Session, noted: Noted, limit: int, offset: int) -> Page[NoteVersionPublic]:
    """The versions, newest first: the first is in force. Notes from the launch are a version, too."""
    total = session.exec(select(func.count()).select_from(NoteVersion).where(_of(noted))).one()
    if total == 0 and noted.notes:
        items = [NoteVersionPublic(version=NONE_SAVED, who=noted.owner, at=noted.created_at, text=noted.notes)]
        return Page(items=tuple(items[offset:limit]), total=1, limit=limit, offset=offset)
    rows = select(NoteVersion).where(_of(noted)).order_by(col(NoteVersion.id).desc()).limit(limit).offset(offset)
    return Page(items=tuple(map(_public, session.exec(rows))), total=total, limit=limit, offset=offset)


def _newest(session: Session, noted: Noted) -> NoteVersion | None:
    return session.exec(select(NoteVersion).where(_of(noted)).order_by(col(NoteVersion.id).desc()).limit(1)).first()


def _of(noted: Noted) -> bool:
    return (NoteVersion.run_id if isinstance(noted, Run) else NoteVersion.experiment_id) == noted.id


def _add(session: Session, noted: Noted, text: str, who: str, at: datetime) -> NoteVersion:
    place = {"run_id" if isinstance(noted, Run) else "experiment_id": noted.id}
    row = NoteVersion(text=text, who=who, at=at, **place)
    session.add(row)
    session.flush()
    return row


def _public(row: NoteVersion) -> NoteVersionPublic:
    return NoteVersionPublic(version=row.id or 0, who=row.who, at=row.at, text=row.text)


def _changed_meanwhile(newest: NoteVersion | None, seen: int) -> str:
    if newest is None:
        return f"These notes have no version {seen}. Send 0, the version of notes that nobody has saved yet."
    return (
        f"{newest.who} has saved these notes at {newest.at:%H:%M:%S} UTC, after you began to write: that is version "
        f"{newest.id}, and you have seen {seen}. Read it, and send your text with seen = {newest.id}."
    )
