"""The generalist's training history on each variation, for the gate that is about to open."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from gsl.backend.db.models import Gate, Job, VariationReturn
from gsl.method.outlook import STRETCHES, History, Stretch
from gsl.phases.keys import measures_apart, place_of


def history_before_gate(session: Session, jobs: Sequence[Job], gates: Sequence[Gate]) -> History:
    """Training episodes of the newest generalist, pooled in equal parts of its epochs; empty if no gate will open.

    This reads every epoch, so it is done only once: when the evaluation before the gate is the run's newest job.
    `jobs` are in the order of planning.
    """
    newest = jobs[-1] if jobs else None
    if newest is None or newest.kind != "evaluation" or newest.status != "succeeded":
        return {}
    if measures_apart(newest.key):
        return {}
    if any((gate.cycle, gate.segment) == place_of(newest.key) for gate in gates):
        return {}
    trained = [job for job in jobs if job.kind in ("generalist", "finetune") and job.epochs]
    return _stretches(session, trained[-1]) if trained else {}


def _stretches(session: Session, job: Job) -> History:
    table = VariationReturn
    stretch = (col(table.epoch) - 1) * STRETCHES // job.epochs
    episodes = func.sum(table.episodes)
    means = (func.sum(table.episodes * col(mean)) / episodes for mean in (table.mean_return, table.success_rate))
    columns: tuple[Any, ...] = (table.variation, stretch.label("stretch"), episodes, *means)
    conditions = (col(table.job_id) == job.id, col(table.source) == "training", col(table.mean_return).is_not(None))
    rows = session.execute(
        select(*columns).where(*conditions).group_by(col(table.variation), "stretch").order_by("stretch")
    )
    found: dict[int, list[Stretch]] = {}
    for variation, number, count, mean_return, success in rows:
        part = Stretch(int(number), int(count), float(mean_return), None if success is None else float(success))
        found.setdefault(int(variation), []).append(part)
    return {variation: tuple(parts) for variation, parts in found.items()}
