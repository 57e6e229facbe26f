"""Sweeps: searches over settings, whose trials are runs, and the runs of results that follow."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from gsl.config.sweep import Scalar, SweepSettings
from gsl.protocol.api.base import MAX_ID, Answer, Request, example
from gsl.protocol.api.experiments import MOST_RUNS, Seed
from gsl.protocol.api.runs import Priority, RunsOn, Tag
from gsl.protocol.jobs import RunStatus

SweepStatus = Literal["running", "stopped", "finished"]
TrialState = Literal["running", "complete", "pruned", "failed"]


class SweepCreate(SweepSettings):
    """A sweep, and the experiment that is made for its runs."""

    model_config = SweepSettings.model_config | example(
        {
            "name": "How fast to learn",
            "preset": "forkmaze-quick",
            "space": {
                "learner.learning_rate": {"type": "float", "low": 1e-4, "high": 1e-2, "log": True},
                "learner.network.activation": {"type": "choice", "choices": ["tanh", "relu"]},
            },
            "trials": 12,
            "at_once": 2,
            "pruner": {"name": "median"},
        }
    )

    name: str = Field(min_length=1, max_length=200, description="Name of the experiment.")
    description: str = Field(default="", max_length=10_000)
    project_id: int | None = Field(default=None, ge=1, le=MAX_ID, description="The project it belongs to.")
    preset: str | None = Field(default=None, description="The preset that all trials start from.")
    config: dict[str, Any] = Field(
        default={}, description="Parts of a RunConfig that all trials share; gates are automatic by default."
    )
    tags: list[Tag] = Field(default=[], max_length=20)
    priority: Priority = 0
    worker_label: RunsOn = ""


class SweepStop(Request):
    model_config = example({"cancel_running": True})

    cancel_running: bool = Field(default=True, description="Whether the trials that are running are cancelled.")


class SweepResultsCreate(Request):
    """Runs of the winner, on seeds that the search has not seen."""

    model_config = example({"seeds": [100, 101, 102, 103, 104], "untuned": True})

    seeds: list[Seed] = Field(
        min_length=1, max_length=MOST_RUNS, description="Seeds of the results; none may be one of the tuning seeds."
    )
    trial: int | None = Field(default=None, ge=0, le=MAX_ID, description="A trial that is complete; else the best.")
    name: str = Field(default="", max_length=200, description="Of the new experiment; if empty, after the sweep.")
    untuned: bool = Field(
        default=False, description="Whether a second arm has the settings that the sweep started from."
    )


class TrialPublic(Answer):
    number: int
    run_id: int | None = Field(description="Null if it could not be launched, or its run was deleted for good.")
    seed: int
    params: dict[str, Scalar] = Field(description="What was tried, by the path of the setting.")
    state: TrialState
    value: float | None = Field(description="Of the objective: its last evaluation; null if there is none.")
    steps: int = Field(description="Environment steps that its run has spent; those of a pruned trial count too.")
    run_status: RunStatus | None
    reason: str = Field(description="Why it was pruned or failed.")
    points: tuple[tuple[int, float], ...] = Field(description="Its evaluations: steps, and the objective's value.")
    ended_at: datetime | None


class SweepResults(Answer):
    """An experiment that was launched on result seeds."""

    experiment_id: int
    name: str
    trial: int = Field(description="Whose settings it has.")
    seeds: tuple[int, ...]


class SweepPublic(Answer):
    experiment_id: int
    settings: SweepSettings
    preset: str | None
    config: dict[str, Any] = Field(description="The configuration that all trials start from.")
    status: SweepStatus
    message: str = Field(description="What it waits for, or who stopped it.")
    planned: int = Field(description="Number of trials that there are going to be.")
    ended: int
    steps: int = Field(description="Environment steps of all trials together.")
    best: int | None = Field(description="Number of the best complete trial.")
    trials: tuple[TrialPublic, ...]
    results: tuple[SweepResults, ...] = Field(description="Experiments with the settings of one of its trials.")
    created_at: datetime
    ended_at: datetime | None
