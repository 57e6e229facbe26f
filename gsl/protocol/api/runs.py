"""Runs, their phases and what their budget means."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from gsl.config.run import Arm, RunConfig
from gsl.protocol.api.base import Schema, example
from gsl.protocol.jobs import Phase, RunStatus

Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class RunCreate(Schema):
    model_config = example({"preset": "forkmaze", "config": {"seed": 3, "gate": {"mode": "auto"}}, "tags": ["paper"]})

    name: str = Field(default="", max_length=200, description="Empty gets one from suite, arm and seed.")
    preset: str | None = Field(default=None, description="Start from this preset; `config` then changes parts of it.")
    config: dict[str, Any] = Field(default={}, description="A RunConfig, whole or, beside a preset, in part.")
    experiment_id: int | None = None
    arm_name: str = Field(default="", max_length=100, description="Its arm's label in the experiment; empty: its arm.")
    notes: str = Field(default="", max_length=20_000)
    tags: list[Tag] = Field(default=[], max_length=20)


class RunUpdate(Schema):
    model_config = example({"name": "With the longer window", "tags": ["paper", "keep"]})

    name: str | None = Field(default=None, min_length=1, max_length=200)
    notes: str | None = Field(default=None, max_length=20_000)
    tags: list[Tag] | None = Field(default=None, max_length=20)


class PhaseProgress(Schema):
    phase: Phase
    state: Literal["pending", "active", "done", "skipped", "failed"]
    budget_steps: int
    spent_steps: int
    eta_seconds: float | None = Field(description="Null when no speed was measured yet.")


class RunSummary(Schema):
    id: int
    name: str
    experiment_id: int | None
    experiment_name: str | None
    suite: str
    arm: Arm
    arm_name: str = Field(description="Label of its arm in the experiment.")
    baseline_of: int | None = Field(description="The run that it is the baseline of.")
    seed: int
    status: RunStatus
    cycle: int
    total_steps: int
    spent_steps: int = Field(description="By the ledger: training, demonstrations, and evaluations that select.")
    measurement_steps: int = Field(description="Beside them, outside the total: they teach and select nothing.")
    eta_seconds: float | None
    mean_return: float | None = Field(description="Latest mean training return of generalist or fine-tuned generalist.")
    score: float | None = Field(description="Latest evaluation: success rate, or normalised return.")
    sparkline: list[float | None] = Field(description="At most 40 mean returns over training.")
    phases: list[PhaseProgress]
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    message: str = Field(description="What the run waits for, or why it ended.")
    imported: bool = Field(default=False, description="Whether it came as a record: it has neither files nor workers.")


class RunPublic(RunSummary):
    config: RunConfig
    notes: str
    warnings: list[str] = Field(description="As: specialist 3 failed, going on with 6 of 7.")
    wish: Literal["run", "pause", "cancel"]
    gate_id: int | None = Field(description="The latest gate.")
    baseline_id: int | None = Field(description="Its baseline, the latest that neither failed nor was cancelled.")


class BudgetPreview(Schema):
    """What a configuration's budget means before it is launched: POST /runs/preview."""

    phases: list[PhaseProgress]
    jobs: int
    finetune_steps: int
    measurement_steps: int = Field(
        description="At most, beside the total: last evaluation, gate's policy measured afresh, held-out variations."
    )
    eta_seconds: float | None = Field(description="From live workers' measured speed; null when none was measured.")
    steps_per_second: float | None
