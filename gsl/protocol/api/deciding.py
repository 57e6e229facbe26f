"""What helps people to decide at gates: which ones wait, what an approval would cost, and what others say."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gsl.protocol.api.base import Answer, FieldError, Request, example
from gsl.protocol.api.gates import AtDeadline, SpecialistPlan


class GateCost(Answer):
    """What jobs of one kind may spend at most."""

    what: Literal["lowest", "specialists", "demonstrations", "finetune"] = Field(
        description="lowest: training on all the lowest variations, before specialists are cloned from it."
    )
    jobs: int
    steps: int
    share: float = Field(description="Of the run's total steps.")


class GatePreview(Answer):
    """What an approval with these edits would start and cost, planned as the approval itself is."""

    specialists: int
    variations: int
    costs: tuple[GateCost, ...] = Field(description="In the order in which they are spent; empty if `wrong` is not.")
    spent_steps: int = Field(description="What the run has spent until its gate.")
    total_steps: int
    left_steps: int = Field(description="What none of them may spend: for later cycles, or less than an epoch.")
    plan: tuple[SpecialistPlan, ...] = Field(
        description="For each specialist; of its first rung, if there are several."
    )
    another_epoch_from: int | None = Field(
        description="Fewest steps per specialist with which the largest one trains another epoch."
    )
    specialists_seconds: float | None = Field(
        description="From the approval until specialists and demonstrations have ended, at measured pace, with the "
        "queue and the workers that there are now. Null if a figure that it needs was never measured."
    )
    end_seconds: float | None = Field(description="From the approval until the end of the run.")
    workers: int = Field(description="Live workers that can run these jobs.")
    waits: str = Field(description="What the jobs would wait for if no live worker can run them.")
    wrong: tuple[FieldError, ...] = Field(description="Why it cannot be approved so, field by field; empty if it can.")


class GateCommentCreate(Request):
    model_config = Request.model_config | example({"text": "Level 7 looks like a bug of the suite."})

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class GateCommentPublic(Answer):
    id: int
    gate_id: int
    author: str
    text: str = Field(description="Plain text.")
    created_at: datetime


class WaitingGate(Answer):
    """An open gate of a run, which waits for a person."""

    gate_id: int
    run_id: int
    run_name: str
    project_name: str | None
    experiment_id: int | None
    experiment_name: str | None
    suite: str
    owner: str
    cycle: int
    reason_asked: Literal["specialists", "too_few_specialists"]
    why: str
    specialists: int
    specialist_steps: int = Field(description="Environment steps of each specialist, as proposed.")
    opened_at: datetime
    deadline_at: datetime | None = Field(description="Until then a person may decide; null: as long as it takes.")
    at_deadline: AtDeadline | None = Field(description="What happens then.")
    may_decide: bool = Field(description="Whether this person may decide it.")
    read_only: str = Field(description="Why nobody can decide it on this server; empty if one can.")
