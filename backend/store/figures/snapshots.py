"""Reads scores by variation at chosen epochs of a run, and before and after fine-tuning."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session, col

from gsl.backend.db.models import Gate, VariationReturn
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.domain.figure_data import IntArray, Measured, PairedScores, Scores, Snapshots, VariationScores
from gsl.backend.store import wholeness
from gsl.backend.store.figures.curves import approved_gates
from gsl.backend.store.figures.job_rows import (
    JobRow,
    is_after_finetuning,
    job_rows,
    number_table,
    role_of,
    score_array,
    weighted_means,
)
from gsl.backend.store.suites import suite_of
from gsl.phases.keys import BEFORE_EVALUATION, LAST_EVALUATION, evaluation, measures_result, place_of
from gsl.protocol.reports import Source
from gsl.protocol.rounds import Rounds

WINDOWS = (1, 4, 16, 64)  # epochs pooled until most variations have finished an episode
ENOUGH = 0.8  # share of variations that counts as most of them

JobEpoch = tuple[int, int]  # job id, epoch


def snapshots(session: Session, run_id: int, epochs: Sequence[JobEpoch], source: Source | None) -> Snapshots:
    """Scores by variation at each epoch; raises `KeyError` with the job's id if the run has no such job."""
    jobs = {job.id: job for job in job_rows(session, run_id)}
    panels = [_snapshot(session, jobs[job_id], list(jobs.values()), epoch, source) for job_id, epoch in epochs]
    return _snapshots(session, run_id, panels)


def latest_snapshot(session: Session, run_id: int, source: Source | None) -> Snapshots:
    """The latest estimates from the newest job that measured the generalist, before or after fine-tuning."""
    jobs = job_rows(session, run_id)
    rows = session.execute(
        select(col(LatestReturn.job_id), col(LatestReturn.source)).where(col(LatestReturn.run_id) == run_id).distinct()
    )
    sources: dict[int, set[str]] = {}
    for job_id, found in rows:
        sources.setdefault(job_id, set()).add(found)
    for job in reversed([job for job in jobs if job.kind != "specialist"]):
        for preferred in (source,) if source else ("evaluation", "training"):
            if preferred in sources.get(job.id, ()):
                return _snapshots(session, run_id, [_latest(session, job, jobs, preferred)])
    return _snapshots(session, run_id, [])


def milestones(session: Session, run_id: int) -> list[JobEpoch]:
    """Epochs as in the paper's figure: early and midway in the generalist's training, before the gate, at the end."""
    jobs = [job for job in job_rows(session, run_id) if job.epochs or job.kind == "evaluation"]
    epochs: list[JobEpoch] = []
    generalist = next((job for job in jobs if job.kind == "generalist"), None)
    if generalist:
        epochs += [(generalist.id, max(1, generalist.epochs // 10)), (generalist.id, max(1, generalist.epochs // 2))]
    jobs = [job for job in jobs if job.key != BEFORE_EVALUATION]
    final = [job for job in jobs if measures_result(job.key) or is_after_finetuning(job, jobs)]
    evaluations = [job for job in jobs if job.kind == "evaluation" and job not in final]
    for job in (*evaluations[-1:], *final[-1:]):
        epoch = _newest_epoch(session, job)
        if epoch is not None:
            epochs.append((job.id, epoch))
    return list(dict.fromkeys(epochs))


def paired_scores(session: Session, run_id: int) -> PairedScores:
    """The policy at the first gate and the last evaluation, or the latest one if the run has not ended.

    Of the gate's policy it is the evaluation made afresh; without one the evaluation that selected the variations.
    """
    suite, jobs = suite_of(session, run_id), job_rows(session, run_id)
    variations = np.array(suite.training_variations(), dtype=np.int64)
    gates = approved_gates(session, run_id)
    after_jobs = [job for job in jobs if measures_result(job.key) or is_after_finetuning(job, jobs)]
    after, final = _nothing(variations), False
    for job in after_jobs:  # the last evaluation is planned last
        found = _measured(session, job, variations)
        if found.known:
            after, final = found, measures_result(job.key)
    before, fresh = _before(session, gates[min(gates)], jobs, variations) if gates else (_nothing(variations), False)
    return PairedScores(
        variations=variations,
        names={int(variation): suite.variation_name(int(variation)) for variation in variations},
        before=before,
        after=after,
        specialised=frozenset(variation for gate in gates.values() for variation in _specialised(gate)),
        final=final,
        fresh=fresh,
    )


def _snapshots(session: Session, run_id: int, panels: list[VariationScores]) -> Snapshots:
    suite = suite_of(session, run_id)
    shown = {int(variation) for panel in panels for variation in panel.variations}
    return Snapshots(tuple(panels), {number: suite.variation_name(number) for number in shown}, suite.score_range)


def _newest_epoch(session: Session, job: JobRow) -> int | None:
    newest = select(func.max(LatestReturn.epoch)).where(col(LatestReturn.job_id) == job.id)
    epoch: int | None = session.execute(newest.where(col(LatestReturn.source) != "held_out")).scalar_one()
    return epoch


def _snapshot(
    session: Session, job: JobRow, jobs: Sequence[JobRow], epoch: int, source: Source | None
) -> VariationScores:
    """The evaluation at this epoch if there is one; otherwise training episodes of enough epochs up to it."""
    for preferred in (source,) if source else ("evaluation", "training"):
        windows = WINDOWS if preferred == "training" else (1,)
        for window in windows:
            found = _pooled(session, job, jobs, preferred, epoch, window)
            if len(found.variations) >= ENOUGH * _measurable(session, job, preferred):
                break
        if len(found.variations):
            return found
    return found


def _measurable(session: Session, job: JobRow, source: Source) -> int:
    """Number of variations that the job has measured."""
    mine = (col(LatestReturn.job_id) == job.id, col(LatestReturn.source) == source)
    return int(session.execute(select(func.count()).select_from(LatestReturn).where(*mine)).scalar_one())


def _pooled(
    session: Session, job: JobRow, jobs: Sequence[JobRow], source: Source, epoch: int, window: int
) -> VariationScores:
    """Estimates pooled over `window` epochs up to `epoch`, weighted by episodes."""
    table = VariationReturn
    conditions = (
        col(table.job_id) == job.id, col(table.source) == source, col(table.epoch).between(epoch - window + 1, epoch),
    )  # fmt: skip
    columns: tuple[Any, ...] = (table.variation, table.episodes, table.mean_return, table.success_rate)
    rows = session.execute(select(*columns).where(*conditions)).all()
    marks = {} if source == "training" else wholeness.marks(session, [job.id], source)
    variations, places = np.unique(np.array([row[0] for row in rows], dtype=np.int64), return_inverse=True)
    episodes = np.array([row[1] for row in rows], dtype=np.int64)
    returns, success = (
        weighted_means(places, episodes, score_array([row[column] for row in rows]), len(variations))
        for column in (2, 3)
    )
    return VariationScores(
        title=_title(job, jobs, epoch, window), role=role_of(job, jobs), source=source, variations=variations,
        episodes=np.bincount(places, weights=episodes, minlength=len(variations)).astype(np.int64),
        scores=Scores(returns, success),
        mark="" if source == "training" else marks.get((job.id, epoch), Rounds().mark),
    )  # fmt: skip


def _latest(session: Session, job: JobRow, jobs: Sequence[JobRow], source: Source) -> VariationScores:
    table = LatestReturn
    columns: tuple[Any, ...] = (table.variation, table.episodes, table.mean_return, table.success_rate, table.epoch)
    mine = (col(table.job_id) == job.id, col(table.source) == source)
    rows = session.execute(select(*columns).where(*mine).order_by(col(table.variation))).all()
    variations, episodes, returns, success, epochs = zip(*rows, strict=True) if rows else ((), (), (), (), (0,))
    marks = {} if source == "training" else wholeness.marks(session, [job.id], source)
    return VariationScores(
        title=_title(job, jobs, max(epochs), 1), role=role_of(job, jobs), source=source,
        variations=np.array(variations, dtype=np.int64), episodes=np.array(episodes, dtype=np.int64),
        scores=Scores(score_array(returns), score_array(success)),
        mark="" if source == "training" else marks.get((job.id, max(epochs)), Rounds().mark),
    )  # fmt: skip


def _title(job: JobRow, jobs: Sequence[JobRow], epoch: int, window: int) -> str:
    if job.kind == "evaluation":
        return _evaluation_title(job.key)
    who = {"generalist": "Generalist", "specialist": f"Specialist {job.index}", "finetune": "Fine-tuned"}[job.kind]
    first = max(1, epoch - window + 1)
    return f"{who}, epoch {epoch:,}" if first == epoch else f"{who}, epochs {first:,} to {epoch:,}"


def _evaluation_title(key: str) -> str:
    if key == LAST_EVALUATION:
        return "At the end"
    if measures_result(key):
        return f"At the end of continuation {key.rsplit('-', 1)[-1]}"
    if key == BEFORE_EVALUATION:
        return "At the gate, measured afresh"
    cycle, segment = place_of(key)
    if cycle == 1:
        return "Before the gate"
    return f"After cycle {cycle - 1}" if segment == 1 else f"Before the gate of cycle {cycle}"


def _before(session: Session, gate: Gate, jobs: Sequence[JobRow], variations: IntArray) -> tuple[Measured, bool]:
    """Scores of the policy at the gate, and whether they are independent of the evaluation that selected."""
    of_key = {job.key: job for job in jobs}
    for key, fresh in ((BEFORE_EVALUATION, True), (evaluation(gate.cycle, gate.segment), False)):
        found = _measured(session, of_key[key], variations) if key in of_key else _nothing(variations)
        if found.known:
            return found, fresh
    return _evidence(gate, variations), False


def _nothing(variations: IntArray) -> Measured:
    unknown = np.full(len(variations), np.nan)
    return Measured(Scores(unknown, unknown), np.zeros(len(variations)), unknown)


def _measured(session: Session, job: JobRow, variations: IntArray) -> Measured:
    """The job's evaluation, in the order of `variations`."""
    table = LatestReturn
    columns: tuple[Any, ...] = (
        table.variation, table.episodes, table.mean_return, table.std_return, table.success_rate,
    )  # fmt: skip
    mine = (col(table.job_id) == job.id, col(table.source) == "evaluation")
    rows = number_table(session, select(*columns).where(*mine), 5)
    values = np.full((len(variations), 4), np.nan)
    _, places, found = np.intersect1d(variations, rows[:, 0].astype(np.int64), return_indices=True)
    values[places] = rows[found, 1:]
    episodes, returns, deviations, success = values.T
    mark = wholeness.newest_mark(session, job.id) if len(rows) else ""
    return Measured(Scores(returns, success), np.nan_to_num(episodes), deviations, mark)


def _evidence(gate: Gate, variations: IntArray) -> Measured:
    """The evidence frozen at the gate, which has no standard deviations."""
    known = {row["variation"]: row for row in gate.evidence["variations"]}
    rows = [known.get(int(variation), {}) for variation in variations]
    returns, success = ([row.get(figure) for row in rows] for figure in ("mean_return", "success_rate"))
    episodes = np.array([row.get("episodes", 0) for row in rows], dtype=np.float64)
    return Measured(Scores(score_array(returns), score_array(success)), episodes, np.full(len(rows), np.nan))


def _specialised(gate: Gate) -> frozenset[int]:
    split: Sequence[Sequence[int]] = (gate.decision or gate.proposal)["partition"]
    return frozenset(variation for part in split for variation in part)
