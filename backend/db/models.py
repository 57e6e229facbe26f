"""The tables. What lists and pages need often is rolled up onto run and job, so that no page scans a series.

Literals are plain strings; JSON columns hold the model named beside them. Lock order: run, jobs (`store.jobs.locks`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import (
    added_flag_column,
    added_list_column,
    added_number_column,
    added_object_column,
    added_steps_column,
    added_text_column,
    identity,
    json_column,
    loose_reference,
    number_column,
    reference,
    renamed_text_column,
    steps_column,
    time_column,
    unique_text_column,
)
from gsl.backend.db.continuation_models import Continued
from gsl.backend.db.export_models import CHOSEN, Exported
from gsl.backend.db.project_models import Binned, OfProject


class Experiment(OfProject, Binned, table=True):
    """Runs that are compared."""

    id: int | None = identity()
    name: str
    description: str = ""
    notes: str = added_text_column()
    owner: str = added_text_column()  # name of the account that made it
    created_at: datetime = time_column()


class Run(OfProject, Binned, Continued, Exported, table=True):
    """One GSL process, with the values that lists show. `phase` is the last active phase, even after the run ended."""

    __table_args__ = (
        Index("ix_run_status_created", "status", "created_at"),
        Index("ix_run_listed", "deleted_at", "archived_at", "created_at"),  # by which the list is counted and sorted
        Index("ix_run_suite", "suite", "id", "status", "record_sha256"),
        Index("ix_run_exporters", "id", sqlite_where=CHOSEN, postgresql_where=CHOSEN),
    )

    id: int | None = identity()
    name: str = Field(index=True)
    owner: str = added_text_column()  # name of the account that launched it
    experiment_id: int | None = reference("experiment.id", nullable=True, on_delete="SET NULL", index=True)
    suite: str
    arm: str
    arm_name: str = added_text_column()  # label of its arm in the experiment
    baseline_of: int | None = loose_reference()  # set to null when that run is deleted
    forked_from: int | None = loose_reference(index=True)  # set to null when that run is deleted
    origin: dict[str, Any] | None = json_column(None)  # Origin, of a fork
    seed: int = steps_column()
    config: dict[str, Any] = json_column()  # RunConfig
    notes: str = ""
    tags: list[str] = json_column(list)
    priority: int = added_number_column()  # of its jobs in the queue
    needs: str = added_text_column()  # what its workers must be able to run: `gsl.protocol.dispatch.needed`
    worker_label: str = added_text_column()  # that a worker must have to run its jobs; empty: any worker
    status: str = "queued"
    phase: str = "generalist"
    desired_state: str = renamed_text_column("wish", "run")
    cycle: int = 1
    message: str = ""
    warnings: list[str] = json_column(list)
    total_steps: int = steps_column()
    spent_steps: int = steps_column()
    measurement_steps: int = added_steps_column()  # outside spent_steps: nothing was learned or selected from them
    mean_return: float | None = number_column()
    score: float | None = number_column()
    held_out_score: float | None = number_column()
    metrics: dict[str, float] = added_object_column()  # the latest value of each, of generalist and fine-tuning
    sparkline: list[float | None] = json_column(list)
    sparkline_stride: int = 1  # epochs per point; doubles whenever there are more than 40 points
    revision: int = steps_column()  # incremented with every batch of reports: the cursor for deltas
    sparkline_epochs: int = 0  # epochs of generalist and fine-tuning seen so far
    created_at: datetime = time_column(index=True)
    updated_at: datetime = time_column()
    ended_at: datetime | None = time_column(nullable=True)
    archived_at: datetime | None = time_column(nullable=True)  # since then it is listed only where that is asked for
    record_sha256: str | None = unique_text_column()  # of the record the run was imported from


class RunText(SQLModel, table=True):
    """Name, notes and tags of a run, folded by `store.search`: apart from its wide row, to be quickly scanned."""

    __tablename__ = "run_text"

    run_id: int = reference("run.id", primary_key=True)
    text: str


class Job(SQLModel, table=True):
    """One piece of work. (run, key) is unique, so planning twice is harmless; `attempt` fences stale workers."""

    __table_args__ = (
        UniqueConstraint("run_id", "key", name="uq_job_run_key"), Index("ix_job_status_lease", "status", "lease_until"),
        Index("ix_job_queue", "status", "run_id", "queued_at", "id", "kind"),
    )  # fmt: skip

    id: int | None = identity()
    run_id: int = reference("run.id")
    key: str
    kind: str
    phase: str
    cycle: int = 1
    index: int = 0
    spec: dict[str, Any] = json_column()  # JobSpec
    status: str = "queued"
    desired_state: str = renamed_text_column("wish", "run")
    attempt: int = 0
    losses: int = 0  # consecutive losses without progress
    lost_at_steps: int = Field(-1, sa_column=Column(BigInteger, nullable=False))  # steps it had spent at its last loss
    worker: str | None = None
    device: str | None = None
    lease_until: datetime | None = time_column(nullable=True)
    dispatched_at: datetime | None = time_column("rung_at", nullable=True)  # when its last message was sent
    queued_at: datetime = time_column()
    budget_steps: int = steps_column()
    start_steps: int = steps_column()  # steps the run had spent when the job was queued
    steps: int = steps_column()
    measurement_steps: int = added_steps_column()
    epochs: int = 0
    mean_return: float | None = number_column()
    success_rate: float | None = number_column()
    steps_per_second: float | None = number_column()
    outcome: str | None = None
    best_epoch: int | None = None
    message: str = ""
    error: str | None = None
    demonstrations: list[dict[str, Any]] | None = json_column(None)  # list of DemonstrationCount
    created_at: datetime = time_column()
    started_at: datetime | None = time_column(nullable=True)
    ended_at: datetime | None = time_column(nullable=True)


class Epoch(SQLModel, table=True):
    """One epoch of a job; `job_steps` is what the job had spent in total after it."""

    job_id: int = reference("job.id", primary_key=True)
    epoch: int = Field(primary_key=True)
    steps: int = steps_column()
    job_steps: int = steps_column()
    seconds: float | None = number_column()
    episodes: int = 0
    mean_return: float | None = number_column()
    success_rate: float | None = number_column()
    mean_length: float | None = number_column()
    metrics: dict[str, float | None] = json_column(dict)
    at: datetime = time_column()


class VariationReturn(SQLModel, table=True):
    """Finished episodes of one variation in one epoch."""

    __tablename__ = "variation_return"
    __table_args__ = {"sqlite_with_rowid": False}

    job_id: int = reference("job.id", primary_key=True)
    source: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    variation: int = Field(sa_column=Column(BigInteger, primary_key=True))
    episodes: int
    mean_return: float | None = number_column()
    std_return: float | None = number_column()
    success_rate: float | None = number_column()
    mean_length: float | None = number_column()


class Plateau(SQLModel, table=True):
    """A detection of criterion H. Steps are the run's, as on the learning curve's axis."""

    __table_args__ = (UniqueConstraint("job_id", "detected_epoch", name="uq_plateau"),)

    id: int | None = identity()
    run_id: int = reference("run.id", index=True)
    job_id: int = reference("job.id")
    start_epoch: int
    detected_epoch: int
    start_steps: int = steps_column()
    detected_steps: int = steps_column()
    value: float = number_column(nullable=False)
    best_later: float = number_column(nullable=False)
    rise_bound: float | None = number_column()
    margin: float = number_column(nullable=False)
    window: int
    metric: str
    created_at: datetime = time_column()


class Gate(SQLModel, table=True):
    """A decision between plateau and specialists; `segment` counts the generalist's segments of the cycle."""

    __table_args__ = (UniqueConstraint("run_id", "cycle", "segment", "reason_asked", name="uq_gate"),)

    id: int | None = identity()
    run_id: int = reference("run.id")
    cycle: int = 1
    segment: int = 1
    status: str = "open"
    mode: str = "ask"
    reason_asked: str = "specialists"
    evidence: dict[str, Any] = json_column()  # schemas.GateEvidence
    proposal: dict[str, Any] = json_column()  # schemas.GateProposal
    decision: dict[str, Any] | None = json_column(None)  # schemas.GateProposal
    action: str | None = None
    decided_by: str | None = None
    reason: str = ""
    created_at: datetime = time_column()
    decided_at: datetime | None = time_column(nullable=True)
    deadline_at: datetime | None = time_column(nullable=True, index=True)
    reminded_at: datetime | None = time_column(nullable=True)  # told again, as it keeps waiting


class Artifact(SQLModel, table=True):
    """A stored file: where it lies in the artifact store, its size and its SHA-256."""

    __table_args__ = (UniqueConstraint("job_id", "kind", "name", name="uq_artifact"),)

    id: int | None = identity()
    run_id: int = reference("run.id", index=True)
    job_id: int = reference("job.id")
    job_key: str
    kind: str
    name: str
    epoch: int = 0
    size: int = steps_column()
    sha256: str
    path: str
    created_at: datetime = time_column()


class LedgerEntry(SQLModel, table=True):
    """Environment steps that a job spent at one epoch for one purpose."""

    __tablename__ = "ledger_entry"

    job_id: int = reference("job.id", primary_key=True)
    epoch: int = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    run_id: int = reference("run.id", index=True)
    phase: str
    steps: int = steps_column()


class Event(SQLModel, table=True):
    """Who did what when."""

    id: int | None = identity()
    run_id: int | None = reference("run.id", nullable=True, index=True)
    job_id: int | None = reference("job.id", nullable=True, index=True)
    at: datetime = time_column()
    who: str
    what: str
    detail: str = ""


class Worker(SQLModel, table=True):
    """A worker slot, as it last described itself."""

    name: str = Field(primary_key=True)
    host: str
    device: str
    suites: list[str] = json_column(list)
    labels: list[str] = added_list_column()
    videos: list[str] = added_list_column()  # suites that it can make videos of
    no_videos: dict[str, str] = added_object_column()  # why not of others, by suite
    version: str
    job_id: int | None = reference("job.id", nullable=True, on_delete="SET NULL")
    speeds: dict[str, float] = json_column(dict)
    trouble: str | None = None
    draining: bool = added_flag_column()  # told to take no new job; stays so when it restarts
    last_seen: datetime = time_column(index=True)
