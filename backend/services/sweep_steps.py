"""What makes sweeps go on: runs that ended are noted, trials that do badly are pruned, and the next ones launched.

Called by the reaper of every API process. The sweep's row is locked, so that each step is taken once.
"""

import logging
from collections.abc import Sequence
from functools import partial

from pydantic import ValidationError
from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Run
from gsl.backend.db.sweep_models import Sweep, Trial
from gsl.backend.domain.search_space import with_params
from gsl.backend.domain.sweep_study import judge, rungs, suggest
from gsl.backend.errors import ConflictError, InvalidError, ProblemError, from_validation
from gsl.backend.services import policies
from gsl.backend.services.app_services import Services
from gsl.backend.store import experiments, runs, sweeps
from gsl.backend.store.jobs.status import record_event
from gsl.backend.store.sweeps import Points
from gsl.config.run import RunConfig
from gsl.protocol.jobs import ENDED

WHO = "sweep"
_log = logging.getLogger(__name__)


def go_on(services: Services) -> list[int]:
    """Take the next step of every sweep that can; returns those that did."""
    with services.database.read() as session:
        due = [experiment_id for experiment_id in sweeps.going(session) if _is_due(session, experiment_id)]
    return [experiment_id for experiment_id in due if _step(services, experiment_id)]


def _is_due(session: Session, experiment_id: int) -> bool:
    """Whether there may be something to do, so that nothing is locked for nothing."""
    sweep, rows = sweeps.get(session, experiment_id), sweeps.trials(session, experiment_id)
    settings, going = sweeps.settings_of(sweep), [row for row in rows if row.ended_at is None]
    more = len(rows) < settings.planned and len(going) < settings.at_once
    if sweep.status == "running" and (more or not going):
        return True
    found = sweeps.runs_of(session, going)
    if any(row.run_id not in found or found[row.run_id].status in ENDED for row in going):
        return True
    if settings.pruner.name == "none":
        return False
    points, interval = sweeps.measured(session, list(found.values()), settings.objective), sweeps.interval_of(sweep)
    return any(_rung(points, row, interval) > row.checked for row in going if row.state == "running")


def _rung(points: dict[int, Points], row: Trial, interval: int) -> int:
    return max(rungs(points.get(row.run_id or 0, []), interval), default=0)


def _step(services: Services, experiment_id: int) -> bool:
    try:
        with services.database.write() as session:
            sweep = sweeps.lock(session, experiment_id)
            if experiment_id not in sweeps.going(session):  # meanwhile deleted, or finished by another process
                return False
            _settle(session, sweep)
            _prune(services, session, sweep)
            fill(services, session, sweep)
    except ProblemError as error:  # concerns this sweep alone, so others still go on
        _log.warning("sweep %d cannot go on yet: %s", experiment_id, error)
        return False
    return True


def _settle(session: Session, sweep: Sweep) -> None:
    """Note the trials whose runs have ended."""
    going = [row for row in sweeps.trials(session, sweep.experiment_id) if row.ended_at is None]
    found = sweeps.runs_of(session, going)
    ended = [run for run in found.values() if run.status in ENDED]
    points = sweeps.measured(session, ended, sweeps.settings_of(sweep).objective)
    for row in going:
        run = found.get(row.run_id)
        if run is None or run.status in ENDED:
            _end(row, run, points.get(row.run_id or 0, []))
    session.flush()


def _end(row: Trial, run: Run | None, points: Points) -> None:
    row.ended_at = now()
    if row.state == "pruned":
        if run is not None and run.status == "cancelled":
            run.message = row.reason
        return
    row.points = [list(point) for point in points]
    if run is None:
        row.state, row.reason = "failed", "its run was deleted"
    elif run.status != "succeeded":
        row.state, row.reason = "failed", f"{run.status}: {run.message}"[:2000]
    elif not points:
        row.state, row.reason = "failed", "its run ended without an evaluation of the objective"
    else:
        row.state, row.value = "complete", points[-1][1]


def _prune(services: Services, session: Session, sweep: Sweep) -> None:
    """Ask the pruner about every trial with a new evaluation."""
    settings, interval = sweeps.settings_of(sweep), sweeps.interval_of(sweep)
    if settings.pruner.name == "none" or sweep.status != "running":
        return
    rows = sweeps.trials(session, sweep.experiment_id)
    going = [row for row in rows if row.state == "running"]
    points = sweeps.measured(session, list(sweeps.runs_of(session, going).values()), settings.objective)
    for row in going:
        rung = _rung(points, row, interval)
        if rung <= row.checked:
            continue
        stops, row.attributes = judge(settings, sweeps.tried(rows, points), interval, row.number)
        row.checked = rung
        if stops and row.run_id is not None:
            steps, value = points[row.run_id][-1]
            row.state, row.value, row.points = "pruned", value, [list(point) for point in points[row.run_id]]
            row.reason = (
                f"pruned at {steps:,} steps with {settings.objective.metric} {value:.3f} ({settings.pruner.name})"
            )
            cancel(services, session, row.run_id, WHO, "pruned", row.reason)


def cancel(services: Services, session: Session, run_id: int, who: str, what: str, why: str) -> None:
    """Ask a trial's run to stop, if it has not ended."""
    run = runs.locked(session, run_id)
    if run.status in ENDED or run.desired_state == "cancel":
        return
    run.desired_state = "cancel"
    record_event(session, who, what, why, run_id=run_id)
    session.flush()
    services.advance(session, run_id)


def fill(services: Services, session: Session, sweep: Sweep, refusing: bool = False) -> None:
    """Launch trials until as many run as may, or none is left. With the sweep locked.

    A quota that does not allow one makes the sweep wait, or raises `ConflictError` if `refusing`.
    """
    settings, rows = sweeps.settings_of(sweep), sweeps.trials(session, sweep.experiment_id)
    launched: list[int] = []
    try:
        while sweep.status == "running" and len(rows) < settings.planned:
            if sum(row.ended_at is None for row in rows) >= settings.at_once:
                break
            row = _next_trial(session, sweep, rows)
            rows.append(row)
            launched += [] if row.run_id is None else [row.run_id]
        sweep.message = "" if sweep.status == "running" else sweep.message
    except ConflictError as error:
        if refusing and not launched:
            raise
        sweep.message = f"waits: {error.detail}"[:2000]
    services.advance_all(session, launched)
    _finish(sweep, rows, settings.planned)


def _finish(sweep: Sweep, rows: Sequence[Trial], planned: int) -> None:
    if sweep.status == "running" and len(rows) == planned and all(row.ended_at for row in rows):
        sweep.status, sweep.ended_at = "finished", now()


def _next_trial(session: Session, sweep: Sweep, rows: Sequence[Trial]) -> Trial:
    """Raises `ConflictError` if a quota does not allow it; then nothing is stored."""
    settings = sweeps.settings_of(sweep)
    points = sweeps.measured(session, list(sweeps.runs_of(session, rows).values()), settings.objective)
    params, attributes = suggest(settings, sweeps.tried(rows, points), sweeps.interval_of(sweep))
    number = len(rows)
    row = Trial(
        experiment_id=sweep.experiment_id, number=number, params=params, attributes=attributes,
        seed=settings.tuning_seeds[number % len(settings.tuning_seeds)],
    )  # fmt: skip
    with session.begin_nested():
        _launch(session, sweep, row)
        session.add(row)
    return row


def _launch(session: Session, sweep: Sweep, row: Trial) -> None:
    """Settings that do not fit together make a trial that failed, without a run."""
    read = partial(RunConfig.model_validate, with_params(sweep.config, row.params) | {"seed": row.seed})
    try:
        config = read()
        policies.check_known(session, [("config", config)])
    except ValidationError as error:
        return _fail(row, from_validation(error).detail)
    except InvalidError as error:
        return _fail(row, error.detail)
    experiment = experiments.held(session, sweep.experiment_id)
    fields = {
        "name": f"trial {row.number}", "experiment_id": sweep.experiment_id, "arm_name": f"trial {row.number}",
        "project_id": experiment.project_id if experiment else None, "notes": "", "tags": list(sweep.tags),
        "priority": sweep.priority, "worker_label": sweep.worker_label,
    }  # fmt: skip
    run = runs.create(session, config, fields)
    runs.launched(session, run, sweep.owner, f"trial {row.number} of sweep {sweep.experiment_id}")
    row.run_id = run.id
    return None


def _fail(row: Trial, why: str) -> None:
    row.state, row.reason, row.ended_at = "failed", f"these settings do not fit together: {why}"[:2000], now()
