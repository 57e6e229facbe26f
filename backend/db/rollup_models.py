"""Tables of rollups that pages are drawn from: of `epoch` and `variation_return`, and of what workers say."""

from typing import Any

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import json_column, number_column, reference, steps_column


class EpochStretch(SQLModel, table=True):
    """Means over a stretch of a job's epochs: a rollup for the curves of long runs. Stretches count from 0."""

    __tablename__ = "epoch_stretch"

    job_id: int = reference("job.id", primary_key=True)
    stretch: int = Field(primary_key=True)
    epoch: int  # the last one
    job_steps: int = steps_column()  # after it
    mean_return: float | None = number_column()
    success_rate: float | None = number_column()


class LatestReturn(SQLModel, table=True):
    """The latest estimate of each variation by job and source: a page never scans history for it."""

    __tablename__ = "latest_return"

    job_id: int = reference("job.id", primary_key=True)
    source: str = Field(primary_key=True)
    variation: int = Field(sa_column=Column(BigInteger, primary_key=True))
    run_id: int = reference("run.id", index=True)
    revision: int = steps_column()  # the run's revision when this estimate arrived
    epoch: int
    episodes: int
    mean_return: float | None = number_column()
    std_return: float | None = number_column()
    success_rate: float | None = number_column()
    mean_length: float | None = number_column()


class WorkerMinute(SQLModel, table=True):
    """How busy a worker's machine was when it last said so in this minute, counted from 1970."""

    __tablename__ = "worker_minute"

    worker: str = Field(primary_key=True, foreign_key="worker.name", ondelete="CASCADE")
    minute: int = Field(primary_key=True, index=True)
    use: dict[str, Any] = json_column(dict)  # WorkerUse
