"""Baselines: the plain generalist at exactly the environment steps of a GSL run."""

from collections.abc import Sequence

from pydantic import ValidationError
from sqlmodel import Session, col, select

from backend.db.models import Experiment, Job, Run
from backend.errors import ConflictError
from backend.http.problems import from_validation
from backend.store import runs, workers
from backend.store.configs import config_of
from gsl.config.run import RunConfig
from gsl.phases.keys import LAST_EVALUATION
from gsl.protocol.jobs import ENDED

ARM = "generalist"


def create(session: Session, run: Run) -> Run:
    """The baseline of a locked run, without jobs yet. Raises `ConflictError` with the reason why there can be none."""
    if run.arm == ARM:
        raise ConflictError(f"Run {run.id} is the plain generalist, itself a baseline: ask for that of a GSL run.")
    config = _config(session, run)
    before = runs.public(session, run).baseline_id
    if before is not None:
        raise ConflictError(f"Run {run.id} has a baseline already: run {before}. Cancel or delete it for another one.")
    workers.check_runnable(session, {"config.suite.name": config.suite.name})
    others = _generalists(session, run)
    same = next((other for other in others if config_of(other) == config), None)
    if same is not None:
        raise ConflictError(f"The experiment has this very baseline already: run {same.id}.")
    taken = {other.arm_name for other in others}
    fields = {
        "name": f"{run.name[:180]}, baseline",
        "experiment_id": _experiment(session, run),
        "arm_name": ARM if ARM not in taken else f"{ARM} for {run.arm_name}"[:100],
        "baseline_of": run.id,
        "notes": "",
        "tags": run.tags,
    }
    return runs.create(session, config, fields)


def _config(session: Session, run: Run) -> RunConfig:
    """The run's configuration as plain generalist with the steps that the run spent, or may spend while it goes on."""
    steps = _counted(session, run) if run.status in ENDED else run.total_steps
    plain = config_of(run).model_dump(mode="json")
    try:
        return RunConfig.model_validate(
            {**plain, "arm": ARM, "budget": {**plain["budget"], "total_steps": max(steps, 1)}}
        )
    except ValidationError as error:
        reason = from_validation(error, "config").detail
        raise ConflictError(f"Run {run.id} spent {steps} steps, with which no baseline can be run: {reason}") from error


def _counted(session: Session, run: Run) -> int:
    """What the run spent; the last evaluation, which older runs counted, is none of the baseline's training either."""
    last = session.exec(select(Job.steps).where(Job.run_id == run.id, Job.key == LAST_EVALUATION)).first()
    return run.spent_steps - (last or 0)


def _generalists(session: Session, run: Run) -> Sequence[Run]:
    """Plain generalists of the same seed in the run's experiment that neither failed nor were cancelled."""
    if run.experiment_id is None:
        return []
    mine = (Run.experiment_id == run.experiment_id, Run.arm == ARM, Run.seed == run.seed)
    return session.exec(select(Run).where(*mine, col(Run.status).not_in(runs.IN_VAIN)).order_by(col(Run.id))).all()


def _experiment(session: Session, run: Run) -> int:
    """The run's experiment; one named after the run is begun where there was none."""
    if run.experiment_id is None:
        experiment = Experiment(name=run.name, description=f"Run {run.id} and its baseline at equal steps.")
        session.add(experiment)
        session.flush()
        run.experiment_id = experiment.id
    assert run.experiment_id is not None
    return run.experiment_id
