"""The gate: frozen evidence, proposal, decision."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from gsl.protocol.api.base import Schema, example
from gsl.protocol.api.measurements import PlateauPublic
from gsl.protocol.rounds import Rounds

UNKNOWN = Rounds().mark


class GateVariation(Schema):
    variation: int
    name: str
    episodes: int
    mean_return: float
    lower_bound: float
    success_rate: float | None
    upper_bound: float | None = Field(
        default=None, description="Below it the true mean surely lies; null in old gates."
    )
    outlook: Literal["moving", "open", "hopeless"] | None = Field(
        default=None,
        description="By its training so far: it succeeded or rose; too few episodes; many episodes and neither.",
    )


class GateEvidence(Schema):
    """Frozen when the gate opened; never changes after."""

    fired: Literal["plateau", "budget"]
    why: str
    plateau: PlateauPublic | None
    mean_return: float
    success_rate: float | None
    variations: list[GateVariation] = Field(
        description="Fresh evaluation of all training variations, first those to be chosen first."
    )
    spent_steps: int
    left_steps: int
    rounds: int | None = Field(default=None, description="Rounds of the evaluation; null: measured the old way.")
    rounds_asked: int | None = Field(default=None, description="Fewer rounds than asked for: it was cut.")
    mark: str = Field(default=UNKNOWN, description="What stands beside its figures; empty where it is whole.")
    continue_steps: int | None = Field(
        default=None, description="Steps that keeping on training would train at most; null: an older gate."
    )


class GateProposal(Schema):
    partition: list[list[int]] = Field(description="Variations of each specialist.")
    specialist_steps: int
    start: Literal["clone", "clone_fresh_head", "scratch"]


class SpecialistPlan(Schema):
    """What one specialist's job makes of its steps."""

    budget_steps: int
    training_steps: int = Field(description="Trained at most, in whole epochs.")
    evaluation_steps: int = Field(description="Kept for its last evaluation. What is not spent goes to fine-tuning.")


class SpecialistTerms(Schema):
    """What an edit of the steps has to heed."""

    epoch_steps: int = Field(description="Trained in whole epochs of so many environment steps.")
    episode_steps: int = Field(description="An episode's time limit.")
    evaluation_episodes: int = Field(description="On each variation of its last evaluation, at most.")
    rungs: int = Field(description="Its steps are dealt in so many equal parts, one a job.")


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
    terms: SpecialistTerms | None = Field(description="Null where the run's configuration cannot be read here.")
    plan: list[SpecialistPlan] = Field(description="What each specialist will train, by the decision or the proposal.")
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
