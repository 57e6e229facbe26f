"""Reads the data of curves: epochs, evaluations, plateaus, specialists, ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from backend.db.models import Epoch, Gate, Job, LatestReturn, LedgerEntry, Plateau, Run, VariationReturn
from backend.domain.figure_data import (
    Curve,
    EvaluationPoint,
    FloatArray,
    IntArray,
    LearningCurves,
    LedgerTotals,
    PlateauMark,
    Role,
    Scores,
    SpecialistSeries,
    Spent,
    rose_later,
)
from backend.store import wholeness
from backend.store.suites import suite_of
from gsl.config.plateau import PlateauSettings
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.phases.ledger import Entry, critical_path
from gsl.protocol.jobs import Phase, Purpose
from gsl.protocol.reports import Source
from gsl.protocol.rounds import Rounds

EVALUATED: tuple[Source, ...] = ("evaluation", "held_out")
TRAINING_KINDS = ("generalist", "specialist", "finetune")


@dataclass(frozen=True)
class JobRow:
    """What figures need to know about a job; `index` counts specialists from 1."""

    id: int
    key: str
    kind: str
    index: int
    status: str
    start_steps: int
    epochs: int
    cycle: int = 1


def job_rows(session: Session, run_id: int) -> list[JobRow]:
    """A run's jobs in the order of planning."""
    columns: tuple[Any, ...] = (
        Job.id, Job.key, Job.kind, Job.index, Job.status, Job.start_steps, Job.epochs, Job.cycle,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(col(Job.run_id) == run_id).order_by(col(Job.id)))
    return [JobRow(*row) for row in rows]


def role_of(job: JobRow, jobs: Sequence[JobRow]) -> Role:
    """Whose policy a job trains or evaluates; an evaluation after fine-tuning evaluates the fine-tuned policy."""
    if job.kind == "specialist":
        return "specialist"
    return "finetune" if is_after_finetuning(job, jobs) else "generalist"


def is_after_finetuning(job: JobRow, jobs: Sequence[JobRow]) -> bool:
    """Whether the job fine-tunes, or evaluates a policy that was fine-tuned in this or an earlier cycle."""
    before = (other.kind == "finetune" and other.id < job.id for other in jobs)
    return job.kind == "finetune" or (job.kind == "evaluation" and any(before))


def learning_curves(session: Session, run_id: int) -> LearningCurves:
    jobs = job_rows(session, run_id)
    curves = _curves(session, jobs, TRAINING_KINDS)
    config, total_steps, arm = session.execute(
        select(col(Run.config), col(Run.total_steps), col(Run.arm)).where(col(Run.id) == run_id)
    ).one()
    return LearningCurves(
        curves=tuple(curves.values()),
        evaluations=_evaluations(session, jobs, curves),
        plateaus=_plateaus(session, run_id, jobs, curves if arm == "generalist" else {}),
        total_steps=total_steps,
        sigma=config.get("plateau", {}).get("sigma", PlateauSettings().sigma),  # the run may be read-only
    )


def generalist_curves(session: Session, run_id: int) -> dict[int, Curve]:
    """Training curves of the generalist's jobs, by job."""
    return _curves(session, job_rows(session, run_id), ("generalist",))


def specialist_series(session: Session, run_id: int) -> tuple[SpecialistSeries, ...]:
    jobs = [job for job in job_rows(session, run_id) if job.kind == "specialist"]
    if not jobs:
        return ()
    suite, curves = suite_of(session, run_id), _curves(session, jobs, ("specialist",))
    variations = _variations_of(session, [job.id for job in jobs])
    levels = _levels_before(session, run_id)
    rungs: dict[tuple[int, int], list[JobRow]] = {}
    for job in jobs:
        rungs.setdefault((job.cycle, job.index), []).append(job)
    return tuple(
        SpecialistSeries(
            curve=_one_after_another([curves[job.id] for job in of_one]),
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
    columns: tuple[Any, ...] = (LedgerEntry.phase, Job.key, LedgerEntry.purpose, func.sum(LedgerEntry.steps))
    joined = select(*columns).join(Job, col(Job.id) == col(LedgerEntry.job_id)).where(col(LedgerEntry.run_id) == run_id)
    rows = session.execute(joined.group_by(LedgerEntry.phase, Job.key, LedgerEntry.purpose))
    entries = [Entry(phase, key, purpose, int(steps)) for phase, key, purpose, steps in rows]
    sums: Counter[tuple[Phase, Purpose]] = Counter()
    measured = 0
    for entry in entries:
        if entry.purpose == "measurement":
            measured += entry.steps
        else:
            sums[entry.phase, entry.purpose] += entry.steps
    return LedgerTotals(
        spent=tuple(Spent(phase, purpose, steps) for (phase, purpose), steps in sums.items()),
        total_steps=session.execute(select(col(Run.total_steps)).where(col(Run.id) == run_id)).scalar_one(),
        critical_path_steps=critical_path(entries),
        measured_steps=measured,
    )


def score_array(values: Sequence[float | None]) -> FloatArray:
    """SQL's NULL as NaN, shape (n,)."""
    return np.array(values, dtype=np.float64)


def weighted_means(places: IntArray, weights: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Weighted mean of the known values at each place, NaN if there are none. Shape (size,)."""
    known = ~np.isnan(values)
    weight = np.bincount(places[known], weights=weights[known], minlength=size)
    total = np.bincount(places[known], weights=(weights * values)[known], minlength=size)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1), np.nan)


def number_table(session: Session, query: Select[*tuple[Any, ...]], columns: int) -> FloatArray:
    """All rows of a query that selects only numbers, NULL as NaN; shape (rows, columns). Exact up to 2**53."""
    rows = session.connection().execute(query).all()
    return np.array([tuple(row) for row in rows], dtype=np.float64).reshape(len(rows), columns)


def _curves(session: Session, jobs: Sequence[JobRow], kinds: Sequence[str]) -> dict[int, Curve]:
    """Training curves by job, in one query; empty for a job without epochs."""
    chosen = [job for job in jobs if job.kind in kinds]
    columns: tuple[Any, ...] = (Epoch.job_id, Epoch.epoch, Epoch.job_steps, Epoch.mean_return, Epoch.success_rate)
    of_jobs = col(Epoch.job_id).in_([job.id for job in chosen])
    table = number_table(session, select(*columns).where(of_jobs).order_by(col(Epoch.job_id), col(Epoch.epoch)), 5)
    first, last = (np.searchsorted(table[:, 0], [job.id for job in chosen], side=side) for side in ("left", "right"))
    return {
        job.id: _curve(job, role_of(job, jobs), table[first[place] : last[place]]) for place, job in enumerate(chosen)
    }


def _curve(job: JobRow, role: Role, table: FloatArray) -> Curve:
    """From rows of job, epoch, steps of the job, mean return, success; shape (epochs, 5)."""
    return Curve(
        key=job.key,
        role=role,
        index=job.index,
        start_steps=job.start_steps,
        epochs=table[:, 1].astype(np.int64),
        steps=job.start_steps + table[:, 2].astype(np.int64),
        scores=Scores(table[:, 3], table[:, 4]),
    )


def _one_after_another(rungs: Sequence[Curve]) -> Curve:
    """The curve of a specialist that trained in several jobs, over its own steps and epochs."""
    first, steps, epochs = rungs[0], 0, 0
    own_steps, own_epochs = [], []
    for rung in rungs:
        own_steps.append(rung.steps - rung.start_steps + steps)
        own_epochs.append(rung.epochs + epochs)
        steps, epochs = int(own_steps[-1].max(initial=steps)), int(own_epochs[-1].max(initial=epochs))
    scores = (np.concatenate([getattr(rung.scores, name) for rung in rungs]) for name in ("returns", "success"))
    return replace(
        first,
        steps=np.concatenate(own_steps) + first.start_steps,
        epochs=np.concatenate(own_epochs),
        scores=Scores(*scores),
    )


def _evaluations(session: Session, jobs: Sequence[JobRow], curves: dict[int, Curve]) -> tuple[EvaluationPoint, ...]:
    """Means over the variations of each evaluation, in which every variation has the same weight."""
    table = VariationReturn
    groups = (col(table.job_id), col(table.source), col(table.epoch))
    means = (func.count(), func.avg(table.mean_return), func.avg(table.success_rate))
    by_id = {job.id: job for job in jobs}
    conditions = (groups[0].in_(list(by_id)), groups[1].in_(EVALUATED))
    rows = session.execute(select(*groups, *means).where(*conditions).group_by(*groups).order_by(*groups))
    marks = {source: wholeness.marks(session, list(by_id), source) for source in EVALUATED}
    return tuple(
        EvaluationPoint(
            by_id[job_id].key, role_of(by_id[job_id], jobs), source, epoch,
            _steps_at(by_id[job_id], curves.get(job_id), epoch), count, mean_return, success,
            marks[source].get((job_id, epoch), Rounds().mark),
        )
        for job_id, source, epoch, count, mean_return, success in rows
    )  # fmt: skip


def _steps_at(job: JobRow, curve: Curve | None, epoch: int) -> int:
    """Environment steps of the run after an epoch; for an evaluation job, those spent before it started."""
    if curve is None or len(curve.epochs) == 0:
        return job.start_steps
    row = int(np.searchsorted(curve.epochs, epoch, side="right")) - 1
    return int(curve.steps[row]) if row >= 0 else job.start_steps


def _plateaus(
    session: Session, run_id: int, jobs: Sequence[JobRow], curves: dict[int, Curve]
) -> tuple[PlateauMark, ...]:
    """Where the generalist's detector fired; plateaus of specialists are left out to keep the figure readable.

    `curves` are those of a baseline, from which it is known whether it rose later.
    """
    keys = {job.id: job.key for job in jobs if job.kind != "specialist"}
    table = Plateau
    columns: tuple[Any, ...] = (
        table.job_id, table.start_epoch, table.detected_epoch, table.start_steps, table.detected_steps,
        table.value, table.margin, table.window, table.metric, table.rise_bound,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(col(table.run_id) == run_id).order_by(col(table.id)))
    marks = ((job_id, PlateauMark(keys[job_id], *rest)) for job_id, *rest in rows if job_id in keys)
    return tuple(
        replace(mark, rose_later=rose_later(curves.get(job_id), mark.metric, mark.start_epoch, mark.detected_epoch))
        for job_id, mark in marks
    )


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
