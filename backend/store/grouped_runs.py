"""The list of runs with those of an experiment as one row, which may be opened to its runs.

The database makes the rows, so that a page of them costs the same however many runs an experiment has.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Subquery, case, cast, func, literal, null, or_, union_all
from sqlmodel import Session, col, select

from gsl.backend.db.models import Experiment, Run
from gsl.backend.domain.identity import Identity
from gsl.backend.store import projects, reach, run_columns, search, sweeps
from gsl.backend.store.runs import IN_VAIN, listed
from gsl.protocol.api.run_lists import MOST_CHANGED, ArmOfRuns, ExperimentOfRuns, RunsByExperiment, RunsRow

MOST_ARMS = 20  # that a row tells of; a sweep may have hundreds


def page(session: Session, who: Identity, asked: search.Listing, opened: Sequence[int]) -> RunsByExperiment:
    """Those that are there for the person. `opened`: experiments whose runs follow their row."""
    dialect = session.get_bind().dialect.name
    found = [*search.conditions(asked.filters, dialect), *reach.visible(who, Run.project_id)]
    rows = _rows(found, asked.order, opened, dialect)
    place = rows.c.place.desc() if asked.order.descending else rows.c.place.asc()
    ordered = select(rows.c.experiment_id, rows.c.run_id).order_by(
        place.nulls_last(), rows.c.newest.desc(), rows.c.rank
    )
    here = session.execute(ordered.limit(asked.limit).offset(asked.offset)).all()
    runs = listed(session, [row.run_id for row in here if row.run_id is not None], asked.shown)
    experiments = _experiments(session, found, [row.experiment_id for row in here if row.run_id is None])
    items = [
        RunsRow(experiment=experiments[row.experiment_id]) if row.run_id is None else RunsRow(run=runs[row.run_id])
        for row in here
    ]
    total, runs_found = _totals(session, found, opened)
    return RunsByExperiment(items=tuple(items), total=total, limit=asked.limit, offset=asked.offset, runs=runs_found)


_GROUP: ColumnElement[int] = func.coalesce(col(Run.experiment_id), -col(Run.id))
"""The experiment; a run of none is alone."""


def _rows(found: Sequence[Any], order: search.Order, opened: Sequence[int], dialect: str) -> Subquery:
    """A row for each experiment and each run that is shown. `place` and `newest` order the groups; `rank` orders the
    runs of one, behind its own row."""
    value = run_columns.sort_value(order.field, dialect)
    if order.field.kind == "flag":
        value = cast(value, Integer)  # PostgreSQL knows no greatest truth
    first = (func.max if order.descending else func.min)(value).over(partition_by=_GROUP)
    within = (run_columns.order(order.field, order.descending, dialect), col(Run.id).desc())
    columns: list[Any] = [
        Run.experiment_id,
        Run.id,
        first.label("place"),
        func.max(Run.id).over(partition_by=_GROUP).label("newest"),
        func.row_number().over(partition_by=_GROUP, order_by=within).label("rank"),
    ]
    ranked = select(*columns).where(*found).subquery()
    alone = ranked.c.experiment_id.is_(None)
    at: list[Any] = [ranked.c.place, ranked.c.newest]
    head: list[Any] = [ranked.c.experiment_id, cast(null(), BigInteger).label("run_id"), *at, literal(0).label("rank")]
    run: list[Any] = [ranked.c.experiment_id, ranked.c.id, *at, ranked.c.rank]
    shown = or_(alone, ranked.c.experiment_id.in_(opened)) if opened else alone
    return union_all(select(*head).where(~alone, ranked.c.rank == 1), select(*run).where(shown)).subquery()


def _totals(session: Session, found: Sequence[Any], opened: Sequence[int]) -> tuple[int, int]:
    """Of rows, and of runs that were found."""
    shown = case((col(Run.experiment_id).in_(opened), 1)) if opened else cast(null(), Integer)
    counts = select(func.count(_GROUP.distinct()), func.count(shown), func.count())
    groups, behind_theirs, runs = session.execute(counts.select_from(Run).where(*found)).one()
    return groups + behind_theirs, runs


def _experiments(session: Session, found: Sequence[Any], ids: Sequence[int]) -> Mapping[int, ExperimentOfRuns]:
    """What the rows of these experiments tell; a few queries, whatever the number of runs."""
    if not ids:
        return {}
    rows = session.exec(select(Experiment).where(col(Experiment.id).in_(ids))).all()
    names = projects.names(session, [row.project_id for row in rows])
    is_sweep, _ = sweeps.roles(session, list(ids))
    mine = [*found, col(Run.experiment_id).in_(ids)]
    statuses, arms, numbers = _statuses(session, mine), _arms(session, mine), _numbers(session, mine)
    newest = select(Run.experiment_id, func.max(Run.updated_at)).where(*mine).group_by(col(Run.experiment_id))
    updated = dict(session.exec(newest).all())
    return {
        row.id or 0: ExperimentOfRuns(
            **row.model_dump(include={"id", "name", "owner", "project_id"}),
            project_name=names.get(row.project_id),
            sweep=row.id in is_sweep,
            runs=sum(statuses[row.id or 0].values()),
            run_ids=tuple(numbers[row.id or 0][:MOST_CHANGED]),
            statuses=statuses[row.id or 0],
            arms=tuple(arms[row.id or 0][:MOST_ARMS]),
            arms_in_all=len(arms[row.id or 0]),
            updated_at=updated[row.id],
        )
        for row in rows
    }


def _statuses(session: Session, mine: Sequence[Any]) -> Mapping[int, dict[str, int]]:
    query = select(Run.experiment_id, Run.status, func.count()).where(*mine)
    by_experiment: dict[int, dict[str, int]] = defaultdict(dict)
    for experiment_id, status, number in session.exec(query.group_by(col(Run.experiment_id), col(Run.status))):
        by_experiment[experiment_id or 0][status] = number
    return by_experiment


def _numbers(session: Session, mine: Sequence[Any]) -> Mapping[int, list[int]]:
    """Of the runs of each experiment, newest first."""
    by_experiment: dict[int, list[int]] = defaultdict(list)
    query = select(Run.experiment_id, Run.id).where(*mine).order_by(col(Run.id).desc())
    for experiment_id, run_id in session.exec(query):
        by_experiment[experiment_id or 0].append(run_id or 0)
    return by_experiment


def _arms(session: Session, mine: Sequence[Any]) -> Mapping[int, list[ArmOfRuns]]:
    """The highest mean first; those without a score last."""
    score = case((col(Run.status).not_in(IN_VAIN), col(Run.score)))
    arm: list[Any] = [Run.experiment_id, Run.arm_name]
    told: list[Any] = [*arm, func.count(), func.count(score), func.avg(score), func.max(score)]
    query = select(*told).where(*mine).group_by(*arm)
    by_experiment: dict[int, list[ArmOfRuns]] = defaultdict(list)
    for experiment_id, name, runs, scored, mean, best in session.execute(query):
        scores = ArmOfRuns(name=name, runs=runs, scored=scored, mean_score=mean, best_score=best)
        by_experiment[experiment_id].append(scores)
    for arms in by_experiment.values():
        arms.sort(key=lambda arm: (arm.mean_score is None, -(arm.mean_score or 0), arm.name))
    return by_experiment
