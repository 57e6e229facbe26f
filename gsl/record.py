"""A whole run that has ended, as one document: its configuration, the reports of its jobs, and its gates.

`GET /runs/{id}/record` returns it, `POST /runs/import` reads it, and benchmarks keep one per run. It does not include
checkpoints, demonstrations and logs, so an imported run can be viewed and compared, but not resumed.
"""

import gzip
import zlib
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, WrapValidator, model_validator

from gsl.atomic_file import write_atomically
from gsl.config.base import as_stored
from gsl.config.errors import Problem, refuse
from gsl.config.run import RunConfig
from gsl.phases.state import GateOpening, Proposal
from gsl.protocol.api.runs import ContinuationPublic, Origin
from gsl.protocol.jobs import ORIGIN, JobSpec, Phase, Work
from gsl.protocol.reports import DemonstrationsReport, EpochReport, EvaluationReport, JobResult, Report, Wire

DIGITS = 6
"""Significant digits that `rounded` keeps: more than any figure shows, in a third of the file size."""
MOST_BYTES = 32 * 2**20
"""Most bytes of a record as JSON, so that it fits into one request."""
MOST_RETURNS = 200_000
"""Most returns of single variations in one record, so that it fits into one request."""

Ended = Literal["succeeded", "failed", "cancelled"]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class JobRecord(Wire):
    """A job that has ended, with all reports of its trainer."""

    work: Work
    status: Ended
    start_steps: int = Field(ge=0, description="Environment steps of the run before the job was queued.")
    reports: tuple[Report, ...] = Field(max_length=MOST_RETURNS)
    result: JobResult | None = None
    error: str = Field(default="", max_length=20_000)
    started_at: datetime | None = None
    ended_at: datetime | None = None


class GateRecord(Wire):
    """A gate as it opened, and the decision."""

    opening: GateOpening
    status: Literal["open", "approved", "rejected"]
    action: Literal["approve", "continue", "stop"] | None = None
    decision: Proposal | None = Field(default=None, description="What was approved, including edits.")
    decided_by: str | None = Field(default=None, max_length=200)
    reason: str = Field(default="", max_length=2000)
    created_at: datetime | None = None
    decided_at: datetime | None = None


class RunRecord(Wire):
    """A run that has ended; jobs and gates are in the order in which they were planned."""

    format: Literal[1] = 1
    name: str = Field(min_length=1, max_length=200)
    arm_name: str = Field(
        default="", max_length=100, description="Name of its arm in an experiment; empty: the value of arm."
    )
    notes: str = Field(default="", max_length=20_000)
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    config: Annotated[RunConfig, WrapValidator(as_stored)]
    status: Ended
    phase: Phase = Field(description="The last active phase.")
    cycle: int = Field(default=1, ge=1, le=100)
    message: str = Field(default="", max_length=2000)
    warnings: tuple[str, ...] = Field(default=(), max_length=1000)
    origin: Origin | None = Field(
        default=None,
        exclude_if=lambda origin: origin is None,  # so that records from before there were forks keep their digest
        description="The checkpoint of another run that its generalist continued from.",
    )
    continuations: tuple[ContinuationPublic, ...] = Field(
        default=(),
        max_length=1000,
        exclude_if=lambda continuations: not continuations,  # as above
        description="What it was asked to train on for after it had succeeded, oldest first.",
    )
    created_at: datetime
    ended_at: datetime
    jobs: tuple[JobRecord, ...] = Field(max_length=10_000)
    gates: tuple[GateRecord, ...] = Field(default=(), max_length=1000)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        refuse("RunRecord", list(_problems(self)))
        return self

    def spec(self, job: JobRecord) -> JobSpec:
        """The full specification of one of its jobs."""
        return JobSpec(config=self.config, **{name: getattr(job.work, name) for name in Work.model_fields})

    @property
    def digest(self) -> str:
        """Equal for equal records."""
        use = {"jobs": {"__all__": {"reports": {"__all__": {"system"}}}}}  # older records have none
        return sha256(self.model_dump_json(exclude=use).encode()).hexdigest()


def read(file: Path) -> RunRecord:
    """From a `.json` or `.json.gz` file, of which at most `MOST_BYTES` are unpacked.

    Raises OSError, and ValueError if it does not contain a record or if that has more bytes.
    """
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except (EOFError, zlib.error) as error:
        raise ValueError(f"the file is damaged: {error}") from error
    if len(content) > MOST_BYTES:
        raise ValueError(f"the record has more than {MOST_BYTES} bytes of JSON, the most that a server takes")
    return RunRecord.model_validate_json(content)


def write(file: Path, record: RunRecord) -> None:
    """As `.json.gz`; equal records make equal files."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(file) as opened:
        opened.write(gzip.compress(record.model_dump_json().encode(), mtime=0))


def rounded(record: RunRecord) -> RunRecord:
    """The record with measurements rounded to six significant digits; configuration and gates are unchanged."""
    jobs = [
        {**job.model_dump(mode="json"), "reports": _rounded([r.model_dump(mode="json") for r in job.reports])}
        for job in record.jobs
    ]
    return record.model_copy(update={"jobs": tuple(JobRecord.model_validate(job) for job in jobs)})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list) else value


def _problems(record: RunRecord) -> Iterator[Problem]:
    """Contradictions between its parts."""
    if record.ended_at < record.created_at:
        yield ("ended_at",), "must not be before created_at", record.ended_at.isoformat()
    returns = sum(_returns_of(report) for job in record.jobs for report in job.reports)
    if returns > MOST_RETURNS:
        yield ("jobs",), f"must have at most {MOST_RETURNS} returns of variations, not {returns}", returns
    yield from _wrong_continuations(record)
    known: dict[str, int] = {}
    origin = {ORIGIN} if record.origin else set()
    for place, job in enumerate(record.jobs):
        yield from _wrong_job(record.config, place, job, known, origin)
        known[job.work.key] = place
    seen = set[tuple[int, int, str]]()
    for place, gate in enumerate(record.gates):
        opening = gate.opening
        key = (opening.cycle, opening.segment, opening.reason_asked)
        if key in seen:
            yield ("gates", place), "has the same cycle, segment and question as an earlier gate", key
        if opening.generalist not in known:
            yield (
                ("gates", place, "opening", "generalist"),
                "must be the key of a job in the record",
                opening.generalist,
            )
        if gate.status == "approved" and gate.decision is None:
            yield ("gates", place, "decision"), "required for an approved gate", None
        seen.add(key)


def _wrong_continuations(record: RunRecord) -> Iterator[Problem]:
    total = record.config.budget.total_steps
    for place, more in enumerate(record.continuations):
        total += more.steps
        if (more.number, more.total_steps) != (place + 1, total):
            wanted = f"must be number {place + 1} and end with {total} steps in total"
            yield ("continuations", place), wanted, (more.number, more.total_steps)


def _wrong_job(
    config: RunConfig, place: int, job: JobRecord, known: dict[str, int], origin: set[str]
) -> Iterator[Problem]:
    where: tuple[str | int, ...] = ("jobs", place)
    if not job.work.key:
        yield (*where, "work", "key"), "must not be empty", ""
    if job.work.key in known:
        yield (*where, "work", "key"), f"{job.work.key} is already the key of job {known[job.work.key]}", job.work.key
    if job.work.source is not None and job.work.source.job not in {*known, *origin}:
        yield (*where, "work", "source", "job"), "must be the key of an earlier job in the record", job.work.source.job
    allowed = {
        "variations": set(config.suite.training_variations()), "held_out": set(config.suite.held_out_variations())
    }  # fmt: skip
    for field, possible in allowed.items():
        foreign = sorted(set(getattr(job.work, field)) - possible)
        if foreign:
            yield (*where, "work", field), f"{foreign[0]} is not one of the suite's variations of this kind", foreign[0]
    epochs = [report.epoch for report in job.reports if isinstance(report, EpochReport)]
    if any(later <= earlier for earlier, later in pairwise(epochs)):
        yield (*where, "reports"), "epochs must be in ascending order", None


def _returns_of(report: Report) -> int:
    if isinstance(report, EpochReport):
        return len(report.returns)
    if isinstance(report, EvaluationReport):
        return len(report.training) + len(report.held_out)
    return len(report.counts) if isinstance(report, DemonstrationsReport) else 0
