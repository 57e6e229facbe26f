"""Videos: what somebody asked to watch. The work is a job of kind `video`, its files are that job's artifacts."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import (
    identity,
    json_column,
    loose_reference,
    reference,
    steps_column,
    time_column,
)


class Video(SQLModel, table=True):
    """Episodes of one checkpoint's policy on one variation. Whoever asks for the same gets the same.

    A checkpoint is told by its content. Its file may be removed once the video is made, so it is named here by the job
    that left it, and its number is not a foreign key.
    """

    __table_args__ = (
        UniqueConstraint(
            "run_id", "checkpoint_sha256", "variation", "seed", "deterministic", "episodes", name="uq_video_what"
        ),
    )

    id: int | None = identity()
    run_id: int = reference("run.id", index=True)
    job_id: int = reference("job.id", unique=True)
    checkpoint_id: int | None = loose_reference()
    checkpoint_job: str
    checkpoint_epoch: int
    checkpoint_sha256: str = Field(max_length=64)
    variation: int = steps_column()
    seed: int = steps_column()
    deterministic: bool
    episodes: int
    watched: list[dict[str, Any]] | None = json_column(None)  # list of WatchedEpisode, once it is made
    asked_by: str
    created_at: datetime = time_column()
