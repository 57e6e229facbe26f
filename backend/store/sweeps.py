"""Sweeps and trials: reading, locking, and what a sweep's runs have measured of its objective."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.evaluation_models import EvaluationMean
from gsl.backend.db.models import Epoch, Experiment, Job, Run
from gsl.backend.db.sweep_models import Sweep, SweepResult, Trial
from gsl.backend.domain.search_space import rung_steps
from gsl.backend.domain.sweep_study import Tried
from gsl.backend.errors import NotFoundError
from gsl.backend.store import suites
from gsl.config.base import stored
from gsl.config.run import RunConfig
from gsl.config.sweep import Objective, SweepSettings
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.protocol.api.sweeps import SweepPublic, SweepResults, TrialPublic

Points = list[tuple[int, float]]
_OF_THE_POLICY = ("generalist", "finetune", "evaluation")  # kinds of job that measure what the run is about


def get(session: Session, experiment_id: int) -> Sweep:
    """Raises `NotFoundError`."""
    found = session.get(Sweep, experiment_id)
    if found is None:
        raise NotFoundError(f"Experiment {experiment_id} is no sweep.")
    return found


def lock(session: Session, experiment_id: int) -> Sweep:
    """Hold the sweep for the rest of the transaction, after its experiment. Raises `NotFoundError`."""
    session.exec(select(Experiment.id).where(Experiment.id == experiment_id).with_for_update(read=True)).first()
    query = select(Sweep).where(Sweep.experiment_id == experiment_id).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFoundError(f"Experiment {experiment_id} is no sweep.")
    return found


def settings_of(sweep: Sweep) -> SweepSettings:
    with stored():
        return SweepSettings.model_validate(sweep.settings)


def interval_of(sweep: Sweep) -> int:
    """Steps between the evaluations at which its trials are compared."""
    with stored():
        return rung_steps(RunConfig.model_validate(sweep.config))


def going(session: Session) -> list[int]:
    """Sweeps, not in the bin, that have something left to do: trials to launch, or trials that have not ended."""
    unfinished = select(Trial.experiment_id).where(col(Trial.ended_at).is_(None))
    mine = (col(Sweep.status) == "running") | col(Sweep.experiment_id).in_(unfinished)
    query = select(Sweep.experiment_id).join(Experiment, col(Experiment.id) == col(Sweep.experiment_id))
    rows = session.exec(query.where(mine, col(Experiment.deleted_at).is_(None)).order_by(col(Sweep.experiment_id)))
    return list(rows)


def trials(session: Session, experiment_id: int) -> list[Trial]:
    """In the order of their numbers, which have no gap."""
    query = select(Trial).where(Trial.experiment_id == experiment_id).order_by(col(Trial.number))
    return list(session.exec(query.execution_options(populate_existing=True)))


def runs_of(session: Session, rows: Sequence[Trial]) -> dict[int | None, Run]:
    """The trials' runs by their ids."""
    ids = [row.run_id for row in rows if row.run_id is not None]
    return {run.id: run for run in session.exec(select(Run).where(col(Run.id).in_(ids)))} if ids else {}


def measured(session: Session, runs: Collection[Run], objective: Objective) -> dict[int, Points]:
    """By run, the objective's value at each evaluation of its policy, and the steps spent until then."""
    table = EvaluationMean
    steps = Job.start_steps + func.coalesce(Epoch.job_steps, 0)
    columns: tuple[Any, ...] = (Job.run_id, steps, table.mean_return, table.success_rate)
    query = select(*columns).join(Job, col(Job.id) == col(table.job_id)).outerjoin(
        Epoch, (col(Epoch.job_id) == col(table.job_id)) & (col(Epoch.epoch) == col(table.epoch))
    )  # fmt: skip
    mine = (col(Job.run_id).in_([run.id for run in runs]), table.source == objective.source)
    policy = (col(Job.kind).in_(_OF_THE_POLICY), Job.key != BEFORE_EVALUATION)
    found: dict[int, Points] = {run.id or 0: [] for run in runs}
    own = {run.id: suites.read(session, run.config.get("suite", {}), [run.id or 0]) for run in runs}
    for run_id, at, mean, success in session.execute(query.where(*mine, *policy).order_by(Job.id, table.epoch)):
        value = {"return": mean, "success": success, "score": own[run_id].score(mean, success)}[objective.metric]
        if value is not None:
            found[run_id].append((int(at), float(value)))
    return found


def tried(rows: Sequence[Trial], points: Mapping[int, Points]) -> list[Tried]:
    """As Optuna is told of them; what was decided is told as it was then."""
    return [
        Tried(
            number=row.number, params=row.params, state=row.state, value=row.value,  # type: ignore[arg-type]  # as TrialPublic says
            points=_points(row, points), attributes=row.attributes,
        )
        for row in rows
    ]  # fmt: skip


def _points(row: Trial, points: Mapping[int, Points]) -> Points:
    if row.state == "running":
        return points.get(row.run_id or 0, [])
    return [(int(steps), value) for steps, value in row.points]


def public(session: Session, sweep: Sweep) -> SweepPublic:
    rows, settings = trials(session, sweep.experiment_id), settings_of(sweep)
    runs = runs_of(session, rows)
    points = measured(session, [runs[row.run_id] for row in rows if row.run_id in runs], settings.objective)
    shown = tuple(_trial(row, runs.get(row.run_id), _points(row, points)) for row in rows)
    return SweepPublic(
        **sweep.model_dump(
            include={"experiment_id", "preset", "config", "status", "message", "created_at", "ended_at"}
        ),
        settings=settings,
        planned=settings.planned,
        ended=sum(trial.state != "running" for trial in shown),
        steps=sum(trial.steps for trial in shown),
        best=best(rows),
        trials=shown,
        results=tuple(_results(session, sweep)),
    )


def _trial(row: Trial, run: Run | None, points: Points) -> TrialPublic:
    return TrialPublic(
        **row.model_dump(include={"number", "run_id", "seed", "params", "state", "value", "reason", "ended_at"}),
        steps=run.spent_steps if run else 0,
        run_status=run.status if run else None,
        points=tuple(points),
    )


def best(rows: Sequence[Trial]) -> int | None:
    """The number of the first complete trial with the highest value."""
    complete = [row for row in rows if row.state == "complete" and row.value is not None]
    return max(complete, key=lambda row: (row.value or 0.0, -row.number)).number if complete else None


def _results(session: Session, sweep: Sweep) -> list[SweepResults]:
    query = select(SweepResult, Experiment.name).join(Experiment, col(Experiment.id) == col(SweepResult.experiment_id))
    mine = (SweepResult.sweep_id == sweep.experiment_id, col(Experiment.deleted_at).is_(None))
    return [
        SweepResults(experiment_id=row.experiment_id, name=name, trial=row.trial, seeds=tuple(row.seeds))
        for row, name in session.exec(query.where(*mine).order_by(col(SweepResult.experiment_id)))
    ]


def roles(session: Session, experiment_ids: Collection[int | None]) -> tuple[set[int], dict[int, int]]:
    """Which of these experiments are sweeps, and by those that are results the sweep that they belong to."""
    is_sweep = session.exec(select(Sweep.experiment_id).where(col(Sweep.experiment_id).in_(experiment_ids)))
    query = select(SweepResult.experiment_id, SweepResult.sweep_id)
    results = session.exec(query.where(col(SweepResult.experiment_id).in_(experiment_ids)))
    return set(is_sweep), dict(results.all())
