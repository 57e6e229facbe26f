"""One change of many runs, each on its own: tags, archive, cancel, delete. What is refused for one stops no other."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Run
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, InvalidError, ProblemError
from gsl.backend.services.app_services import Services
from gsl.backend.services.bin import check_may_delete, put_run
from gsl.backend.store import audit, reach, run_text, runs
from gsl.backend.store.jobs.status import record_event
from gsl.protocol.api.run_lists import RunChanged, RunsChange, RunsChanged
from gsl.protocol.api.runs import MOST_TAGS
from gsl.protocol.jobs import ENDED

Change = Callable[[Services, Session, Run, RunsChange, Identity], str]


def change_each(services: Services, body: RunsChange, who: Identity) -> RunsChanged:
    """In a transaction each, so that no refusal undoes another change. Raises `InvalidError` if tags are missing."""
    if body.action in ("tag", "untag") and not body.tags:
        raise InvalidError.field("tags", f"at least one is needed to {body.action} runs")
    return RunsChanged(items=tuple(_change(services, body, who, run_id) for run_id in dict.fromkeys(body.run_ids)))


def _change(services: Services, body: RunsChange, who: Identity, run_id: int) -> RunChanged:
    try:
        with services.database.write() as session:
            reach.check(session, who, "run", run_id, "member")
            run = runs.locked(session, run_id)
            detail = _CHANGES[body.action](services, session, run, body, who)
            audit.add(session, who.name, f"{body.action} runs", f"run {run_id}", ", ".join(body.tags))
            return RunChanged(run_id=run_id, done=True, detail=detail)
    except ProblemError as problem:
        return RunChanged(run_id=run_id, done=False, detail=problem.detail)


def _tag(services: Services, session: Session, run: Run, body: RunsChange, who: Identity) -> str:
    tags = list(dict.fromkeys([*run.tags, *body.tags]))
    if len(tags) > MOST_TAGS:
        raise ConflictError(f"Run {run.id} would have {len(tags)} tags; a run has at most {MOST_TAGS}.")
    return _set_tags(services, session, run, tags)


def _untag(services: Services, session: Session, run: Run, body: RunsChange, who: Identity) -> str:
    return _set_tags(services, session, run, [tag for tag in run.tags if tag not in body.tags])


def _set_tags(services: Services, session: Session, run: Run, tags: list[str]) -> str:
    run.tags, run.updated_at = tags, now()
    run_text.remember(session, run)
    services.publish(session, "run", run.id)
    return f"tags: {', '.join(tags) or 'none'}"


def _archive(services: Services, session: Session, run: Run, body: RunsChange, who: Identity) -> str:
    if run.status not in ENDED:
        raise ConflictError(f"Run {run.id} is {run.status}: it can be archived once it has ended.")
    run.archived_at = run.archived_at or now()
    record_event(session, who.name, "archived", run_id=run.id)
    services.publish(session, "run", run.id)
    return "archived"


def _unarchive(services: Services, session: Session, run: Run, body: RunsChange, who: Identity) -> str:
    run.archived_at = None
    record_event(session, who.name, "taken out of the archive", run_id=run.id)
    services.publish(session, "run", run.id)
    return "listed again"


def _cancel(services: Services, session: Session, run: Run, body: RunsChange, who: Identity) -> str:
    runs.check_not_ended(run, "cancel")
    run.desired_state = "cancel"
    record_event(session, who.name, "cancel", run_id=run.id)
    session.flush()
    services.advance(session, run.id or 0, "run")
    return "is being cancelled"


def _delete(services: Services, session: Session, run: Run, body: RunsChange, who: Identity) -> str:
    check_may_delete(who, run)
    put_run(services, session, run, who.name)
    return "in the bin, where it is kept for 30 days"


_CHANGES: Mapping[str, Change] = {
    "tag": _tag, "untag": _untag, "archive": _archive, "unarchive": _unarchive, "cancel": _cancel, "delete": _delete,
}  # fmt: skip
