"""Runs, their phases and the preview of a budget."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, WrapValidator

from gsl.config.base import as_stored
from gsl.config.run import Arm, RunConfig
from gsl.protocol.api.base import MAX_ID, Answer, Request, example
from gsl.protocol.api.exporting import Exporter, Exporters
from gsl.protocol.jobs import ENDED, RunStatus

Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]

MOST_TAGS = 20
MOST_PRIORITY = 10
Priority = Annotated[
    int,
    Field(
        ge=-MOST_PRIORITY,
        le=MOST_PRIORITY,
        description="Jobs of runs with a higher priority start first. Each level is worth twelve hours of waiting.",
    ),
]

RUNS_ON = "Label that a worker must have to run its jobs; empty: any worker does."
RunsOn = Annotated[str, Field(pattern=r"^[\w.+-]{0,50}$", description=RUNS_ON)]


class RunCreate(Request):
    model_config = example({"preset": "forkmaze", "config": {"seed": 3, "gate": {"mode": "auto"}}, "tags": ["paper"]})

    name: str = Field(default="", max_length=200, description="If empty, a name is made of suite, arm and seed.")
    preset: str | None = Field(default=None, description="The preset to start from; `config` then changes parts of it.")
    config: dict[str, Any] = Field(default={}, description="A RunConfig: partial with a preset, otherwise whole.")
    checkpoint_id: int | None = Field(
        default=None,
        ge=1,
        le=2**63 - 1,
        description="A stored checkpoint, of a run's artifacts, from which the generalist continues: the run is then a "
        "fork. Without a preset, `config` changes parts of that run's configuration.",
    )
    experiment_id: int | None = None
    project_id: int | None = Field(
        default=None,
        ge=1,
        le=MAX_ID,
        description="The project it belongs to; by default that of its experiment, or none.",
    )
    arm_name: str = Field(
        default="", max_length=100, description="Label of the run's arm in the experiment; if empty, the arm itself."
    )
    notes: str = Field(default="", max_length=20_000)
    tags: list[Tag] = Field(default=[], max_length=MOST_TAGS)
    priority: Priority = 0
    worker_label: RunsOn = ""
    exporters: Exporters = None


class Origin(Answer):
    """The checkpoint that a fork continues from, as it was when the fork was launched."""

    run_id: int | None = Field(description="Its run; null once that is deleted.")
    run_name: str
    job: str = Field(description="Key of its job, as generalist-1.")
    epoch: int
    steps: int = Field(
        description="Environment steps that led to it, in its run and in all that this continues from. The fork's own "
        "steps do not include them."
    )
    checkpoint_id: int
    sha256: str


class ContinuationPublic(Answer):
    """Further training of a run that had succeeded. Its budget was decided after the result was seen."""

    number: int = Field(ge=1, description="Within the run; its jobs are continued-N and evaluation-continued-N.")
    steps: int = Field(ge=1, description="Environment steps asked for.")
    total_steps: int = Field(ge=1, description="The run's total with them.")
    policy: str = Field(max_length=200, description="Key of the job whose last checkpoint it went on from.")
    score: float | None = Field(description="The run's score before.")
    held_out_score: float | None = Field(description="The same over held-out variations.")
    asked_by: str = Field(max_length=200, description="Name of the account.")
    asked_at: datetime


class SpecialistRun(Answer):
    """The run of a specialist that a script trains."""

    number: int = Field(ge=1, description="As approved at the gate.")
    run_id: int
    status: RunStatus
    spent_steps: int
    total_steps: int
    mean_return: float | None = Field(description="Of its newest epoch.")
    score: float | None = Field(description="By its newest training episodes, once it has ended.")


class ScriptPublic(Answer):
    """Of a run that is tracked: the script that keeps control of its training."""

    key: str = Field(description="Name by which the script finds the run.")
    parent_id: int | None = Field(description="Of a specialist's run: the run at whose gate it was approved.")
    number: int = Field(description="Of a specialist's run: its number there, from 1; otherwise 0.")
    specialists: tuple[SpecialistRun, ...] = Field(description="Runs that the script launched for its specialists.")


class RunUpdate(Request):
    model_config = example({"name": "With the longer window", "tags": ["paper", "keep"]})

    name: str | None = Field(default=None, min_length=1, max_length=200)
    notes: str | None = Field(default=None, max_length=20_000)
    tags: list[Tag] | None = Field(default=None, max_length=MOST_TAGS)
    priority: Priority | None = None
    worker_label: RunsOn | None = None
    exporters: Exporters | Literal["default"] = Field(
        default=None, description="Formats in which it is exported; `default`: those of the server's settings."
    )
    project_id: int | None = Field(default=None, ge=0, le=MAX_ID, description="The project it moves to; 0 for none.")


StepName = Literal["generalist", "evaluation", "gate", "specialists", "finetune", "final_evaluation", "continuation"]


class PhaseProgress(Answer):
    """One step of a run. The list of them is in order, and a gate that keeps training adds to it behind itself, so
    that the active one never moves backwards.
    """

    phase: StepName
    cycle: int = 1
    segment: int = Field(
        default=1,
        description="Training until a gate, counted within the cycle; of a continuation its number, and of its final "
        "evaluation one more.",
    )
    state: Literal["pending", "active", "done", "skipped", "failed"]
    budget_steps: int = Field(description="As decided at the gate, or else as planned.")
    spent_steps: int
    eta_seconds: float | None = Field(description="Null if it cannot be told from what has been measured.")


class RunSummary(Answer):
    id: int
    name: str
    owner: str = Field(default="", description="Name of the account that launched it; empty if it has none yet.")
    experiment_id: int | None
    experiment_name: str | None
    project_id: int | None = Field(default=None, description="The project whose members see it; null if everyone does.")
    project_name: str | None = None
    suite: str
    arm: Arm
    arm_name: str = Field(description="Label of its arm in the experiment.")
    baseline_of: int | None = Field(description="The run that this run is the baseline of.")
    seed: int
    status: RunStatus
    priority: int = Field(default=0, description="Of its jobs in the queue; the highest starts first.")
    worker_label: str = Field(default="", description=RUNS_ON)
    cycle: int
    total_steps: int
    continued_steps: int = Field(
        default=0,
        description="Steps of the total that were added after the run had succeeded; if any, its budget was decided "
        "after its result was seen.",
    )
    spent_steps: int = Field(
        description="Steps spent according to the ledger: training, demonstrations, and evaluations used to select."
    )
    measurement_steps: int = Field(
        description="Steps spent on measurements, outside the total: nothing is learned or selected from them."
    )
    eta_seconds: float | None = Field(
        description="Seconds until it ends, without the time that a person takes at a gate; null if unknown."
    )
    mean_return: float | None = Field(
        description="Latest mean training return of the generalist, before or during fine-tuning."
    )
    mean_return_source: str | None = Field(
        default=None, description="What `mean_return` was measured in, for example `training, epoch 40`."
    )
    score: float | None = Field(description="Latest evaluation: success rate, or normalised return.")
    score_source: str | None = Field(
        default=None, description="Which evaluation `score` is of, for example `final evaluation`."
    )
    sparkline: tuple[float | None, ...] = Field(description="At most 40 mean returns over the course of training.")
    phases: tuple[PhaseProgress, ...]
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    archived_at: datetime | None = Field(default=None, description="Since when it is archived.")
    values: dict[str, bool | int | float | str | None] = Field(
        default={}, description="Of the fields that `columns` asks for: settings, metrics and facts of the run."
    )
    held_out_score: float | None = Field(default=None, description="Of the latest evaluation on held-out variations.")
    message: str = Field(description="What the run is waiting for, or why it ended.")
    activity: str = Field(
        default="", description="Why no job trains yet. Examples: starting on worker a; queued, 4 ahead, about 3 min."
    )
    imported: bool = Field(
        default=False, description="Whether the run was imported from a record; it then has no files and no workers."
    )
    read_only: str = Field(
        default="",
        description="Why the server can show the run but not go on with it, because its configuration cannot be read "
        "any more: a package is missing, or a setting has changed. It names the setting. Usually empty.",
    )

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class RunPublic(RunSummary):
    config: Annotated[RunConfig | dict[str, Any], Field(union_mode="left_to_right"), WrapValidator(as_stored)] = Field(
        description="As it was stored, if the run is read-only."
    )
    origin: Origin | None = Field(default=None, description="Where its generalist continues from, if it is a fork.")
    forks: tuple[int, ...] = Field(default=(), description="Runs that continue from a checkpoint of this one.")
    script: ScriptPublic | None = Field(
        default=None, description="If a script keeps control of its training; null if workers train it."
    )
    continuations: tuple[ContinuationPublic, ...] = Field(
        default=(), description="What it was asked to train on for after it had succeeded, oldest first."
    )
    exporters: tuple[Exporter, ...] | None = Field(
        default=None, description="Formats in which it is exported; null: those of the server's settings."
    )
    notes: str
    warnings: tuple[str, ...] = Field(description="Example: specialist 3 failed, continuing with 6 of 7.")
    wish: Literal["run", "pause", "cancel"] = Field(description="The state that was requested for the run.")
    gate_id: int | None = Field(description="The latest gate.")
    baseline_id: int | None = Field(description="Its latest baseline that neither failed nor was cancelled.")


class BudgetPreview(Answer):
    """What a configuration's budget means before the run is launched."""

    phases: tuple[PhaseProgress, ...]
    jobs: int
    finetune_steps: int
    measurement_steps: int = Field(
        description="Most steps spent on measurements, outside the total: the last evaluation, the fresh evaluation "
        "of the policy at the gate, and held-out variations."
    )
    eta_seconds: float | None = Field(
        description="Estimated from the speed that live workers measured; null if none was measured."
    )
    steps_per_second: float | None
