"""Forks: runs whose generalist continues from a stored checkpoint of another run, with settings of its own."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from gsl.backend.db.models import Artifact, Job, Run
from gsl.backend.domain.configs import resolve
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.store import forks, reach
from gsl.backend.store.configs import config_of, read_only
from gsl.config.run import RunConfig
from gsl.protocol.api import FieldError, Origin, RunCreate

POLICIES = ("checkpoint", "best")
"""Kinds of artifact that a policy can be continued from."""


def config_and_fields(session: Session, body: RunCreate, who: Identity) -> tuple[RunConfig, dict[str, Any]]:
    """The configuration to launch, and where its generalist continues from, if anywhere.

    Raises `InvalidError`, also for a checkpoint that is not there for this person.
    """
    if body.checkpoint_id is None:
        return resolve(body), {}
    checkpoint = _checkpoint(session, body.checkpoint_id, who)
    run, job = session.get_one(Run, checkpoint.run_id), session.get_one(Job, checkpoint.job_id)
    if why := read_only(run):
        raise _refused(f"run {run.id} is read-only: {why}")
    before = config_of(run)
    config = resolve(body, before if body.preset is None else None)
    _check_fits(before, config)
    origin = Origin(
        run_id=run.id,
        run_name=run.name,
        job=job.key,
        epoch=checkpoint.epoch,
        steps=forks.trained_steps(session, run, job, checkpoint.epoch),
        checkpoint_id=body.checkpoint_id,
        sha256=checkpoint.sha256,
    )
    return config, {"forked_from": run.id, "origin": origin.model_dump(mode="json")}


def _checkpoint(session: Session, checkpoint_id: int, who: Identity) -> Artifact:
    try:
        reach.check(session, who, "artifact", checkpoint_id)
    except NotFoundError as error:
        raise _refused(f"{error.detail} A run's artifacts have the numbers.") from error
    found = session.get_one(Artifact, checkpoint_id)
    if found.kind not in POLICIES:
        raise _refused(
            f"artifact {checkpoint_id} is of kind {found.kind!r}; choose one of kind {' or '.join(POLICIES)}"
        )
    return found


def _check_fits(before: RunConfig, config: RunConfig) -> None:
    """Raises `InvalidError` for each setting that decides the shape of the networks and is not as it was."""
    wrong = [
        FieldError(field=f"config.{field}", message="must be the same as in the run that it continues from")
        for field, same in _compared(before, config)
        if not same
    ]
    if wrong:
        raise InvalidError("; ".join(f"{error.field}: {error.message}" for error in wrong), wrong)


def _compared(before: RunConfig, config: RunConfig) -> Iterator[tuple[str, bool]]:
    yield "suite.name", config.suite.name == before.suite.name
    yield "learner.name", config.learner.name == before.learner.name
    if config.learner.name == before.learner.name:
        for field in type(config.learner).architecture:
            yield f"learner.{field}", getattr(config.learner, field) == getattr(before.learner, field)


def _refused(message: str) -> InvalidError:
    return InvalidError.field("checkpoint_id", message)
