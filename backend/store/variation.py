"""All that a run knows of one variation: its curve, who trained on it and why, and whether it was gained."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from gsl.backend.db.models import Gate, Job, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.domain.figure_data import Metric, PairedScores
from gsl.backend.store import variations
from gsl.backend.store.figures.snapshots import paired_scores
from gsl.backend.store.figures.variation_steps import variation_spent
from gsl.backend.store.variation_curves import variation_curves
from gsl.method.changes import FORGOTTEN, GAINED, Changes, changes_of_returns, changes_of_success
from gsl.method.statistics import CONFIDENCE
from gsl.protocol.api.variations import (
    VariationChange,
    VariationDemonstrations,
    VariationEvidence,
    VariationPublic,
    VariationSteps,
    VariationTrainer,
)

_VERDICTS = {GAINED: "gained", FORGOTTEN: "forgotten"}


def told(session: Session, run: Run, variation: int) -> VariationPublic:
    """Raises `NotFoundError`, which says which variations there are."""
    run_id = run.id or 0
    found = variations.known(session, run_id)
    summary = variations.of_run(found, run_id, variation)
    scores = found.held_out if summary.held_out else found.training
    ranked = {item.rank: item.variation for item in found.of(held_out=summary.held_out) if item.rank is not None}
    return VariationPublic(
        **summary.model_dump(),
        ranked=len(ranked),
        measured=scores.title if scores and summary.rank else "",
        source=scores.source if scores and summary.rank else None,
        previous=ranked.get((summary.rank or 0) - 1),
        next=ranked.get((summary.rank or -1) + 1),
        curves=variation_curves(session, run_id, variation),
        evidence=() if summary.held_out else _evidence(session, run_id, variation),
        trained_by=() if summary.held_out else _trainers(session, run_id, variation),
        demonstrations=demonstrations_of(session, run_id, variation),
        changes=() if summary.held_out else _changes(paired_scores(session, run_id), variation),
        steps=_steps(session, run_id, variation),
    )


def _evidence(session: Session, run_id: int, variation: int) -> list[VariationEvidence]:
    """Of every gate that measured the variation, oldest first."""
    gates = session.execute(select(Gate).where(col(Gate.run_id) == run_id).order_by(col(Gate.id))).scalars()
    found = []
    for gate in gates:
        ranked: Sequence[Mapping[str, Any]] = gate.evidence["variations"]
        place, row = next(((p, row) for p, row in enumerate(ranked, 1) if row["variation"] == variation), (0, None))
        if row is not None:
            found.append(_at_gate(gate, place, row, len(ranked)))
    return found


def _at_gate(gate: Gate, rank: int, row: Mapping[str, Any], ranked: int) -> VariationEvidence:
    decided = (gate.decision or gate.proposal) if gate.status == "approved" else None
    variation = row["variation"]
    return VariationEvidence(
        gate_id=gate.id, cycle=gate.cycle, status=gate.status, rank=rank, ranked=ranked, episodes=row["episodes"],
        mean_return=row["mean_return"], lower_bound=row["lower_bound"], upper_bound=row.get("upper_bound"),
        success_rate=row["success_rate"], outlook=row.get("outlook"), proposed=_part(gate.proposal, variation),
        specialist=_part(decided, variation),
    )  # fmt: skip


def _part(split: Mapping[str, Any] | None, variation: int) -> int | None:
    parts = split["partition"] if split else ()
    return next((number for number, part in enumerate(parts, start=1) if variation in part), None)


def _trainers(session: Session, run_id: int, variation: int) -> list[VariationTrainer]:
    columns: tuple[Any, ...] = (
        Job.id, Job.key, Job.cycle, Job.index, Job.status, Job.outcome, col(Job.spec)["variations"].label("variations"),
    )  # fmt: skip
    query = select(*columns).where(col(Job.run_id) == run_id, col(Job.kind) == "specialist").order_by(col(Job.id))
    jobs = [job for job in session.execute(query) if variation in job.variations]
    estimates = _estimates(session, [job.id for job in jobs], variation)
    return [
        VariationTrainer(
            job_id=job.id, job_key=job.key, cycle=job.cycle, specialist=job.index, status=job.status,
            outcome=job.outcome, variations=len(job.variations), **estimates.get(job.id, _NONE),
        )
        for job in jobs
    ]  # fmt: skip


_NONE: dict[str, Any] = {"episodes": 0, "mean_return": None, "success_rate": None, "source": None}


def _estimates(session: Session, jobs: Sequence[int], variation: int) -> dict[int, dict[str, Any]]:
    """The latest of each job: of its evaluation, else of training."""
    query = select(LatestReturn).where(col(LatestReturn.job_id).in_(jobs), col(LatestReturn.variation) == variation)
    rows = sorted(session.execute(query).scalars(), key=lambda row: row.source == "evaluation")
    return {
        row.job_id: {
            "episodes": row.episodes, "mean_return": row.mean_return, "success_rate": row.success_rate,
            "source": row.source,
        }
        for row in rows
    }  # fmt: skip


def demonstrations_of(session: Session, run_id: int, variation: int) -> list[VariationDemonstrations]:
    """In the order of planning."""
    columns: tuple[Any, ...] = (Job.id, Job.cycle, Job.index, Job.start_steps, Job.demonstrations)
    query = select(*columns).where(col(Job.run_id) == run_id, col(Job.kind) == "demonstrations").order_by(col(Job.id))
    return [
        VariationDemonstrations(
            job_id=job_id, cycle=cycle, specialist=index, kept=count["kept"], tried=count["tried"],
            mean_return=count["mean_return"], run_steps=steps,
        )
        for job_id, cycle, index, steps, counts in session.execute(query)
        for count in counts or ()
        if count["variation"] == variation
    ]  # fmt: skip


def _changes(data: PairedScores, variation: int) -> list[VariationChange]:
    """Return and success. All variations are tested, because the correction is for looking at all of them."""
    metrics: tuple[Metric, ...] = ("return", "success")
    found = (_change(data, metric, variation) for metric in metrics)
    return [change for change in found if change is not None]


def _change(data: PairedScores, metric: Metric, variation: int) -> VariationChange | None:
    before, after = data.before.of(metric), data.after.of(metric)
    rows = np.flatnonzero(~(np.isnan(before.mean) | np.isnan(after.mean)))
    place = np.flatnonzero(data.variations[rows] == variation)
    if not len(place):
        return None
    test = changes_of_success if metric == "success" else changes_of_returns
    changes, at = test(before.of(rows), after.of(rows), CONFIDENCE), int(place[0])
    row = rows[at]
    return VariationChange(
        metric=metric, before=before.mean[row], after=after.mean[row], episodes_before=int(before.episodes[row]),
        episodes_after=int(after.episodes[row]), difference=changes.difference[at], confidence=CONFIDENCE,
        verdict=_VERDICTS.get(int(changes.verdicts[at]), "no clear change"), fresh=data.fresh, final=data.final,
        **_bounds(changes, at),
    )  # fmt: skip


def _bounds(changes: Changes, at: int) -> dict[str, float | None]:
    known = {"low": changes.low[at], "high": changes.high[at], "p_value": changes.adjusted[at]}
    return {name: None if np.isnan(value) else float(value) for name, value in known.items()}


def _steps(session: Session, run_id: int, variation: int) -> list[VariationSteps]:
    spent = variation_spent(session, run_id)
    place = np.flatnonzero(spent.variations == variation)
    if not len(place):
        return []
    column = int(place[0])
    return [
        VariationSteps(phase=phase, purpose=purpose, steps=round(steps), exact=abs(steps - exact) < 0.5)
        for (phase, purpose), steps, exact in zip(
            spent.kinds, spent.steps[:, column], spent.exact[:, column], strict=True
        )
        if steps
    ]
