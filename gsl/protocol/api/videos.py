"""Videos of policies: what can be watched, what is asked for, what there is."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from gsl.protocol.api.base import MAX_ID, Answer, Request
from gsl.protocol.jobs import JobKind, JobStatus
from gsl.protocol.reports import WatchedEpisode

MOST_EPISODES = 5


class VideoAsk(Request):
    """Episodes of a stored checkpoint's policy on one variation. Asking for the same again gets the same video."""

    checkpoint_id: int = Field(ge=1, le=MAX_ID, description="A file of the run of kind checkpoint or best.")
    variation: int = Field(ge=0, le=2**53, description="A training variation of the run, or a held-out one.")
    deterministic: bool = Field(
        default=True, description="Whether the most probable action is taken; if not, actions are sampled."
    )
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="Seed of the episodes and of sampled actions.")
    episodes: int = Field(default=1, ge=1, le=MOST_EPISODES, description="Episodes, one after the other.")


class VideoPublic(Answer):
    id: int
    run_id: int
    job_id: int = Field(description="The job that makes it, whose log says more.")
    checkpoint_id: int | None
    checkpoint_job: str = Field(description="Key of the job that left the checkpoint.")
    checkpoint_epoch: int
    checkpoint_sha256: str
    variation: int
    name: str = Field(description="Of the variation.")
    held_out: bool
    deterministic: bool
    seed: int
    episodes: int
    asked_by: str
    created_at: datetime
    status: JobStatus = Field(description="Of the job; the files are there once it has succeeded.")
    activity: str = Field(description="What it waits for, or what is being done.")
    error: str | None
    watched: tuple[WatchedEpisode, ...] | None = Field(description="What happened; null until the video is made.")
    file_id: int | None = Field(description="The artifact with the video: MP4, H.264; null until it is made.")
    trace_id: int | None = Field(
        description="The artifact with every step as JSON: rewards, actions, probabilities; null until it is made."
    )


class CheckpointChoice(Answer):
    """A stored policy that can be watched."""

    id: int
    job_key: str
    job_kind: JobKind
    index: int = Field(description="Number of the specialist; 0 for others.")
    cycle: int
    kind: Literal["checkpoint", "best"]
    epoch: int
    sha256: str
    title: str
    main: bool = Field(description="Whether it is the last one of the generalist, of a specialist or of fine-tuning.")


class VideoChoices(Answer):
    """What can be watched of a run."""

    refusal: str | None = Field(description="Why no video can be made now; null if one can.")
    checkpoints: tuple[CheckpointChoice, ...] = Field(description="In the order of the run's phases.")
    training_variations: int
    held_out_variations: int
