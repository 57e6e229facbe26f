"""Jobs, their artifacts and the queue."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from gsl.protocol.api.base import Schema
from gsl.protocol.jobs import JobKind, JobStatus, Phase
from gsl.protocol.reports import Outcome


class JobPublic(Schema):
    id: int
    run_id: int
    key: str
    kind: JobKind
    phase: Phase
    cycle: int
    index: int
    status: JobStatus
    attempt: int
    worker: str | None
    device: str | None
    variations: list[int]
    budget_steps: int
    start_steps: int = Field(
        description="What the run had spent when the job was queued; where its curve branches off."
    )
    steps: int = Field(description="What counts; it holds no measurements.")
    measurement_steps: int = Field(
        description="Beside them: nothing was learned from these and nothing selected by them."
    )
    epochs: int
    mean_return: float | None
    success_rate: float | None
    steps_per_second: float | None
    eta_seconds: float | None
    outcome: Outcome | None
    message: str
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class WaitingPublic(Schema):
    """Queued jobs of one suite, and who could do them."""

    suite: str
    jobs: int
    runs: list[int] = Field(description="Runs that wait, with no job of theirs running; first come first.")
    workers: list[str] = Field(description="Live workers that have the suite; none: it waits for one to join.")
    message: str


class QueuePublic(Schema):
    queued: list[JobPublic]
    running: list[JobPublic]
    waiting: list[WaitingPublic] = Field(description="For whom the queued jobs wait, by suite.")


class ArtifactPublic(Schema):
    id: int
    run_id: int
    job_id: int
    job_key: str
    kind: Literal["checkpoint", "best", "demonstrations", "picture", "log"]
    name: str
    epoch: int
    size: int
    sha256: str
    created_at: datetime


class LogSize(Schema):
    size: int = Field(description="Bytes of this attempt's log; go on from here.")
