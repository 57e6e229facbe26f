"""Runs: creating, listing, reading, changing and deleting them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, delete, select
from sqlmodel import update as update_rows

from gsl.backend.db.columns import now
from gsl.backend.db.models import Experiment, Gate, Job, Run
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.run_fields import Field, value_of
from gsl.backend.domain.run_progress import RunProgress, activity, eta, phases
from gsl.backend.errors import ConflictError, InvalidError, NotFoundError
from gsl.backend.store import (
    continuations,
    forks,
    projects,
    quotas,
    reach,
    run_columns,
    run_progress,
    run_text,
    search,
    tracked_views,
    value_sources,
)
from gsl.backend.store.configs import check_readable, config_of, read_only
from gsl.backend.store.jobs.locks import lock_run
from gsl.backend.store.jobs.status import record_event
from gsl.backend.store.value_sources import ValueSources
from gsl.config.run import RunConfig
from gsl.protocol.api import Page, RunPublic, RunSummary, RunUpdate
from gsl.protocol.dispatch import needed
from gsl.protocol.jobs import ENDED, DesiredState

IN_VAIN = ("failed", "cancelled")  # ended without a result to compare


def create(session: Session, config: RunConfig, fields: dict[str, Any]) -> Run:
    """A queued run without jobs; the planner adds them.

    `fields`: name, experiment_id, notes, tags, and optionally project_id, arm_name, priority, worker_label, exporters,
    baseline_of, forked_from, origin and record_sha256.
    Raises `InvalidError` if the experiment does not exist.
    """
    experiment_id = fields["experiment_id"]
    if experiment_id is not None and session.get(Experiment, experiment_id) is None:
        raise InvalidError.field("experiment_id", f"experiment {experiment_id} does not exist")
    name = fields["name"] or f"{config.suite.name} {config.arm} seed {config.seed}"
    run = Run(
        **{**fields, "name": name, "arm_name": fields.get("arm_name") or config.arm},
        suite=config.suite.name,
        needs=needed(config),
        arm=config.arm,
        seed=config.seed,
        config=config.model_dump(mode="json"),
        total_steps=config.budget.total_steps,
    )
    session.add(run)
    run_text.remember(session, run)
    return run


def launched(session: Session, run: Run, who: str, detail: str) -> None:
    """Whoever launches a run is its owner. Raises `ConflictError` if a quota does not allow it."""
    run.owner = who
    session.flush()
    quotas.check_launch(session, run)
    record_event(session, who, "launched", detail, run_id=run.id)


def get(session: Session, run_id: int) -> Run:
    """Raises `NotFoundError`."""
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError.of("run", run_id)
    return run


def locked(session: Session, run_id: int) -> Run:
    """The run, locked; raises `NotFoundError`."""
    run = lock_run(session, run_id)
    if run is None:
        raise NotFoundError.of("run", run_id)
    return run


def unfinished(session: Session) -> Sequence[int]:
    """Ids of the runs that have not ended, oldest first."""
    ids = session.exec(select(Run.id).where(col(Run.status).not_in(ENDED)).order_by(col(Run.id)))
    return [run_id for run_id in ids if run_id is not None]


def page(session: Session, who: Identity, asked: search.Listing) -> Page[RunSummary]:
    """Those that are there for the person, with the values of the fields that are shown."""
    dialect = session.get_bind().dialect.name
    conditions = [*search.conditions(asked.filters, dialect), *reach.visible(who, Run.project_id)]
    total = session.exec(select(func.count()).select_from(Run).where(*conditions)).one()
    ordered = run_columns.order(asked.order.field, asked.order.descending, dialect)
    query = select(Run).where(*conditions).order_by(ordered, col(Run.id).desc())
    runs = list(session.exec(query.limit(asked.limit).offset(asked.offset)))
    items = tuple(_with_values(session, runs, asked.shown))
    return Page(items=items, total=total, limit=asked.limit, offset=asked.offset)


def listed(session: Session, ids: Sequence[int], shown: Sequence[Field]) -> dict[int, RunSummary]:
    """Rows of the list by their runs' ids."""
    runs = session.exec(select(Run).where(col(Run.id).in_(ids))).all() if ids else []
    return {summary.id: summary for summary in _with_values(session, runs, shown)}


def _with_values(session: Session, runs: Sequence[Run], shown: Sequence[Field]) -> Iterator[RunSummary]:
    for run, summary in zip(runs, summaries(session, runs), strict=True):
        yield summary.model_copy(update={"values": {field.name: value_of(field, run) for field in shown}})


def summaries(session: Session, runs: Sequence[Run]) -> list[RunSummary]:
    """Rows of the list; the number of queries does not depend on the number of runs."""
    progress = run_progress.of(session, runs)
    names = _experiment_names(session, runs), projects.names(session, [run.project_id for run in runs])
    sources = value_sources.of(session, runs)
    return [_summary(run, progress.get(run.id or 0), names, sources[run.id or 0]) for run in runs]


def _experiment_names(session: Session, runs: Sequence[Run]) -> dict[int | None, str]:
    ids = {run.experiment_id for run in runs if run.experiment_id is not None}
    if not ids:
        return {}
    rows = session.exec(select(Experiment.id, Experiment.name).where(col(Experiment.id).in_(ids)))
    return dict(rows.all())


def _summary(
    run: Run,
    progress: RunProgress | None,
    names: tuple[Mapping[int | None, str], Mapping[int | None, str]],
    sources: ValueSources,
) -> RunSummary:
    """A run that is read-only has no progress, because its steps follow from its configuration."""
    listed = phases(progress) if progress else []
    own = run.model_dump(include=set(RunSummary.model_fields) - {"imported"})
    own |= {"mean_return_source": sources.mean_return, "score_source": sources.score}
    return RunSummary(
        **{**own, "message": _message(run, progress), "imported": run.record_sha256 is not None},
        experiment_name=names[0].get(run.experiment_id),
        project_name=names[1].get(run.project_id),
        read_only="" if progress else read_only(run),
        eta_seconds=eta(listed) if progress or run.status in ENDED else None,
        phases=tuple(listed),
        activity=activity(progress) if progress else "",
    )


def _message(run: Run, progress: RunProgress | None) -> str:
    """The run's own message, and what its queued jobs are waiting for if no live worker can run them."""
    if progress is None and run.status not in ENDED and run.desired_state != "cancel":
        return "waiting until the server can read its configuration again"
    if progress is None or run.status in ENDED or not progress.waits:
        return run.message
    if run.status == "queued":
        return progress.waits
    return run.message if progress.line.slots else f"{run.message}; {progress.waits}"


def public(session: Session, run: Run) -> RunPublic:
    [found] = publics(session, [run])
    return found


def publics(session: Session, runs: Sequence[Run]) -> list[RunPublic]:
    """Runs in full; the number of queries does not depend on the number of runs."""
    ids = [run.id for run in runs]
    gates = _newest(session, select(Gate.run_id, func.max(Gate.id)).where(col(Gate.run_id).in_(ids)), Gate.run_id)
    going = select(Run.baseline_of, func.max(Run.id)).where(
        col(Run.baseline_of).in_(ids), col(Run.status).not_in(IN_VAIN), col(Run.deleted_at).is_(None)
    )
    baselines = _newest(session, going, Run.baseline_of)
    forked, continued = forks.of_runs(session, runs), continuations.of_runs(session, runs)
    scripts = tracked_views.scripts(session, runs)
    return [
        RunPublic(
            **summary.model_dump(),
            config=run.config if summary.read_only else config_of(run),
            exporters=run.exporters,
            notes=run.notes,
            warnings=run.warnings,
            wish=_desired_state(run),
            gate_id=gates.get(summary.id),
            baseline_id=baselines.get(summary.id),
            origin=forks.origin_of(run),
            forks=forked.get(summary.id, ()),
            script=scripts.get(summary.id),
            continuations=continued[summary.id],
        )
        for run, summary in zip(runs, summaries(session, runs), strict=True)
    ]


def siblings(session: Session, run: Run, arm: str) -> Sequence[Run]:
    """Runs of `arm` with the run's seed in its experiment that neither failed nor were cancelled, oldest first."""
    if run.experiment_id is None:
        return []
    same = (
        Run.experiment_id == run.experiment_id, Run.arm == arm, Run.seed == run.seed, col(Run.deleted_at).is_(None),
    )  # fmt: skip
    return session.exec(select(Run).where(*same, col(Run.status).not_in(IN_VAIN)).order_by(col(Run.id))).all()


def _newest(session: Session, query: Any, by: Any) -> dict[int, int]:
    rows = session.exec(query.group_by(col(by)))
    return {row[0]: row[1] for row in rows}


def _desired_state(run: Run) -> DesiredState:
    return "cancel" if run.desired_state == "cancel" else "pause" if run.desired_state == "pause" else "run"


def update(session: Session, run: Run, changes: RunUpdate) -> None:
    """Change the given fields except notes and project; null leaves a field as it is."""
    for name, value in changes.model_dump(exclude_none=True, exclude={"notes", "project_id", "exporters"}).items():
        setattr(run, name, value)
    if changes.exporters is not None:
        run.exporters = None if changes.exporters == "default" else list(changes.exporters)
    run.updated_at = now()
    run_text.remember(session, run)


def remove(session: Session, run: Run) -> None:
    """Delete a locked run and everything that belongs to it; raises `ConflictError` while jobs of it are running."""
    running = select(func.count()).where(Job.run_id == run.id, Job.status == "running")
    if session.exec(running).one():
        raise ConflictError(f"Run {run.id} still has running jobs: try again once they have stopped.")
    if needing := forks.in_need(session, run.id or 0):
        listed = ", ".join(map(str, needing))
        raise ConflictError(f"Run {run.id} is what run {listed} continues from, and still needed: let it start first.")
    for reference in (Run.baseline_of, Run.forked_from):
        session.execute(update_rows(Run).where(col(reference) == run.id).values({col(reference): None}))
    session.execute(delete(Run).where(col(Run.id) == run.id))


def check_not_ended(run: Run, action: str) -> None:
    """Raises `ConflictError` if the run has ended."""
    if run.status in ENDED:
        raise ConflictError(f"Run {run.id} has ended ({run.status}), so it is too late to {action} it.")


def check_desired_state(run: Run, desired: DesiredState) -> None:
    """Raises `ConflictError` if the state was requested before, if a run that is being cancelled should continue, or if
    one that is read-only should do anything but end.
    """
    if desired != "cancel":
        check_readable(run)
    if run.desired_state == "cancel" and desired != "cancel":
        raise ConflictError(f"Run {run.id} is being cancelled, which cannot be undone.")
    if desired == "run" and run.desired_state == "run":
        raise ConflictError(f"Run {run.id} is not paused ({run.status}), so it cannot be resumed.")
    if desired == "pause" and run.desired_state == "pause":
        raise ConflictError(f"Run {run.id} is already paused or about to be.")
