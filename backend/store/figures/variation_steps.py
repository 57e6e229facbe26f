"""Shares out the ledger's steps among the variations that they were spent on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session, col

from gsl.backend.db.models import Job, VariationReturn
from gsl.backend.domain.figure_data import FloatArray, IntArray, VariationSpent
from gsl.backend.store import ledger_sums
from gsl.backend.store.figures.heatmap import ROW_BUDGET
from gsl.backend.store.figures.job_rows import number_table
from gsl.backend.store.ledger_sums import JobSpent
from gsl.backend.store.suites import suite_of
from gsl.protocol.jobs import Phase, Purpose
from gsl.protocol.reports import Source


def variation_spent(session: Session, run_id: int) -> VariationSpent:
    """Exact where a job had one variation. Otherwise a job's steps are shared out by the lengths of the episodes that
    ended, in evenly chosen epochs of a long job; demonstrations by the episodes tried."""
    suite, spent = suite_of(session, run_id), ledger_sums.of_run(session, run_id)
    jobs = _jobs(session, run_id)
    shares = [_shares(session, jobs[row.job_id], row, spent) for row in spent]
    trained = suite.training_variations()
    others = sorted({variation for share, _ in shares for variation in share} - set(trained))
    variations = np.array([*trained, *others], dtype=np.int64)
    kinds = tuple(dict.fromkeys((row.phase, row.purpose) for row in spent))
    return VariationSpent(
        variations=variations,
        names={int(variation): suite.variation_name(int(variation)) for variation in variations},
        kinds=kinds,
        steps=_table(kinds, variations, spent, [share for share, _ in shares]),
        exact=_exact(kinds, variations, spent, shares),
        unknown=sum(row.steps for row, (share, _) in zip(spent, shares, strict=True) if not share),
    )


def _jobs(session: Session, run_id: int) -> dict[int, Any]:
    columns: tuple[Any, ...] = (Job.id, Job.epochs, Job.demonstrations, col(Job.spec)["variations"].label("variations"))
    return {row.id: row for row in session.execute(select(*columns).where(col(Job.run_id) == run_id))}


def _shares(session: Session, job: Any, row: JobSpent, spent: Sequence[JobSpent]) -> tuple[dict[int, float], bool]:
    """Share of each variation in these steps, which is empty if nothing tells; and whether it is exact."""
    if len(job.variations or ()) == 1 and row.purpose != "measurement":
        return {int(job.variations[0]): 1.0}, True
    if row.purpose == "demonstrations":
        lengths: dict[int, float] = {count["variation"]: count["tried"] for count in job.demonstrations or ()}
    else:
        lengths = _lengths(session, job, _sources(row.purpose, _selects(job.id, spent)))
    total = sum(lengths.values())
    return ({variation: steps / total for variation, steps in lengths.items()} if total else {}), False


def _selects(job_id: int, spent: Sequence[JobSpent]) -> bool:
    """Whether the job's evaluation of training variations counts: then its measurements are of held-out ones alone."""
    return any(row.job_id == job_id and row.purpose == "evaluation" for row in spent)


def _sources(purpose: Purpose, selects: bool) -> tuple[Source, ...]:
    if purpose == "training":
        return ("training",)
    if purpose == "evaluation":
        return ("evaluation",)
    return ("held_out",) if selects else ("evaluation", "held_out")


def _lengths(session: Session, job: Any, sources: Sequence[Source]) -> dict[int, float]:
    """Steps of the episodes that ended, by variation."""
    table, found = VariationReturn, dict[int, float]()
    stride = max(1, job.epochs * len(job.variations or ()) // ROW_BUDGET)
    for source in sources:
        chosen = [col(table.job_id) == job.id, col(table.source) == source]
        if source == "training" and stride > 1:
            chosen.append(col(table.epoch).in_(range(1, job.epochs + 1, stride)))
        steps = func.sum(table.episodes * col(table.mean_length))
        query = select(col(table.variation), steps).where(*chosen, col(table.mean_length).is_not(None))
        rows = number_table(session, query.group_by(col(table.variation)), 2)
        for variation, length in rows:
            found[int(variation)] = found.get(int(variation), 0.0) + float(length)
    return found


def _table(
    kinds: Sequence[tuple[Phase, Purpose]], variations: IntArray, spent: Sequence[JobSpent],
    shares: Sequence[Mapping[int, float]],
) -> FloatArray:  # fmt: skip
    """Steps of shape (kinds, variations)."""
    place = {int(variation): column for column, variation in enumerate(variations)}
    steps = np.zeros((len(kinds), len(variations)))
    for row, share in zip(spent, shares, strict=True):
        for variation, part in share.items():
            steps[kinds.index((row.phase, row.purpose)), place[variation]] += part * row.steps
    return steps


def _exact(
    kinds: Sequence[tuple[Phase, Purpose]], variations: IntArray, spent: Sequence[JobSpent],
    shares: Sequence[tuple[Mapping[int, float], bool]],
) -> FloatArray:  # fmt: skip
    """The part of those steps that the ledger has by variation."""
    alone = [share if exact else {} for share, exact in shares]
    return _table(kinds, variations, spent, alone)
