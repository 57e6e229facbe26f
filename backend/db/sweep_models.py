"""Sweeps and their trials: the record of a search. Optuna's study is made from these rows whenever it is asked."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import json_column, number_column, reference, time_column


class Sweep(SQLModel, table=True):
    """A search over settings; its runs are those of its experiment."""

    experiment_id: int = reference("experiment.id", primary_key=True)
    owner: str
    settings: dict[str, Any] = json_column()  # SweepSettings
    preset: str | None = None
    config: dict[str, Any] = json_column()  # RunConfig, from which all trials start
    tags: list[str] = json_column(list)
    priority: int = 0
    worker_label: str = ""
    status: str = Field("running", index=True)
    message: str = ""
    created_at: datetime = time_column()
    ended_at: datetime | None = time_column(nullable=True)


class Trial(SQLModel, table=True):
    """One point of the search, and its run. It has ended once its run has."""

    experiment_id: int = reference("sweep.experiment_id", primary_key=True)
    number: int = Field(primary_key=True)
    run_id: int | None = reference("run.id", nullable=True, on_delete="SET NULL", index=True)
    seed: int
    params: dict[str, Any] = json_column()  # by the path of the setting
    state: str = "running"
    value: float | None = number_column()
    points: list[list[float]] = json_column(list)  # steps and value of its evaluations, once it is decided
    attributes: dict[str, Any] = json_column(dict)  # what Optuna's sampler and pruner noted of it
    checked: int = 0  # up to which evaluation it was asked whether to prune it
    reason: str = ""
    created_at: datetime = time_column()
    ended_at: datetime | None = time_column(nullable=True)


class SweepResult(SQLModel, table=True):
    """An experiment with the settings of a trial, on other seeds."""

    __tablename__ = "sweep_result"

    experiment_id: int = reference("experiment.id", primary_key=True)
    sweep_id: int = reference("sweep.experiment_id", index=True)
    trial: int
    seeds: list[int] = json_column()
