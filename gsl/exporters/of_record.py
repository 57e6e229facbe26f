"""Exporting a run from its record: the same points as the server exports, of a run that has ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gsl.exporters.about import About, Ending, Value, settings_of, suite_of
from gsl.exporters.points import Point, Times, points
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.protocol.jobs import Work
from gsl.protocol.reports import DemonstrationsReport, EpochReport, EvaluationReport
from gsl.record import JobRecord, RunRecord


@dataclass(frozen=True)
class ExportedJob:
    """A job that trained or evaluated. `began` names its files."""

    work: Work
    began: datetime
    points: tuple[Point, ...]


def about(record: RunRecord, number: int) -> About:
    facts: dict[str, Value] = {"arm": record.arm_name, "notes": record.notes}
    return About(number, record.name, record.created_at, settings_of(record.config), record.tags, facts)


def jobs(record: RunRecord) -> Iterator[ExportedJob]:
    for job in record.jobs:
        began = job.started_at or record.created_at
        found = tuple(points(job.reports, suite_of(record.config), job.start_steps, _times(job, began)))
        if found:
            yield ExportedJob(job.work, began, found)


def _times(job: JobRecord, began: datetime) -> Times:
    """As far as the lengths of epochs tell, because a record has no other times."""
    at = began.timestamp()
    known: dict[int, float] = {}
    for report in job.reports:
        if isinstance(report, EpochReport):
            at += report.seconds
            known[report.epoch] = at
        elif isinstance(report, EvaluationReport):
            known.setdefault(report.epoch, at)
    return lambda epoch: known.get(epoch, at)


def ending(record: RunRecord) -> Ending:
    """As the server sums it up: by the last evaluation of the run's own policy, and its last training."""
    own = [job for job in jobs(record) if job.work.kind in _OWN and job.work.key != BEFORE_EVALUATION]
    values: dict[str, float] = {}
    for point in (point for job in own for point in job.points):
        values |= {name: point.scalars[name] for name in _FINAL if name in point.scalars}
    steps = sum(
        report.steps
        for job in record.jobs
        for report in job.reports
        if isinstance(report, EpochReport | EvaluationReport | DemonstrationsReport)
    )
    return Ending(record.status, record.ended_at.timestamp(), steps, {_FINAL[name]: values[name] for name in values})


_OWN = ("generalist", "finetune", "evaluation")
_FINAL = {
    "evaluation/score": "final/score",
    "held_out/score": "final/held_out_score",
    "training/return": "final/training_return",
}
