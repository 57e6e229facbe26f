"""Jobs, their artifacts and the queue."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from gsl.protocol.api.base import ANSWER, Answer
from gsl.protocol.api.runs import RUNS_ON
from gsl.protocol.jobs import JobKind, JobStatus, Phase
from gsl.protocol.lease import ArtifactRef
from gsl.protocol.reports import Outcome


class JobPublic(Answer):
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
    variations: tuple[int, ...]
    budget_steps: int
    start_steps: int = Field(
        description="Steps the run had spent when the job was queued: where its learning curve branches off."
    )
    steps: int = Field(description="Environment steps that count towards the budget; measurements are not included.")
    measurement_steps: int = Field(
        description="Environment steps spent on measurements, from which nothing is learned or selected."
    )
    epochs: int
    mean_return: float | None
    mean_return_source: Literal["training", "evaluation"] | None = Field(
        default=None, description="What `mean_return` and `success_rate` are of; null if there are none."
    )
    success_rate: float | None
    steps_per_second: float | None
    eta_seconds: float | None
    activity: str = Field(
        default="",
        description="Why it does not train yet. Examples: starting on worker a; queued, 4 ahead, about 3 min.",
    )
    outcome: Outcome | None
    message: str
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


READY = "Those that a worker could take at this moment: no pause after a loss and no quota holds them."


class WaitingPublic(Answer):
    """Queued jobs that need the same of a worker, and the workers that could run them."""

    suite: str
    worker_label: str = Field(default="", description=RUNS_ON)
    video: bool = Field(default=False, description="Whether they are videos of the suite.")
    jobs: int
    ready: int = Field(default=0, description=READY)
    runs: tuple[int, ...] = Field(description="Runs that have queued jobs and no running one, in order of queueing.")
    workers: tuple[str, ...] = Field(
        description="Live workers that have the suite and the label; empty if one has yet to start."
    )
    message: str


class QueuePublic(Answer):
    queued: tuple[JobPublic, ...]
    running: tuple[JobPublic, ...]
    waiting: tuple[WaitingPublic, ...] = Field(description="What the queued jobs wait for, by suite and label.")
    ready: int = Field(default=0, description=f"Number of queued jobs. {READY} Autoscalers go by it.")


class ArtifactPublic(ArtifactRef):
    """A stored file and the run and job it belongs to; its content is at GET /api/v1/artifacts/{id}/content."""

    model_config = ANSWER

    run_id: int
    job_id: int
    created_at: datetime


class StoredKind(Answer):
    kind: str = Field(description="As of artifacts: checkpoint, best, demonstrations, picture, video or trace.")
    files: int
    size: int = Field(description="Bytes.")


class StoragePublic(Answer):
    database: int = Field(description="Bytes.")
    kinds: tuple[StoredKind, ...] = Field(description="Stored files; logs are not counted.")
    keep_checkpoints_days: float | None = Field(description="GSL_KEEP_CHECKPOINTS_DAYS; null: all are kept.")
    removable_files: int = Field(description="Checkpoints that the server removes within the hour.")
    removable_size: int = Field(description="Their bytes.")


class LogSize(Answer):
    size: int = Field(description="Size in bytes of this attempt's log: the offset at which to continue.")
