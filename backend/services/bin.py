"""Deleting, restoring and deleting for good. What is in the bin is there for nobody but the bin, for thirty days."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Experiment, Run
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, ForbiddenError, ProblemError
from gsl.backend.services.app_services import Services
from gsl.backend.store import artifacts, audit, binned, experiments, runs
from gsl.backend.store.configs import read_only
from gsl.backend.store.jobs import planning, queue
from gsl.backend.store.jobs.status import record_event, set_status
from gsl.protocol.jobs import ENDED

_log = logging.getLogger(__name__)


def check_may_delete(who: Identity, row: Run | Experiment) -> None:
    """Raises `ForbiddenError` unless it is the person's own, or nobody's, or they are an admin."""
    if row.owner not in ("", who.name) and not who.may_in(row.project_id, "admin"):
        what = type(row).__name__
        raise ForbiddenError(f"{what} {row.id} is {row.owner}'s. Its owner or an admin can delete and restore it.")


def put_run(services: Services, session: Session, run: Run, who: str) -> None:
    """Put a locked run into the bin. Raises `ConflictError` if it has not ended, unless it is read-only."""
    _check_ended(run)
    _put(services, session, run, who, now())


def _check_ended(run: Run) -> None:
    if run.status not in ENDED and not read_only(run):
        raise ConflictError(f"Run {run.id} is {run.status}: cancel it before you delete it.")


def _put(services: Services, session: Session, run: Run, who: str, at: datetime) -> None:
    """One that is read-only has ended by this; jobs that are still running are asked to stop."""
    planning.stop_all(session, run)
    if run.status not in ENDED:
        set_status(run, "cancelled", "deleted before it had ended")
    binned.mark(run, at, who)
    record_event(session, who, "deleted", run_id=run.id)
    services.publish(session, "deleted", run.id)


def restore_run(services: Services, session: Session, run_id: int, who: Identity) -> Run:
    """Raises `ForbiddenError`, and `ConflictError` if it is not in the bin, is there with its experiment, or another
    has taken its place. The experiment is locked first, as by those who delete it."""
    experiment_id = runs.get(session, run_id).experiment_id
    experiment = None if experiment_id is None else experiments.held(session, experiment_id)
    run = runs.locked(session, run_id)
    check_may_delete(who, run)
    if run.deleted_at is None:
        raise ConflictError(f"Run {run_id} is not in the bin.")
    if experiment is not None and experiment.deleted_at is not None:
        raise ConflictError(f"Run {run_id} was deleted with experiment {experiment_id}: restore that.")
    _check_place(session, run)
    _restore(services, session, run, who.name)
    return run


def _check_place(session: Session, run: Run) -> None:
    """An experiment has each seed of an arm once, apart from runs that ended in vain."""
    if run.experiment_id is None or run.status in runs.IN_VAIN:
        return
    for other in experiments.runs_of_arms(session, run.experiment_id, [run.arm_name]):
        if other.seed == run.seed and other.status not in runs.IN_VAIN:
            raise ConflictError(f"Run {other.id} has taken the place of run {run.id}: same arm, same seed.")


def _restore(services: Services, session: Session, run: Run, who: str) -> None:
    binned.mark(run, None)
    record_event(session, who, "restored", run_id=run.id)
    services.publish(session, "run", run.id)


def put_experiment(services: Services, session: Session, experiment: Experiment, who: str) -> None:
    """Put a locked experiment and its runs into the bin. Raises `ConflictError` if one of them has not ended."""
    mine = [run for run in binned.runs_of(session, experiment.id or 0) if run.deleted_at is None]
    going = [run for run in mine if run.status not in ENDED and not read_only(run)]
    if going:
        named = ", ".join(str(run.id) for run in going[:10])
        raise ConflictError(f"{len(going)} runs of experiment {experiment.id} have not ended ({named}): cancel them.")
    at = now()
    for run in mine:
        _put(services, session, run, who, at)
    binned.mark(experiment, at, who)


def restore_experiment(services: Services, session: Session, experiment: Experiment, who: str) -> None:
    """With the runs that were deleted with it. Raises `ConflictError` if it is not in the bin."""
    if experiment.deleted_at is None:
        raise ConflictError(f"Experiment {experiment.id} is not in the bin.")
    for run in binned.runs_of(session, experiment.id or 0):
        if run.deleted_at == experiment.deleted_at:
            _restore(services, session, run, who)
    binned.mark(experiment, None)


def purge_run(services: Services, session: Session, run_id: int) -> None:
    """For good, with its files. Raises `ConflictError` if it is not in the bin, or its jobs have not stopped."""
    run = runs.locked(session, run_id)
    if run.deleted_at is None:
        raise ConflictError(f"Run {run_id} is not in the bin: delete it first.")
    audit.about(session, f"run {run_id}", run.name)
    services.publish(session, "deleted", run_id)
    runs.remove(session, run)
    services.remove_files(session, artifacts.run_folder(run_id))


def purge_experiment(services: Services, session: Session, experiment_id: int) -> None:
    """For good, with its runs and their files. Raises `ConflictError` as `purge_run` does."""
    experiment = experiments.lock(session, experiment_id)
    if experiment.deleted_at is None:
        raise ConflictError(f"Experiment {experiment_id} is not in the bin: delete it first.")
    for run in binned.runs_of(session, experiment_id):
        purge_run(services, session, run.id or 0)
    audit.about(session, f"experiment {experiment_id}", experiment.name)
    session.delete(experiment)


def empty(services: Services) -> None:
    """Delete for good what nobody restored in time, each in a transaction of its own."""
    with services.database.read() as session:
        late_experiments, late_runs = (binned.overdue(session, table) for table in (Experiment, Run))
    for key in late_experiments:
        _purge(services, purge_experiment, key)
    for key in late_runs:
        _purge(services, purge_run, key)


def _purge(services: Services, purge: Callable[[Services, Session, int], None], key: int) -> None:
    try:
        with services.database.write() as session:
            if queue.is_only_reaper(session):
                purge(services, session, key)
                audit.add(session, "reaper", purge.__name__.replace("_", " "), *(audit.named(session) or ()))
    except ProblemError as error:  # concerns this one alone: a run of a purged experiment, or a job that goes on
        _log.info("cannot delete %d for good yet: %s", key, error)
