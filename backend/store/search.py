"""Finding runs: by filters, and by text alike on every database, in capitals or not, with accents or without.

Each run's name, notes and tags are kept folded, in one text of a narrow table. Scanning that for 100 000 runs takes a
tenth of a second, so no database needs an index of substrings, which PostgreSQL has only as an extension.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.models import Run, RunText
from gsl.backend.store.ingest.upsert import upsert
from gsl.protocol.jobs import RunStatus


@dataclass(frozen=True)
class Filter:
    """Which runs to list; None and empty values do not filter."""

    text: str | None = None
    status: Sequence[RunStatus] = ()
    tag: str | None = None
    suite: str | None = None
    experiment_id: int | None = None
    arm: str | None = None
    arm_name: str | None = None
    owner: str | None = None
    project_id: int | None = None


def conditions(filters: Filter, dialect: str) -> list[Any]:
    """What a run has to fulfil, all of it. None is in the bin."""
    exact = {"suite": filters.suite, "experiment_id": filters.experiment_id, "arm": filters.arm}
    exact |= {"arm_name": filters.arm_name, "owner": filters.owner, "project_id": filters.project_id}
    conditions: list[Any] = [col(getattr(Run, name)) == value for name, value in exact.items() if value is not None]
    conditions.append(col(Run.deleted_at).is_(None))
    if filters.status:
        conditions.append(col(Run.status).in_(filters.status))
    if filters.text:
        conditions.append(_found_by(filters.text))
    if filters.tag:
        conditions.append(_has_tag(filters.tag, dialect))
    return conditions


def _has_tag(tag: str, dialect: str) -> Any:
    if dialect == "postgresql":
        return func.jsonb_exists(col(Run.tags), tag)
    tags = func.json_each(col(Run.tags)).table_valued("value", name="tags")
    return select(1).select_from(tags).where(tags.c.value == tag).exists()


def remember(session: Session, run: Run) -> None:
    """Keep what the run is found by; to be called whenever its name, notes or tags change."""
    text = "\n".join((run.name, run.notes, *run.tags))
    session.flush()
    upsert(session, RunText, [{"run_id": run.id, "text": fold(text)}])


def _found_by(text: str) -> Any:
    """The condition that the run's name, notes or one of its tags contain `text`."""
    # Correlated, so that the newest runs are looked through first, up to the end of a page.
    mine = select(1).where(RunText.run_id == Run.id)
    return mine.where(col(RunText.text).contains(fold(text), autoescape=True)).exists()


def fold(text: str) -> str:
    """Without case, accents and compatibility forms: `Naïve`, `NAIVE` and `ｎａｉｖｅ` become `naive`."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in folded if not unicodedata.combining(character))
