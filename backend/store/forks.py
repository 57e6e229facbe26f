"""What forks know of the runs that they continue from, and the other way round."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.models import Artifact, Epoch, Job, Run
from gsl.backend.domain.run_tree_parts import Fork
from gsl.phases import keys
from gsl.protocol.api import Origin
from gsl.protocol.jobs import ENDED


def trained_steps(session: Session, run: Run, job: Job, epoch: int) -> int:
    """Steps that the run had spent when the policy was as in the job's checkpoint of this epoch, and before the run
    those of all that it continues from.
    """
    own = select(func.max(Epoch.job_steps)).where(Epoch.job_id == job.id, col(Epoch.epoch) <= epoch)
    inherited: int = run.origin["steps"] if run.origin else 0
    return inherited + job.start_steps + (session.exec(own).one() or 0)


def origin_of(run: Run, *, elsewhere: bool = False) -> Origin | None:
    """Where the run's generalist continues from, if it is a fork; elsewhere without the number, which is another's."""
    run_id = None if elsewhere else run.forked_from
    return None if run.origin is None else Origin.model_validate({**run.origin, "run_id": run_id})


def of_runs(session: Session, runs: Sequence[Run]) -> dict[int, tuple[int, ...]]:
    """The forks of each run that are there for everyone who sees it, oldest first."""
    projects = {run.id or 0: run.project_id for run in runs}
    query = select(Run.forked_from, Run.id, Run.project_id).where(
        col(Run.forked_from).in_(projects), col(Run.deleted_at).is_(None)
    )
    found: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for parent, fork, project in session.exec(query.order_by(col(Run.id))):
        if parent is not None and fork is not None and project in (None, projects[parent]):
            found[parent] += (fork,)
    return found


def branches(session: Session, run: Run) -> list[Fork]:
    """The same forks of one run, with the places where they branch off."""
    found = session.exec(select(Run).where(col(Run.id).in_(of_runs(session, [run])[run.id or 0])).order_by(col(Run.id)))
    return [
        Fork(
            run_id=fork.id or 0,
            status=fork.status,
            job=fork.origin["job"],
            epoch=fork.origin["epoch"],
            spent_steps=fork.spent_steps,
            total_steps=fork.total_steps,
        )
        for fork in found
        if fork.origin is not None
    ]


def in_need(session: Session, run_id: int) -> list[int]:
    """Forks that would lose their start with the run's files."""
    needed = select(Run.id).where(col(Run.forked_from) == run_id, *_has_not_started())
    return [fork for fork in session.exec(needed) if fork is not None]


def needed_checkpoints(session: Session) -> list[int]:
    """Ids of the artifacts from which forks are still to start."""
    origins = session.exec(select(Run.origin).where(col(Run.forked_from).is_not(None), *_has_not_started()))
    return [int(origin["checkpoint_id"]) for origin in origins if origin is not None]


def _has_not_started() -> tuple[Any, ...]:
    """The fork is unfinished, and has no checkpoint of its own."""
    first = keys.generalist(1, 1)
    started = select(1).where(Artifact.run_id == Run.id, Artifact.job_key == first, Artifact.kind == "checkpoint")
    return col(Run.status).not_in(ENDED), ~started.exists()
