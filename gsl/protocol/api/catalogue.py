"""What can be run and who runs it: health, suites, presets, experiments, workers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from gsl.config.run import RunConfig
from gsl.protocol.api.base import ANSWER, MAX_ID, Answer, Request, example
from gsl.protocol.lease import WorkerUse


class HealthProblem(Answer):
    part: Literal["database", "broker", "disk", "workers", "exports"]
    message: str = Field(description="What is wrong, and what to do about it.")


class Health(Answer):
    status: Literal["ok", "degraded"] = Field(description="`degraded` if there are problems.")
    version: str
    problems: tuple[HealthProblem, ...] = Field(description="What does not work, or soon will not.")
    live_workers: int


class SuiteInfo(Answer):
    name: str
    title: str
    description: str
    has_success: bool
    runnable: bool = Field(description="Whether a live worker can run this suite.")
    workers: tuple[str, ...] = Field(description="Live workers that can run it.")
    missing: str | None = Field(
        description="What is not installed on the server for this suite; null if nothing is missing or if a live "
        "worker can run it."
    )
    extra: str | None = Field(description="The optional extra of this package that installs what the suite needs.")
    install: str | None = Field(description="The command that installs what is missing; null if nothing is needed.")
    settings: dict[str, Any] = Field(description="JSON schema of the suite's settings.")


class PresetInfo(Answer):
    name: str
    title: str
    description: str
    group: str = Field(default="", description="Presets with the same group belong together, like rows of a table.")
    origins: dict[str, str] = Field(
        default={},
        description="Where the value of each setting comes from, by dotted name: the paper, a library or this project.",
    )
    runnable: bool
    config: RunConfig
    arms: dict[str, dict[str, Any]] = Field(
        default={}, description="Arms of an experiment by name, each with its changes to `config`; often none."
    )


class ExperimentCreate(Request):
    model_config = example({"name": "Seeds of the fork maze", "description": "Both arms, five seeds."})

    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)
    project_id: int | None = Field(
        default=None, ge=1, le=MAX_ID, description="The project it belongs to; by default none."
    )


class ExperimentUpdate(Request):
    model_config = example({"project_id": 2})

    name: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=10_000)
    project_id: int | None = Field(
        default=None, ge=0, le=MAX_ID, description="The project that it and its runs move to; 0 for none."
    )


class ExperimentPublic(ExperimentCreate):
    model_config = ANSWER

    id: int
    project_name: str | None = None
    owner: str = Field(default="", description="Name of the account that made it.")
    created_at: datetime
    runs: int
    activity: str = Field(
        default="",
        description="What its runs do and wait for: 3 runs train, 1 waits for approval. Empty without runs.",
    )
    notes: str = Field(default="", description="In Markdown.")
    sweep: bool = Field(default=False, description="Whether its runs are the trials of a sweep.")
    results_of: int | None = Field(
        default=None, description="The sweep whose winner it runs, on seeds that the search has not seen."
    )


class NotesSave(Request):
    model_config = example({"text": "The plateau came **early**; see @12.", "seen": 4})

    text: str = Field(max_length=20_000, description="Markdown; @12 links run 12.")
    seen: int | None = Field(
        default=None,
        ge=0,
        le=MAX_ID,
        description="The newest version that you have read, 0 if nobody has saved any. If there is a newer one, "
        "the answer is 409. Left out, the text is saved whatever there is.",
    )


class NoteVersionPublic(Answer):
    """Notes as somebody saved them."""

    version: int = Field(description="0 for notes from the launch that nobody has saved since.")
    who: str = Field(description="Name of the account.")
    at: datetime
    text: str


class WorkerUpdate(Request):
    model_config = example({"draining": True})

    draining: bool = Field(description="Whether it finishes its jobs and takes no new one, also after a restart.")


class WorkerPublic(Answer):
    name: str
    host: str
    device: str
    suites: tuple[str, ...]
    labels: tuple[str, ...] = ()
    videos: tuple[str, ...] = Field(default=(), description="Suites that it can make videos of.")
    no_videos: dict[str, str] = Field(default={}, description="Why it cannot make videos of others, by suite.")
    version: str
    live: bool
    job_id: int | None
    run_id: int | None
    speeds: dict[str, float]
    trouble: str | None = Field(description="Why it takes no jobs at the moment; null if it does.")
    draining: bool = Field(default=False, description="Whether it was told to finish its jobs and take no new one.")
    last_seen: datetime
    use: WorkerUse | None = Field(
        default=None, description="How busy its machine is; null if it said nothing of it in the last two minutes."
    )


class UsageSample(Answer):
    at: datetime = Field(description="The minute's beginning.")
    use: WorkerUse


class WorkerUsage(Answer):
    """How busy a worker's machine was, minute by minute."""

    worker: str
    samples: tuple[UsageSample, ...] = Field(description="Oldest first; minutes without a word are left out.")
