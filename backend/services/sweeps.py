"""Sweeps: launched, stopped, and followed by runs of the winner on seeds of their own."""

from pydantic import ValidationError
from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Experiment, Run
from gsl.backend.db.sweep_models import Sweep, SweepResult, Trial
from gsl.backend.domain.configs import merge, over_preset
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.search_space import check_space, with_params
from gsl.backend.errors import ConflictError, InvalidError, from_validation
from gsl.backend.services import policies, sweep_steps
from gsl.backend.services.app_services import Services
from gsl.backend.services.launches import BY_DEFAULT, arms_of, launch
from gsl.backend.services.placement import project_for
from gsl.backend.store import runs, sweeps, workers
from gsl.config.run import RunConfig
from gsl.config.sweep import SweepSettings
from gsl.protocol.api import ArmLaunch, ExperimentLaunch
from gsl.protocol.api.sweeps import SweepCreate, SweepResultsCreate, SweepStop
from gsl.protocol.dispatch import needed

_ABOUT_RESULTS = (
    "Result runs of sweep {number}, {name}: the settings of trial {trial}, on seeds that the search has not seen."
)


def create(services: Services, session: Session, body: SweepCreate, who: Identity) -> Sweep:
    """With its experiment and its first trials. Raises `InvalidError`, and `ConflictError` if a quota forbids these."""
    base = _base(body)
    settings = SweepSettings.model_validate(body.model_dump(include=set(SweepSettings.model_fields)))
    check_space(settings, base)
    workers.check_runnable(session, {"config.suite.name": needed(base)})
    policies.check_known(session, [("config", base)])
    project_id = project_for(session, who, body.project_id)
    experiment = Experiment(name=body.name, description=body.description, project_id=project_id, owner=who.name)
    session.add(experiment)
    session.flush()
    assert experiment.id is not None
    sweep = Sweep(
        experiment_id=experiment.id, owner=who.name, settings=settings.model_dump(mode="json"), preset=body.preset,
        config=base.model_dump(mode="json"), **body.model_dump(include={"tags", "priority", "worker_label"}),
    )  # fmt: skip
    session.add(sweep)
    session.flush()
    sweep_steps.fill(services, session, sweep, refusing=True)
    return sweep


def _base(body: SweepCreate) -> RunConfig:
    """What all trials start from. Raises `InvalidError`."""
    shared = over_preset(body.preset, merge(BY_DEFAULT, body.config))
    try:
        return RunConfig.model_validate(shared)
    except ValidationError as error:
        raise from_validation(error, "config") from error


def stop(services: Services, session: Session, experiment_id: int, body: SweepStop, who: str) -> Sweep:
    """No further trials. Raises `ConflictError` if it has ended."""
    sweep = sweeps.lock(session, experiment_id)
    if sweep.status != "running":
        raise ConflictError(f"Sweep {experiment_id} is {sweep.status}, so there is nothing to stop.")
    sweep.status, sweep.message, sweep.ended_at = "stopped", f"stopped by {who}", now()
    for trial in sweeps.trials(session, experiment_id):
        if body.cancel_running and trial.ended_at is None and trial.run_id is not None:
            sweep_steps.cancel(services, session, trial.run_id, who, "cancel", "its sweep was stopped")
    return sweep


def results(services: Services, session: Session, experiment_id: int, body: SweepResultsCreate, who: Identity) -> int:
    """Launch a trial's settings on result seeds; returns the new experiment.

    Raises `ConflictError` if there is no such trial yet, and `InvalidError` for a seed that the search has seen.
    """
    sweep = sweeps.lock(session, experiment_id)
    source = session.get_one(Experiment, experiment_id)
    trial = _chosen(session, sweep, body.trial)
    _check_apart(sweep, body.seeds)
    project_for(session, who, source.project_id)
    about = _ABOUT_RESULTS.format(number=experiment_id, name=source.name, trial=trial.number)
    name = body.name or f"{source.name[:180]}, results"
    made = Experiment(name=name, description=about, project_id=source.project_id, owner=who.name)
    session.add(made)
    session.flush()
    assert made.id is not None
    session.add(SweepResult(experiment_id=made.id, sweep_id=experiment_id, trial=trial.number, seeds=list(body.seeds)))
    launched = _launch(session, made.id, sweep, trial, body)
    for run in launched:
        runs.launched(session, run, who.name, f"trial {trial.number} of sweep {experiment_id}, on a result seed")
    services.advance_all(session, [run.id for run in launched if run.id is not None])
    return made.id


def _launch(session: Session, experiment_id: int, sweep: Sweep, trial: Trial, body: SweepResultsCreate) -> list[Run]:
    tuned = ArmLaunch(name=f"trial {trial.number}", config=with_params(sweep.config, trial.params))
    arms = [tuned, *([ArmLaunch(name="untuned", config=sweep.config)] if body.untuned else [])]
    asked = ExperimentLaunch(
        arms=arms, seeds=body.seeds, tags=sweep.tags, priority=sweep.priority, worker_label=sweep.worker_label
    )
    return launch(session, experiment_id, arms_of(asked), asked)


def _chosen(session: Session, sweep: Sweep, number: int | None) -> Trial:
    rows = sweeps.trials(session, sweep.experiment_id)
    wanted = sweeps.best(rows) if number is None else number
    if wanted is None:
        raise ConflictError(f"Sweep {sweep.experiment_id} has no complete trial yet, so there is no winner.")
    complete = [row for row in rows if row.state == "complete"]
    found = next((row for row in complete if row.number == wanted), None)
    if found is None:
        listed = ", ".join(str(row.number) for row in complete) or "none yet"
        raise InvalidError.field("trial", f"trial {wanted} is not complete; complete are: {listed}")
    return found


def _check_apart(sweep: Sweep, seeds: list[int]) -> None:
    tuning = sweeps.settings_of(sweep).tuning_seeds
    for index, seed in enumerate(seeds):
        if seed in tuning:
            listed = ", ".join(map(str, tuning[:10]))
            message = f"{seed} is a tuning seed ({listed}): a result on it would be as good as the search made it"
            raise InvalidError.field(f"seeds.{index}", message)
