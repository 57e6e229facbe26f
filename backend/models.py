"""The tables. Facts that a list or a page needs often are rolled up onto run and job, so that no page scans a series.

Columns that hold a word of `gsl.jobs` or `gsl.reports` are plain strings; JSON columns hold the JSON of the pydantic
model named beside them. Lock order everywhere: the run's row first, then its jobs (`store.locks`).
"""

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Float, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class FiniteFloat(TypeDecorator[float]):
    """The one place where a number that is not finite becomes NULL."""

    impl = Float(53)
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        return value if value is not None and math.isfinite(value) else None


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC times, also on SQLite, which stores no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


BIG_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in a plain INTEGER
JSON_TYPE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


# Names for every constraint, so that a later migration can name what it changes.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    return datetime.now(UTC)


def _id() -> Any:
    return Field(default=None, sa_column=Column(BIG_ID, primary_key=True))


def _reference(target: str, *, nullable: bool = False, on_delete: str = "CASCADE", **options: Any) -> Any:
    default = None if nullable else ...
    return Field(
        default, sa_column=Column(BIG_ID, ForeignKey(target, ondelete=on_delete), nullable=nullable, **options)
    )


def _json(default: Any = ...) -> Any:
    nullable = default is None
    if callable(default):
        return Field(default_factory=default, sa_column=Column(JSON_TYPE, nullable=False))
    return Field(default, sa_column=Column(JSON_TYPE, nullable=nullable))


def _steps() -> Any:
    return Field(0, sa_column=Column(BigInteger, nullable=False))


def _number(nullable: bool = True) -> Any:
    return Field(None if nullable else ..., sa_column=Column(FiniteFloat, nullable=nullable))


def _time(nullable: bool = False, **options: Any) -> Any:
    if nullable:
        return Field(None, sa_column=Column(UtcDateTime, nullable=True, **options))
    return Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False, **options))


class Experiment(SQLModel, table=True):
    """Runs that are compared."""

    id: int | None = _id()
    name: str
    description: str = ""
    created_at: datetime = _time()


class Run(SQLModel, table=True):
    """One GSL process, with the figures a list shows. `phase` is the last active phase, also once the run ended."""

    __table_args__ = (Index("ix_run_status_created", "status", "created_at"),)

    id: int | None = _id()
    name: str = Field(index=True)
    experiment_id: int | None = _reference("experiment.id", nullable=True, on_delete="SET NULL", index=True)
    suite: str = Field(index=True)
    arm: str
    seed: int = _steps()
    config: dict[str, Any] = _json()  # RunConfig
    notes: str = ""
    tags: list[str] = _json(list)
    status: str = "queued"
    phase: str = "generalist"
    wish: str = "run"
    cycle: int = 1
    message: str = ""
    warnings: list[str] = _json(list)
    total_steps: int = _steps()
    spent_steps: int = _steps()
    mean_return: float | None = _number()
    score: float | None = _number()
    sparkline: list[float | None] = _json(list)
    sparkline_stride: int = 1  # epochs behind each point; doubles whenever 40 points are full
    revision: int = _steps()  # grows with every batch of reports: the cursor for deltas
    sparkline_epochs: int = 0  # epochs of generalist and fine-tuning seen so far
    created_at: datetime = _time(index=True)
    updated_at: datetime = _time()
    ended_at: datetime | None = _time(nullable=True)


class Job(SQLModel, table=True):
    """One piece of work. (run, key) is unique, so planning twice is harmless; `attempt` fences stale workers."""

    __table_args__ = (
        UniqueConstraint("run_id", "key", name="uq_job_run_key"),
        Index("ix_job_status_lease", "status", "lease_until"),
    )

    id: int | None = _id()
    run_id: int = _reference("run.id")
    key: str
    kind: str
    phase: str
    cycle: int = 1
    index: int = 0
    spec: dict[str, Any] = _json()  # JobSpec
    status: str = "queued"
    wish: str = "run"
    attempt: int = 0
    losses: int = 0  # how often in a row it was lost without having got further
    lost_at_steps: int = Field(-1, sa_column=Column(BigInteger, nullable=False))  # what it had spent at the last loss
    worker: str | None = None
    device: str | None = None
    lease_until: datetime | None = _time(nullable=True)
    rung_at: datetime | None = _time(nullable=True)  # when its last doorbell rang
    queued_at: datetime = _time()
    budget_steps: int = _steps()
    start_steps: int = _steps()  # what the run had spent when the job was queued
    steps: int = _steps()
    epochs: int = 0
    mean_return: float | None = _number()
    success_rate: float | None = _number()
    steps_per_second: float | None = _number()
    outcome: str | None = None
    best_epoch: int | None = None
    message: str = ""
    error: str | None = None
    demonstrations: list[dict[str, Any]] | None = _json(None)  # list of DemonstrationCount
    created_at: datetime = _time()
    started_at: datetime | None = _time(nullable=True)
    ended_at: datetime | None = _time(nullable=True)


class Epoch(SQLModel, table=True):
    """One epoch of a job; `job_steps` counts everything the job had spent after it."""

    job_id: int = _reference("job.id", primary_key=True)
    epoch: int = Field(primary_key=True)
    steps: int = _steps()
    job_steps: int = _steps()
    seconds: float | None = _number()
    episodes: int = 0
    mean_return: float | None = _number()
    success_rate: float | None = _number()
    mean_length: float | None = _number()
    metrics: dict[str, float | None] = _json(dict)
    at: datetime = _time()


class VariationReturn(SQLModel, table=True):
    """Finished episodes of one variation in one epoch."""

    __tablename__ = "variation_return"
    __table_args__ = {"sqlite_with_rowid": False}

    job_id: int = _reference("job.id", primary_key=True)
    source: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    variation: int = Field(sa_column=Column(BigInteger, primary_key=True))
    episodes: int
    mean_return: float | None = _number()
    std_return: float | None = _number()
    success_rate: float | None = _number()
    mean_length: float | None = _number()


class LatestReturn(SQLModel, table=True):
    """The latest estimate of each variation by job and source: a page never scans history for it."""

    __tablename__ = "latest_return"

    job_id: int = _reference("job.id", primary_key=True)
    source: str = Field(primary_key=True)
    variation: int = Field(sa_column=Column(BigInteger, primary_key=True))
    run_id: int = _reference("run.id", index=True)
    revision: int = _steps()  # the run's revision when this estimate arrived
    epoch: int
    episodes: int
    mean_return: float | None = _number()
    std_return: float | None = _number()
    success_rate: float | None = _number()
    mean_length: float | None = _number()


class Plateau(SQLModel, table=True):
    """A detection of criterion H. Steps are the run's, as on the learning curve's axis."""

    __table_args__ = (UniqueConstraint("job_id", "detected_epoch", name="uq_plateau"),)

    id: int | None = _id()
    run_id: int = _reference("run.id", index=True)
    job_id: int = _reference("job.id")
    start_epoch: int
    detected_epoch: int
    start_steps: int = _steps()
    detected_steps: int = _steps()
    value: float = _number(nullable=False)
    best_later: float = _number(nullable=False)
    margin: float = _number(nullable=False)
    window: int
    metric: str
    created_at: datetime = _time()


class Gate(SQLModel, table=True):
    """A decision between plateau and specialists; `segment` counts the generalist's segments of the cycle."""

    __table_args__ = (UniqueConstraint("run_id", "cycle", "segment", "reason_asked", name="uq_gate"),)

    id: int | None = _id()
    run_id: int = _reference("run.id")
    cycle: int = 1
    segment: int = 1
    status: str = "open"
    mode: str = "ask"
    reason_asked: str = "specialists"
    evidence: dict[str, Any] = _json()  # schemas.GateEvidence
    proposal: dict[str, Any] = _json()  # schemas.GateProposal
    decision: dict[str, Any] | None = _json(None)  # schemas.GateProposal
    action: str | None = None
    decided_by: str | None = None
    reason: str = ""
    created_at: datetime = _time()
    decided_at: datetime | None = _time(nullable=True)


class Artifact(SQLModel, table=True):
    """A stored file: where it lies in the artifact store, its size and its SHA-256."""

    __table_args__ = (UniqueConstraint("job_id", "kind", "name", name="uq_artifact"),)

    id: int | None = _id()
    run_id: int = _reference("run.id", index=True)
    job_id: int = _reference("job.id")
    job_key: str
    kind: str
    name: str
    epoch: int = 0
    size: int = _steps()
    sha256: str
    path: str
    created_at: datetime = _time()


class LedgerEntry(SQLModel, table=True):
    """Environment steps that a job spent at one epoch for one purpose."""

    __tablename__ = "ledger_entry"

    job_id: int = _reference("job.id", primary_key=True)
    epoch: int = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    run_id: int = _reference("run.id", index=True)
    phase: str
    steps: int = _steps()


class Event(SQLModel, table=True):
    """Who did what when."""

    id: int | None = _id()
    run_id: int | None = _reference("run.id", nullable=True, index=True)
    job_id: int | None = _reference("job.id", nullable=True, index=True)
    at: datetime = _time()
    who: str
    what: str
    detail: str = ""


class Worker(SQLModel, table=True):
    """A worker slot, as it last described itself."""

    name: str = Field(primary_key=True)
    host: str
    device: str
    suites: list[str] = _json(list)
    version: str
    job_id: int | None = _reference("job.id", nullable=True, on_delete="SET NULL")
    speeds: dict[str, float] = _json(dict)
    last_seen: datetime = _time(index=True)
