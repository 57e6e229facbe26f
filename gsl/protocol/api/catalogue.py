"""What can be run and who runs it: health, suites, presets, experiments, workers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from gsl.config.run import RunConfig
from gsl.protocol.api.base import Schema, example


class Health(Schema):
    status: Literal["ok", "degraded"]
    version: str
    database: str = Field(description="ok, or what is wrong.")
    broker: str = Field(description="ok, or what is wrong.")
    live_workers: int


class SuiteInfo(Schema):
    name: str
    title: str
    description: str
    has_success: bool
    runnable: bool = Field(description="Whether a live worker can run it.")
    workers: list[str] = Field(description="Live workers that can.")
    missing: str | None = Field(
        description="What the server's own machine lacks for it; null when nothing, or when a live worker can run it."
    )
    extra: str | None = Field(description="The optional extra of this package that brings what it requires.")
    install: str | None = Field(description="The command that brings what it requires; null when nothing is needed.")
    settings: dict[str, Any] = Field(description="JSON schema of the suite's settings.")


class PresetInfo(Schema):
    name: str
    title: str
    description: str
    group: str = Field(default="", description="Presets of one group stand together, as the rows of one table.")
    origins: dict[str, str] = Field(
        default={}, description="By dotted setting: whether it is the paper's, a library's or ours."
    )
    runnable: bool
    config: RunConfig


class ExperimentCreate(Schema):
    model_config = example({"name": "Seeds of the fork maze", "description": "Both arms, five seeds."})

    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)


class ExperimentPublic(ExperimentCreate):
    id: int
    created_at: datetime
    runs: int


class WorkerPublic(Schema):
    name: str
    host: str
    device: str
    suites: list[str]
    version: str
    live: bool
    job_id: int | None
    run_id: int | None
    speeds: dict[str, float]
    last_seen: datetime
