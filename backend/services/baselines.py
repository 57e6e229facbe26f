"""Baselines: the plain generalist with exactly as many environment steps as a GSL run."""

from pydantic import ValidationError
from sqlmodel import Session

from gsl.backend.db.models import Experiment, Run
from gsl.backend.errors import ConflictError, from_validation
from gsl.backend.store import runs, workers
from gsl.backend.store.configs import config_of, read_only
from gsl.backend.store.jobs import views
from gsl.config.run import RunConfig
from gsl.phases.keys import LAST_EVALUATION
from gsl.protocol.dispatch import needed
from gsl.protocol.jobs import ENDED

ARM = "generalist"


def create(session: Session, run: Run) -> Run:
    """The baseline of a locked run, without jobs yet. Raises `ConflictError` if there cannot be one."""
    if run.arm == ARM:
        raise ConflictError(f"Run {run.id} is a plain generalist, itself a baseline. Choose a GSL run instead.")
    config = _config(session, run)
    before = runs.public(session, run).baseline_id
    if before is not None:
        raise ConflictError(f"Run {run.id} already has a baseline, run {before}. Cancel or delete it first.")
    workers.check_runnable(session, {"config.suite.name": needed(config)})
    others = runs.siblings(session, run, ARM)
    same = next((other for other in others if not read_only(other) and config_of(other) == config), None)
    if same is not None:
        raise ConflictError(f"The experiment already has this baseline: run {same.id}.")
    taken = {other.arm_name for other in others}
    fields = {
        "name": f"{run.name[:180]}, baseline",
        "experiment_id": _experiment(session, run),
        "project_id": run.project_id,
        "arm_name": ARM if ARM not in taken else f"{ARM} for {run.arm_name}"[:100],
        "baseline_of": run.id,
        "notes": "",
        "tags": run.tags,
        "priority": run.priority,
        "worker_label": run.worker_label,
        "exporters": run.exporters,
    }
    return runs.create(session, config, fields)


def _config(session: Session, run: Run) -> RunConfig:
    """The run's configuration as a plain generalist, with the steps the run spent, or may spend if it has not ended."""
    steps = _counted(session, run) if run.status in ENDED else run.total_steps
    plain = config_of(run).model_dump(mode="json")
    try:
        return RunConfig.model_validate(
            {**plain, "arm": ARM, "budget": {**plain["budget"], "total_steps": max(steps, 1)}}
        )
    except ValidationError as error:
        reason = from_validation(error, "config").detail
        raise ConflictError(f"Run {run.id} spent {steps} steps, which are too few for a baseline: {reason}") from error


def _counted(session: Session, run: Run) -> int:
    """The steps the run spent, without its last evaluation, which older runs counted."""
    return run.spent_steps - views.steps_of(session, run, LAST_EVALUATION)


def _experiment(session: Session, run: Run) -> int:
    """The run's experiment; if it has none, one named after the run is created."""
    if run.experiment_id is None:
        about = f"Run {run.id} and its baseline at equal steps."
        experiment = Experiment(name=run.name, description=about, project_id=run.project_id)
        session.add(experiment)
        session.flush()
        run.experiment_id = experiment.id
    assert run.experiment_id is not None
    return run.experiment_id
