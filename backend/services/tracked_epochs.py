"""What a script that keeps control reports of its training: epochs, which are judged and counted as a trainer's are.

All that follows from an epoch, the plateau, the measurement and the gate, is stored in the same transaction, so the
answer says what the script may do next.
"""

from collections.abc import Sequence

import numpy as np
from sqlmodel import Session

from gsl.backend.db.models import Job, Run
from gsl.backend.errors import ConflictError, InvalidError
from gsl.backend.services.app_services import Services
from gsl.backend.services.script_judgement import judged
from gsl.backend.store import runs, tracked
from gsl.backend.store.configs import config_of
from gsl.backend.store.ingest import ingest
from gsl.backend.store.jobs import leases
from gsl.config.run import RunConfig
from gsl.config.suites import SuiteSettings
from gsl.method.variation_returns import by_variation, finite
from gsl.protocol.api.tracking import TrackedEpisode, TrackedEpoch
from gsl.protocol.jobs import DesiredState
from gsl.protocol.lease import FinishRequest
from gsl.protocol.reports import EpochReport, JobResult, Outcome

_LEFT: dict[DesiredState, str] = {"pause": "paused", "cancel": "cancelled"}


def report(services: Services, session: Session, run_id: int, body: TrackedEpoch) -> Run:
    """Store an epoch, and end the training if that is due. The newest epoch may be sent again, unchanged.

    Raises `ConflictError` if the script does not hold the training, and `InvalidError` naming what is wrong.
    """
    run, job = _newest(session, run_id)
    if (job.attempt, job.epochs) == (body.attempt, body.epoch):
        _check_repeated(session, job, body)
        return run
    _check_held(run, job, body.attempt)
    config = config_of(run)
    _check_fits(job, body)
    _check_episodes(body.episodes, config.suite)
    job.budget_steps = max(job.budget_steps, job.steps + body.steps)  # the last epoch may exceed it
    outcome = _store(services, session, run, job, config, body)
    leases.extend(job, services.terms)
    wish = leases.desired_state_of(run, job)
    if outcome is None and wish == "run":
        services.publish(session, "epoch", run_id)
        return run
    result = None if outcome is None else JobResult(outcome=outcome, epochs=job.epochs, steps=job.steps)
    status = "succeeded" if outcome else _LEFT[wish]
    leases.finish(
        session, run, job, FinishRequest.model_validate({"attempt": body.attempt, "status": status, "result": result})
    )
    session.flush()
    services.advance(session, run_id, "run")
    return run


def keep(services: Services, session: Session, run_id: int, attempt: int) -> Run:
    """A sign of life. Raises `ConflictError` if the script does not hold the training."""
    run, job = _newest(session, run_id)
    _check_held(run, job, attempt)
    leases.extend(job, services.terms)
    return run


def _newest(session: Session, run_id: int) -> tuple[Run, Job]:
    """Run and training job, locked."""
    run = runs.locked(session, run_id)
    tracked.row(session, run)
    return leases.locked_job(session, tracked.training(session, run).id or 0)


def _check_held(run: Run, job: Job, attempt: int) -> None:
    if job.attempt == attempt and job.status != "running":
        raise ConflictError(f"Run {run.id} takes no epochs now: it is {run.status}, {run.message or 'without a word'}.")
    leases.check_held(job, attempt)


def _check_repeated(session: Session, job: Job, body: TrackedEpoch) -> None:
    steps = tracked.epoch_steps(session, job, body.epoch)
    if steps != body.steps:
        raise InvalidError.field("steps", f"must be {steps}, as when epoch {body.epoch} was reported before")


def _check_fits(job: Job, body: TrackedEpoch) -> None:
    if body.epoch != job.epochs + 1:
        back = "; to go back, start the script again with its epoch" if body.epoch <= job.epochs else ""
        raise InvalidError.field("epoch", f"must be {job.epochs + 1}, the next one{back}")
    if body.steps > job.budget_steps:
        raise InvalidError.field("steps", f"must be at most {job.budget_steps}, the whole budget of this training")


def _check_episodes(episodes: Sequence[TrackedEpisode], suite: SuiteSettings) -> None:
    known = len(suite.training_variations())
    for place, episode in enumerate(episodes):
        if episode.variation >= known:
            message = f"must be from 0 to {known - 1}, the number of one of the run's variations"
            raise InvalidError.field(f"episodes.{place}.variation", message)
        if suite.has_success and episode.success is None:
            raise InvalidError.field(f"episodes.{place}.success", "is required: the run is scored by success")


def _store(
    services: Services, session: Session, run: Run, job: Job, config: RunConfig, body: TrackedEpoch
) -> Outcome | None:
    """How the training ended, if it did."""
    made = _report(job, config.suite, body)
    plateau = judged(session, tracked.row(session, run), job, config.plateau, made)
    ingest.ingest_reports(session, run, job, [made.model_copy(update={"plateau": plateau})])
    if plateau is not None and config.arm != "generalist":
        return "plateau"
    return "budget" if job.steps >= job.budget_steps else None


def _report(job: Job, suite: SuiteSettings, body: TrackedEpoch) -> EpochReport:
    """The episodes summed up, as every trainer's are."""
    variation = np.array([one.variation for one in body.episodes], np.int64)
    returns = np.array([one.total for one in body.episodes], np.float64)
    length = np.array([one.length for one in body.episodes], np.int64)
    success = np.array([bool(one.success) for one in body.episodes], np.bool_) if suite.has_success else None
    played = len(variation) > 0
    return EpochReport(
        epoch=body.epoch,
        steps=body.steps,
        job_steps=job.steps + body.steps,
        seconds=body.seconds,
        episodes=len(variation),
        mean_return=finite(returns.mean()) if played else None,
        success_rate=float(success.mean()) if played and success is not None else None,
        mean_length=float(length.mean()) if played else None,
        metrics=body.metrics,
        returns=by_variation(variation, returns, length, success),
    )
