"""Reads the data of curves: epochs, evaluations, plateaus, specialists, ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from gsl.backend.db.evaluation_models import EvaluationMean
from gsl.backend.db.models import Gate, Job, Plateau, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.domain import run_axis
from gsl.backend.domain.figure_data import (
    Curve,
    EvaluationPoint,
    IntArray,
    LearningCurves,
    LedgerTotals,
    PlateauMark,
    SpecialistSeries,
    Spent,
    rose_later,
)
from gsl.backend.domain.run_axis import Axis, Place
from gsl.backend.store import ledger_sums, wholeness
from gsl.backend.store.figures.job_rows import JobRow, job_rows, role_of, score_array
from gsl.backend.store.figures.training_curves import one_after_another, training_curves
from gsl.backend.store.suites import suite_of
from gsl.config.plateau import PlateauSettings
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.phases.ledger import Entry, critical_path
from gsl.protocol.jobs import OUTSIDE, Phase, Purpose
from gsl.protocol.reports import Source
from gsl.protocol.rounds import Rounds

EVALUATED: tuple[Source, ...] = ("evaluation", "held_out")


def learning_curves(session: Session, run_id: int, axis: Axis = "total") -> LearningCurves:
    """With steps along the chosen axis of the run."""
    jobs = job_rows(session, run_id)
    curves, places = training_curves(session, jobs), run_axis.places(jobs, axis)
    config, total_steps, arm = session.execute(
        select(col(Run.config), col(Run.total_steps), col(Run.arm)).where(col(Run.id) == run_id)
    ).one()
    return LearningCurves(
        curves=tuple(along(curve, places[job_id]) for job_id, curve in curves.items()),
        evaluations=_evaluations(session, jobs, curves, places),
        plateaus=_plateaus(session, run_id, jobs, arm, places),
        total_steps=total_steps,
        sigma=config.get("plateau", {}).get("sigma", PlateauSettings().sigma),  # the run may be read-only
    )


def along(curve: Curve, place: Place) -> Curve:
    """The curve of a job with its steps where they lie on an axis."""
    return replace(curve, start_steps=place.start, steps=place.of(curve.steps - curve.start_steps))


def generalist_curves(session: Session, run_id: int) -> dict[int, Curve]:
    """Training curves of the generalist's jobs, by job."""
    return training_curves(session, job_rows(session, run_id), ("generalist",), whole=True)


def specialist_series(session: Session, run_id: int) -> tuple[SpecialistSeries, ...]:
    jobs = [job for job in job_rows(session, run_id) if job.kind == "specialist"]
    if not jobs:
        return ()
    suite, curves = suite_of(session, run_id), training_curves(session, jobs, ("specialist",))
    variations = _variations_of(session, [job.id for job in jobs])
    levels = _levels_before(session, run_id)
    rungs: dict[tuple[int, int], list[JobRow]] = {}
    for job in jobs:
        rungs.setdefault((job.cycle, job.index), []).append(job)
    return tuple(
        SpecialistSeries(
            curve=one_after_another([curves[job.id] for job in of_one]),
            status=of_one[-1].status,
            variations=tuple(suite.variation_name(variation) for variation in variations[of_one[0].id]),
            baseline_return=_mean_of(levels.get(cycle), variations[of_one[0].id], 0),
            baseline_success=_mean_of(levels.get(cycle), variations[of_one[0].id], 1),
            fresh=cycle in levels and levels[cycle].fresh,
        )
        for (cycle, _), of_one in rungs.items()
    )


def approved_gates(session: Session, run_id: int) -> dict[int, Gate]:
    """The gate that started the specialists, by cycle."""
    conditions = (col(Gate.run_id) == run_id, col(Gate.status) == "approved", col(Gate.reason_asked) == "specialists")
    gates = session.execute(select(Gate).where(*conditions).order_by(col(Gate.id))).scalars()
    return {gate.cycle: gate for gate in gates}


def ledger_totals(session: Session, run_id: int) -> LedgerTotals:
    entries = [Entry(row.phase, row.key, row.purpose, row.steps) for row in ledger_sums.of_run(session, run_id)]
    sums: Counter[tuple[Phase, Purpose]] = Counter()
    measured = 0
    for entry in entries:
        if entry.purpose == "measurement":
            measured += entry.steps
        elif entry.purpose not in OUTSIDE:
            sums[entry.phase, entry.purpose] += entry.steps
    return LedgerTotals(
        spent=tuple(Spent(phase, purpose, steps) for (phase, purpose), steps in sums.items()),
        total_steps=session.execute(select(col(Run.total_steps)).where(col(Run.id) == run_id)).scalar_one(),
        critical_path_steps=critical_path(entries),
        measured_steps=measured,
    )


def _evaluations(
    session: Session, jobs: Sequence[JobRow], curves: dict[int, Curve], places: Mapping[int, Place]
) -> tuple[EvaluationPoint, ...]:
    """Means over the variations of each evaluation, in which every variation has the same weight."""
    table = EvaluationMean
    keys = (col(table.job_id), col(table.source), col(table.epoch))
    means: tuple[Any, ...] = (table.variations, table.mean_return, table.success_rate)
    by_id = {job.id: job for job in jobs}
    rows = session.execute(select(*keys, *means).where(keys[0].in_(list(by_id))).order_by(*keys))
    marks = {source: wholeness.marks(session, list(by_id), source) for source in EVALUATED}
    found: list[EvaluationPoint] = []
    for job_id, of_job in groupby(rows, key=itemgetter(0)):
        job, points = by_id[job_id], [row[1:] for row in of_job]
        own = _own_steps(job, curves.get(job_id), [epoch for _, epoch, *_ in points])
        role, steps = role_of(job, jobs), places[job_id].of(own).tolist()
        found += [
            EvaluationPoint(
                job.key, role, source, epoch, at, count, mean_return, success,
                marks[source].get((job_id, epoch), Rounds().mark),
            )
            for (source, epoch, count, mean_return, success), at in zip(points, steps, strict=True)
        ]  # fmt: skip
    return tuple(found)


def _own_steps(job: JobRow, curve: Curve | None, epochs: Sequence[int]) -> IntArray:
    """Steps of the job after each epoch; 0 for an evaluation job, which stands at what was spent before it."""
    if curve is None:
        return np.zeros(len(epochs), np.int64)
    after = np.concatenate([[0], curve.steps - job.start_steps])
    return after[np.searchsorted(curve.epochs, epochs, side="right")].astype(np.int64)


def _plateaus(
    session: Session, run_id: int, jobs: Sequence[JobRow], arm: str, places: Mapping[int, Place]
) -> tuple[PlateauMark, ...]:
    """Where the generalist's detector fired; plateaus of specialists are left out to keep the figure readable.

    Of a baseline it is known whether its curve rose later.
    """
    kept = {job.id: job for job in jobs if job.kind != "specialist"}
    table = Plateau
    columns: tuple[Any, ...] = (
        table.job_id, table.start_epoch, table.detected_epoch, table.start_steps, table.detected_steps,
        table.value, table.margin, table.window, table.metric, table.rise_bound,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(col(table.run_id) == run_id).order_by(col(table.id)))
    marks = [
        (job_id, _placed(PlateauMark(kept[job_id].key, *rest), kept[job_id], places[job_id]))
        for job_id, *rest in rows
        if job_id in kept
    ]
    curves = training_curves(session, jobs, whole=True) if marks and arm == "generalist" else {}
    return tuple(
        replace(mark, rose_later=rose_later(curves.get(job_id), mark.metric, mark.start_epoch, mark.detected_epoch))
        for job_id, mark in marks
    )


def _placed(mark: PlateauMark, job: JobRow, place: Place) -> PlateauMark:
    own = np.array([mark.start_steps, mark.detected_steps]) - job.start_steps
    start, detected = place.of(own).tolist()
    return replace(mark, start_steps=start, detected_steps=detected)


def _variations_of(session: Session, job_ids: Sequence[int]) -> dict[int, list[int]]:
    rows = session.execute(select(col(Job.id), col(Job.spec)["variations"]).where(col(Job.id).in_(job_ids)))
    return {job_id: list(variations) for job_id, variations in rows}


@dataclass(frozen=True)
class _Levels:
    """Return and success by variation of the policy specialists start from; `fresh` if the selection is independent."""

    by_variation: Mapping[int, tuple[float | None, float | None]]
    fresh: bool


def _levels_before(session: Session, run_id: int) -> dict[int, _Levels]:
    """By cycle: the independent evaluation, which the first cycle has, otherwise the gate's frozen evidence."""
    gates = approved_gates(session, run_id)
    levels = {
        cycle: _Levels(
            {row["variation"]: (row["mean_return"], row["success_rate"]) for row in gate.evidence["variations"]}, False
        )
        for cycle, gate in gates.items()
    }
    columns: tuple[Any, ...] = (LatestReturn.variation, LatestReturn.mean_return, LatestReturn.success_rate)
    joined = select(*columns).join(Job, col(Job.id) == col(LatestReturn.job_id)).where(col(Job.run_id) == run_id)
    conditions = (col(Job.key) == BEFORE_EVALUATION, col(LatestReturn.source) == "evaluation")
    afresh = {row[0]: (row[1], row[2]) for row in session.execute(joined.where(*conditions))}
    if afresh and levels:
        levels[min(levels)] = _Levels(afresh, True)
    return levels


def _mean_of(levels: _Levels | None, variations: Sequence[int], figure: int) -> float | None:
    """Mean over some variations; None if any of them has no value."""
    if levels is None:
        return None
    values = [levels.by_variation.get(variation, (None, None))[figure] for variation in variations]
    if not values or None in values:
        return None
    return float(score_array(values).mean())
