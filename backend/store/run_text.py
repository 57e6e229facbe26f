"""Finding runs by text and by tags, alike on every database, in capitals or not, with accents or without.

Each run's name, notes and tags are kept folded, in one text of a narrow table. Scanning that for 100 000 runs takes a
tenth of a second, so no database needs an index of substrings, which PostgreSQL has only as an extension.
"""

import unicodedata

from sqlalchemy import ColumnElement, TableValuedAlias, func
from sqlmodel import Session, col, select

from gsl.backend.db.models import Run, RunText
from gsl.backend.store.ingest.upsert import upsert


def remember(session: Session, run: Run) -> None:
    """Keep what the run is found by; to be called whenever its name, notes or tags change."""
    text = "\n".join((run.name, run.notes, *run.tags))
    session.flush()
    upsert(session, RunText, [{"run_id": run.id, "text": fold(text)}])


def found_by(text: str) -> ColumnElement[bool]:
    """The condition that the run's name, notes or one of its tags contain `text`."""
    # Correlated, so that the newest runs are looked through first, up to the end of a page.
    mine = select(1).where(RunText.run_id == Run.id)
    return mine.where(col(RunText.text).contains(fold(text), autoescape=True)).exists()


def has_tag(tag: str, dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return func.jsonb_exists(col(Run.tags), tag)
    tags = each_tag(dialect)
    return select(1).select_from(tags).where(tags.c.value == tag).exists()


def has_tag_with(text: str, dialect: str) -> ColumnElement[bool]:
    """Whether a tag contains `text`, whatever the case of its letters a to z."""
    tags = each_tag(dialect)
    return select(1).select_from(tags).where(tags.c.value.icontains(text, autoescape=True)).exists()


def each_tag(dialect: str) -> TableValuedAlias:
    """A run's tags, as the column `value` of a table."""
    elements = func.jsonb_array_elements_text if dialect == "postgresql" else func.json_each
    return elements(col(Run.tags)).table_valued("value", name="tags")


def fold(text: str) -> str:
    """Without case, accents and compatibility forms: `Naïve`, `NAIVE` and `ｎａｉｖｅ` become `naive`."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in folded if not unicodedata.combining(character))
