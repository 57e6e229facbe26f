"""The gate: frozen evidence, proposal, decision."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from backend.schemas.base import Schema, example
from backend.schemas.measurements import PlateauPublic


class GateVariation(Schema):
    variation: int
    name: str
    episodes: int
    mean_return: float
    lower_bound: float
    success_rate: float | None


class GateEvidence(Schema):
    """Frozen when the gate opened; never changes after."""

    fired: Literal["plateau", "budget"]
    why: str
    plateau: PlateauPublic | None
    mean_return: float
    success_rate: float | None
    variations: list[GateVariation] = Field(description="Fresh evaluation of all training variations, lowest first.")
    spent_steps: int
    left_steps: int


class GateProposal(Schema):
    partition: list[list[int]] = Field(description="Variations of each specialist.")
    specialist_steps: int
    start: Literal["clone", "clone_fresh_head", "scratch"]


class GatePublic(Schema):
    id: int
    run_id: int
    cycle: int
    status: Literal["open", "approved", "rejected"]
    mode: Literal["ask", "auto"]
    reason_asked: Literal["specialists", "too_few_specialists"]
    evidence: GateEvidence
    proposal: GateProposal
    decision: GateProposal | None = Field(description="What was approved, edits included.")
    action: Literal["approve", "continue", "stop"] | None
    decided_by: str | None
    reason: str
    created_at: datetime
    decided_at: datetime | None


class GateApprove(Schema):
    """Edits are optional; what is left out is approved as proposed."""

    model_config = example({"partition": [[3, 7], [5]], "specialist_steps": 80000, "reason": "3 and 7 look alike"})

    partition: list[list[int]] | None = None
    specialist_steps: int | None = Field(default=None, ge=1)
    start: Literal["clone", "clone_fresh_head", "scratch"] | None = None
    reason: str = Field(default="", max_length=2000)


class GateReject(Schema):
    model_config = example({"action": "continue", "reason": "still rising"})

    action: Literal["continue", "stop"]
    reason: str = Field(default="", max_length=2000)
