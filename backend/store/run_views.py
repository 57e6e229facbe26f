"""Views of the list of runs, kept by name: one's own, and those that others share."""

from functools import partial

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.project_models import RunView
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.query_grammar import QueryError
from gsl.backend.domain.run_fields import find, unknown
from gsl.backend.domain.run_query import read
from gsl.backend.errors import ConflictError, ForbiddenError, NotFoundError
from gsl.backend.store import reach
from gsl.backend.store.run_columns import has_metric
from gsl.protocol.api.run_lists import RunViewContent, RunViewPublic, RunViewStore


def listed(session: Session, who: Identity) -> list[RunViewPublic]:
    """Those that are there for the person, by name; their own first."""
    shared = and_(col(RunView.shared), *reach.visible(who, RunView.project_id))
    mine = col(RunView.owner) == who.name
    query = select(RunView).where(or_(mine, shared)).order_by(mine.desc(), func.lower(RunView.name), col(RunView.id))
    return [_public(session, view) for view in session.exec(query)]


def store(session: Session, who: Identity, body: RunViewStore) -> RunViewPublic:
    """Under a name of the person's own; what was there by that name is replaced."""
    mine = select(RunView).where(RunView.owner == who.name, RunView.name == body.name).with_for_update()
    view = session.exec(mine).first() or RunView(name=body.name, owner=who.name, content={})
    view.content, view.shared, view.project_id = body.content.model_dump(), body.shared, body.project_id
    view.updated_at = now()
    session.add(view)
    session.flush()
    return _public(session, view)


def remove(session: Session, who: Identity, view_id: int) -> RunView:
    """Raises `NotFoundError` for what is not there for the person, and `ForbiddenError` for someone else's."""
    view = session.get(RunView, view_id)
    if view is None or not (view.owner == who.name or (view.shared and who.role_in(view.project_id) is not None)):
        raise NotFoundError.of("view", view_id)
    if view.owner != who.name and not who.may_in(view.project_id, "admin"):
        raise ForbiddenError(f"View {view_id} is {view.owner}'s. Its owner or an admin can delete it.")
    session.delete(view)
    return view


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


def check_room(session: Session, who: Identity) -> None:
    """Raises `ConflictError` for more views than anyone can look through."""
    count = session.exec(select(func.count()).select_from(RunView).where(RunView.owner == who.name)).one()
    if count >= MOST_VIEWS:
        raise ConflictError(f"{who.name} has {count} views already: delete one first.")


MOST_VIEWS = 200
