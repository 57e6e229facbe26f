"""Reads the runs of a comparison and the scores of their last policies; the number of queries is constant."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from gsl.backend.db.models import Experiment, Job, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.domain.comparison_types import Compared, ComparedRun, Outcomes, TaskScores
from gsl.backend.domain.figure_data import FloatArray
from gsl.backend.errors import NotFoundError
from gsl.backend.store import wholeness
from gsl.backend.store.figures.job_rows import number_table
from gsl.backend.store.suites import read
from gsl.config.suites import SuiteSettings
from gsl.protocol.api import ComparedMetric, ComparedSource
from gsl.protocol.rounds import Rounds


def compared_runs(session: Session, experiment_id: int) -> Compared:
    """Raises `NotFoundError`."""
    _check(session, experiment_id)
    columns: tuple[Any, ...] = (Run.id, Run.arm_name)
    arms = session.execute(select(*columns).where(*_of(experiment_id)).order_by(col(Run.id)))
    return replace(grouped_runs(session, dict(tuple(row) for row in arms)), experiment_id=experiment_id)


def grouped_runs(session: Session, groups: Mapping[int, str]) -> Compared:
    """Runs that exist, by id with the label of the group that each is in; in the order of their launch."""
    columns: tuple[Any, ...] = (
        Run.id, Run.arm, Run.seed, Run.status, Run.total_steps, Run.spent_steps,
        Run.continued_steps, col(Run.config)["suite"],
    )  # fmt: skip
    rows = session.execute(select(*columns).where(col(Run.id).in_(groups)).order_by(col(Run.id))).all()
    evaluations = _last_evaluations(session, [row[0] for row in rows])
    marks = _marks(session, evaluations)
    tasks: dict[str, int] = {}
    runs = [
        ComparedRun(
            run_id, groups[run_id], arm, seed, tasks.setdefault(json.dumps(suite, sort_keys=True), len(tasks)),
            status, total, spent, evaluations.get(run_id), continued, marks.get(run_id, ""),
        )
        for run_id, arm, seed, status, total, spent, continued, suite in rows
    ]  # fmt: skip
    suites = [read(session, json.loads(text), _of_task(runs, task)) for text, task in tasks.items()]
    return Compared(tuple(runs), tuple(suites), _task_names(suites))


def outcomes(session: Session, compared: Compared, metric: ComparedMetric, source: ComparedSource) -> Outcomes:
    """Means over the variations of each run's last evaluation, in which every variation has the same weight."""
    by_job = {run.evaluation: run for run in _measurable(compared.runs)}
    table = LatestReturn
    means: tuple[Any, ...] = (table.job_id, func.avg(table.mean_return), func.avg(table.success_rate))
    conditions = (col(table.job_id).in_(list(by_job)), col(table.source) == source)
    rows = number_table(session, select(*means).where(*conditions).group_by(col(table.job_id)), 3)
    found: dict[int, float] = {}
    for job_id, mean_return, success in rows:
        run = by_job[int(job_id)]
        value = scores_of(compared.suites[run.task], metric, mean_return, success)
        if not np.isnan(value):
            found[run.id] = float(value)
    return Outcomes(compared, metric, source, found)


def task_scores(
    session: Session, compared: Compared, metric: ComparedMetric, source: ComparedSource, groups: Sequence[str]
) -> tuple[TaskScores, ...]:
    """Scores by variation of some groups' evaluated runs; variations that any run of the task lacks are left out."""
    runs = [run for run in _measurable(compared.runs) if run.group in groups]
    table = LatestReturn
    columns: tuple[Any, ...] = (table.job_id, table.variation, table.mean_return, table.success_rate)
    conditions = (col(table.job_id).in_([run.evaluation for run in runs]), col(table.source) == source)
    rows = number_table(session, select(*columns).where(*conditions), 4)
    found = [
        _task(task, [run for run in runs if run.task == task], rows, compared.suites[task], metric)
        for task in sorted({run.task for run in runs})
    ]
    return tuple(task for task in found if task.scores.size)


def scores_of(suite: SuiteSettings, metric: ComparedMetric, returns: Any, success: Any) -> FloatArray:
    """The metric, elementwise; `score` is the success rate if the suite has one, else the normalised return."""
    if metric == "return":
        return np.asarray(returns, dtype=np.float64)
    if metric == "success" or suite.has_success:
        return np.asarray(success, dtype=np.float64)
    if type(suite).score is not SuiteSettings.score:  # a suite may define its own score
        values = [suite.score(float(mean), None) for mean in np.atleast_1d(returns)]
        return np.array(values, dtype=np.float64).reshape(np.shape(returns))
    low, high = suite.score_range
    return (np.asarray(returns, dtype=np.float64) - low) / (high - low)


def comparison_version(session: Session, experiment_id: int) -> str:
    """A short text that changes whenever a figure of the experiment might. Raises `NotFoundError`."""
    _check(session, experiment_id)
    return _version(session, _of(experiment_id))


def groups_version(session: Session, compared: Compared) -> str:
    """The same of a comparison of groups, which may change with the names and tags of its runs."""
    ids = [run.id for run in compared.runs]
    content = repr([_version(session, (col(Run.id).in_(ids),)), [run.group for run in compared.runs]])
    return hashlib.sha256(content.encode()).hexdigest()[:20]


def _version(session: Session, conditions: tuple[ColumnElement[bool], ...]) -> str:
    columns: tuple[Any, ...] = (Run.id, Run.arm_name, Run.status, Run.revision, Run.spent_steps)
    rows = session.execute(select(*columns).where(*conditions).order_by(col(Run.id)))
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:20]


def _of(experiment_id: int) -> tuple[ColumnElement[bool], ...]:
    """Its runs that are not in the bin."""
    return (col(Run.experiment_id) == experiment_id, col(Run.deleted_at).is_(None))


def _check(session: Session, experiment_id: int) -> None:
    if session.get(Experiment, experiment_id) is None:
        raise NotFoundError.of("experiment", experiment_id)


def _last_evaluations(session: Session, run_ids: Sequence[int]) -> dict[int, int]:
    """The newest successful evaluation job, by run: that of the policy the run ended with."""
    conditions = (col(Job.run_id).in_(run_ids), col(Job.kind) == "evaluation", col(Job.status) == "succeeded")
    newest: tuple[Any, ...] = (Job.run_id, func.max(Job.id))
    rows = session.execute(select(*newest).where(*conditions).group_by(col(Job.run_id)))
    return {row[0]: row[1] for row in rows}


def _marks(session: Session, evaluations: dict[int, int]) -> dict[int, str]:
    """Notes on last evaluations that are not complete, by run."""
    found = {job_id: mark for (job_id, _), mark in wholeness.marks(session, evaluations.values(), "evaluation").items()}
    return {run_id: found.get(job_id, Rounds().mark) for run_id, job_id in evaluations.items()}


def _measurable(runs: Sequence[ComparedRun]) -> list[ComparedRun]:
    return [run for run in runs if run.status == "succeeded" and run.evaluation is not None]


def _task(
    task: int, runs: Sequence[ComparedRun], rows: FloatArray, suite: SuiteSettings, metric: ComparedMetric
) -> TaskScores:
    """From rows of job, variation, mean return, success; shape (rows, 4)."""
    place_of = {run.evaluation: place for place, run in enumerate(runs)}
    mine = rows[np.isin(rows[:, 0], [job for job in place_of if job is not None])]
    variations, columns = np.unique(mine[:, 1].astype(np.int64), return_inverse=True)
    scores = np.full((len(runs), len(variations)), np.nan)
    places = np.array([place_of[int(job)] for job in mine[:, 0]], dtype=np.int64)
    scores[places, columns] = scores_of(suite, metric, mine[:, 2], mine[:, 3])
    measured = ~np.isnan(scores).all(axis=1)
    scores = scores[measured]
    known = ~np.isnan(scores).any(axis=0)
    present = tuple(run for run, has in zip(runs, measured, strict=True) if has)
    return TaskScores(task, present, variations[known], scores[:, known])


def _of_task(runs: Sequence[ComparedRun], task: int) -> list[int]:
    return [run.id for run in runs if run.task == task]


def _task_names(suites: Sequence[SuiteSettings]) -> tuple[str, ...]:
    """The suite, with the settings in which the compared suites of this name differ."""
    settings = [suite.model_dump(mode="json") for suite in suites]
    names = []
    for mine in settings:
        akin = [other for other in settings if other["name"] == mine["name"]]
        differing = [key for key in mine if any(other.get(key) != mine[key] for other in akin)]
        names.append(" ".join([mine["name"], *(f"{key}={mine[key]}" for key in differing)]))
    return tuple(names)
