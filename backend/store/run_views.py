"""Views of the list of runs, kept by name: one's own, and those that others share."""

from functools import partial

from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.project_models import RunView
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.query_grammar import QueryError
from gsl.backend.domain.run_fields import find, unknown
from gsl.backend.domain.run_query import read
from gsl.backend.store import kept
from gsl.backend.store.run_columns import has_metric
from gsl.protocol.api.kept import RunViewContent, RunViewPublic, RunViewStore


def listed(session: Session, who: Identity) -> list[RunViewPublic]:
    return [_public(session, view) for view in kept.listed(session, who, RunView)]


def store(session: Session, who: Identity, body: RunViewStore) -> RunViewPublic:
    """Under a name of the person's own; what was there by that name is replaced."""
    view = kept.place(session, who, RunView, body)
    view.content = body.content.model_dump()
    session.flush()
    return _public(session, view)


def _public(session: Session, view: RunView) -> RunViewPublic:
    content = RunViewContent.model_validate(view.content)
    gone = _gone(session, content)
    return RunViewPublic(**view.model_dump(exclude={"content"}), content=content, gone=tuple(gone))


def _gone(session: Session, content: RunViewContent) -> list[str]:
    """What is wrong with the view since it was stored: settings and metrics come and go with packages."""
    known = partial(has_metric, session)
    named = [*content.columns, *([content.sort.removeprefix("-")] if content.sort else [])]
    gone = [unknown(name) for name in dict.fromkeys(named) if find(name, known) is None]
    try:
        read(content.query, now(), known)
    except QueryError as error:
        gone.append(f"its query, at character {error.position + 1}: {error.message}")
    return gone
