"""Whether reports fit a job, what it has reported before, and each other; checked before any of them is stored.

A report that repeats an earlier one fits, and after a `StartedReport` the epochs go on from its own.
"""

from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from gsl.backend.db.models import Epoch, Job, LedgerEntry
from gsl.backend.errors import InvalidError
from gsl.protocol.jobs import VIDEO
from gsl.protocol.reports import (
    DemonstrationsReport,
    EpochReport,
    EvaluationReport,
    ProvenanceReport,
    Report,
    StartedReport,
    VideoReport,
)

_WITHOUT_EPOCH = (DemonstrationsReport, VideoReport)


def check(session: Session, job: Job, reports: Sequence[Report]) -> None:
    """Raises `InvalidError` naming the first report and field that do not fit."""
    progress = _Progress(session, job, reports)
    for number, report in enumerate(reports):
        for field, message in (*progress.misfits(report), *_repeated(report)):
            raise InvalidError.field(f"reports.{number}.{field}", message)


Misfits = Iterator[tuple[str, str]]
"""Fields, and what would be right."""


class _Progress:
    """Epochs and steps of the job as they would be stored, report by report."""

    def __init__(self, session: Session, job: Job, reports: Sequence[Report]) -> None:
        self._job, self._epoch = job, job.epochs
        first = min((report.epoch for report in reports if not isinstance(report, _WITHOUT_EPOCH)), default=0)
        known = select(Epoch.epoch, Epoch.job_steps).where(Epoch.job_id == job.id, col(Epoch.epoch) >= first - 1)
        self._steps: dict[int, int] = {0: 0, **dict(session.exec(known).all())}
        counted = select(LedgerEntry.epoch, LedgerEntry.steps).where(
            LedgerEntry.job_id == job.id, LedgerEntry.purpose == "evaluation", col(LedgerEntry.epoch) >= first - 1
        )
        self._evaluated = dict(session.exec(counted).all())
        self._evaluable = job.epochs if job.kind != "evaluation" else _source_epochs(session, job)

    def misfits(self, report: Report) -> Misfits:
        if isinstance(report, VideoReport) != (self._job.kind == VIDEO) and not isinstance(report, StartedReport):
            yield "type", f"does not fit a job of kind {self._job.kind}"
        if isinstance(report, StartedReport):
            yield from self._restart(report)
        elif isinstance(report, ProvenanceReport):
            if report.epoch > self._epoch:
                yield "epoch", f"must be at most {self._epoch}, the newest epoch that was reported"
        elif isinstance(report, EpochReport):
            yield from self._epoch_misfits(report)
            self._epoch = max(self._epoch, report.epoch)
            self._steps[report.epoch] = report.job_steps
        elif isinstance(report, EvaluationReport):
            most = self._evaluable if self._job.kind == "evaluation" else self._epoch
            if report.epoch > most:
                yield "epoch", f"must be at most {most}, the newest epoch that was reported"
            self._evaluated[report.epoch] = report.steps

    def _restart(self, report: StartedReport) -> Misfits:
        if report.epoch > self._epoch:
            yield "epoch", f"must be at most {self._epoch}, the newest epoch that was reported"
        self._epoch = report.epoch
        self._steps = {epoch: steps for epoch, steps in self._steps.items() if epoch <= report.epoch}
        self._evaluated = {epoch: steps for epoch, steps in self._evaluated.items() if epoch <= report.epoch}

    def _epoch_misfits(self, report: EpochReport) -> Misfits:
        if report.epoch > self._epoch + 1:
            yield "epoch", f"must be at most {self._epoch + 1}, the next one"
            return
        before = self._steps.get(report.epoch - 1, report.job_steps - report.steps)  # absent: older versions left gaps
        low = before + report.steps
        high = low + self._evaluated.get(report.epoch - 1, 0)
        if not low <= report.job_steps <= high:
            right = f"{low}" if low == high else f"{low} to {high}"
            yield "job_steps", f"must be {right}: the steps before this epoch, and its own {report.steps}"
        elif report.job_steps > self._job.budget_steps:
            yield "job_steps", f"must be at most {self._job.budget_steps}, the job's budget"
        plateau = report.plateau
        if plateau is not None and not plateau.start_epoch <= plateau.detected_epoch <= report.epoch:
            yield "plateau.detected_epoch", f"must be from {plateau.start_epoch} to {report.epoch}"


def _source_epochs(session: Session, job: Job) -> int:
    """Epochs of the job whose policy an evaluation measures; 0 for a policy that was not trained."""
    source = job.spec["source"]
    if source is None:
        return 0
    query = select(Job.epochs).where(Job.run_id == job.run_id, Job.key == source["job"])
    return session.exec(query).first() or 0


def _repeated(report: Report) -> Misfits:
    """Variations that a report names twice; so it has no more entries than the job has variations."""
    parts: dict[str, list[int]] = {}
    if isinstance(report, EpochReport):
        parts = {"returns": [entry.variation for entry in report.returns]}
    elif isinstance(report, EvaluationReport):
        parts = {
            "training": [entry.variation for entry in report.training],
            "held_out": [entry.variation for entry in report.held_out],
            "features": [entry.variation for entry in report.features],
        }
    elif isinstance(report, DemonstrationsReport):
        parts = {"counts": [entry.variation for entry in report.counts]}
        for count in report.counts:
            if count.kept > count.tried:
                yield "counts.kept", f"must be at most the {count.tried} episodes that were tried"
    for name, variations in parts.items():
        if len(set(variations)) != len(variations):
            yield f"{name}.variation", "must name each variation once"
