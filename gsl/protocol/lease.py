"""Messages about holding a job: claim, heartbeat, reports, finish.

Every message carries `attempt`. The backend refuses an older one (409), so that a worker that lost its lease cannot
write.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gsl.protocol.jobs import DesiredState, JobSpec
from gsl.protocol.reports import JobResult, Name, Rate, Report, Wire


class ArtifactRef(Wire):
    """A stored file; its content is at GET /api/v1/artifacts/{id}/content."""

    id: int
    job_key: str
    kind: Literal["checkpoint", "best", "demonstrations", "picture", "video", "trace", "log"]
    name: str
    epoch: int
    size: int = Field(description="Bytes.")
    sha256: str


class TeacherRef(Wire):
    """A checkpoint whose policy a guide queries."""

    checkpoint: ArtifactRef
    variations: tuple[int, ...] = Field(description="Variations on which it is queried.")


WorkerLabel = Annotated[str, StringConstraints(pattern=r"^[\w.+-]{1,50}$")]
"""Says something about a worker by which runs choose it, for example its GPU or the lab that it belongs to."""
Labels = Annotated[tuple[WorkerLabel, ...], Field(max_length=20, description="Labels by which runs choose workers.")]


Bytes = Annotated[int, Field(ge=0, le=2**53)]


class GpuUse(Wire):
    """A GPU that a worker may use, and how busy it is."""

    name: Name
    memory_used: Bytes = Field(description="Bytes in use, by whichever process.")
    memory_total: Bytes
    use: Rate | None = Field(description="Share of the time in which it works; null if it cannot tell.")


class WorkerUse(Wire):
    """How busy a worker's machine is. Slots of one machine say the same of it."""

    processor: float = Field(ge=0, description="Cores that were busy since the look before.")
    cores: int = Field(ge=1, le=100_000, description="Cores that there are.")
    memory_used: Bytes = Field(description="Bytes in use; within the limit of the worker's container if it has one.")
    memory_total: Bytes
    gpus: tuple[GpuUse, ...] = Field(max_length=64)
    steps_per_second: float | None = Field(
        ge=0, description="Environment steps per second of its trainer; null while it trains nothing."
    )


class WorkerInfo(Wire):
    """What a live worker sends about itself every few seconds."""

    name: str = Field(min_length=1, max_length=200, description="Unique name, made of host name and slot.")
    host: Name
    device: Name = Field(description="cpu, or the name of the GPU.")
    suites: tuple[Name, ...] = Field(
        max_length=200,
        description="Suites that the worker has the packages for; empty for a program that only starts workers.",
    )
    labels: Labels = ()
    videos: tuple[Name, ...] = Field(
        default=(), max_length=200, description="Those of its suites that the worker can make videos of."
    )
    no_videos: dict[Name, Annotated[str, StringConstraints(max_length=500)]] = Field(
        default={}, max_length=200, description="Why it cannot make videos of the others, and what to do; by suite."
    )
    version: Name
    job_id: int | None = None
    trouble: str | None = Field(
        default=None, max_length=500, description="Why the worker takes no jobs at the moment; null if it does."
    )
    speeds: dict[Name, float] = Field(
        default={}, max_length=200, description="Measured training speed in steps per second, by suite."
    )
    use: WorkerUse | None = Field(default=None, description="How busy its machine is; null if it did not look.")


class RegistrationReply(Wire):
    """What a worker cannot know by itself. If it has no job while jobs are waiting for it, it receives no messages."""

    job_id: int | None = Field(description="The job that it holds.")
    waiting_jobs: int = Field(description="Queued jobs that it can run and that a message was sent for.")


LONGEST_WAIT_S = 30.0


class ClaimRequest(Wire):
    worker: Name


class NextJobRequest(Wire):
    worker: Name
    suites: tuple[Name, ...] = Field(max_length=200, description="Suites that the worker can run.")
    labels: Labels = ()
    videos: tuple[Name, ...] = Field(
        default=(), max_length=200, description="Those of its suites that the worker can make videos of."
    )
    wait: float = Field(
        default=0.0,
        ge=0.0,
        le=LONGEST_WAIT_S,
        allow_inf_nan=False,
        description="Seconds to wait for a job if there is none yet.",
    )


class ClaimedJob(Wire):
    """A job that this worker now holds, with everything it starts from."""

    job_id: int
    run_id: int
    attempt: int = Field(ge=1)
    lease_seconds: float
    heartbeat_seconds: float
    spec: JobSpec
    resume: ArtifactRef | None = Field(
        description="The newest checkpoint of an earlier attempt of this job, if there is one."
    )
    source: ArtifactRef | None = Field(description="The checkpoint named by `spec.source`.")
    demonstrations: tuple[ArtifactRef, ...] = ()
    teachers: tuple[TeacherRef, ...] = ()


MOST_MEMBERS = 250
"""Jobs of one trainer: a process can be handed no more locks of their folders at once."""


class MembersRequest(Wire):
    """For the holder of a job that can train as one network with others."""

    attempt: int
    worker: Name
    most: int = Field(ge=1, le=MOST_MEMBERS, description="Most jobs that the worker takes in addition.")


class HeartbeatRequest(Wire):
    attempt: int
    worker: Name


class HeartbeatReply(Wire):
    wish: DesiredState = Field(description="`run`, or what the trainer must be made to do.")


class ReportBatch(Wire):
    attempt: int
    reports: tuple[Report, ...] = Field(max_length=1000)


class FinishRequest(Wire):
    """`paused` and `lost` leave a checkpoint to resume from; `failed` includes the end of the log."""

    attempt: int
    status: Literal["succeeded", "failed", "cancelled", "paused", "lost"]
    result: JobResult | None = None
    error: str | None = Field(default=None, max_length=20_000)
    trouble: str | None = Field(
        default=None,
        max_length=500,
        description="With `lost`: what is wrong with the worker's machine. Such a loss does not count against the job, "
        "which is queued again a little later.",
    )
