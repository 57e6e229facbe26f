"""The gate: its frozen evidence, the proposal, and the decision."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gsl.protocol.api.base import Answer, Request, example
from gsl.protocol.api.measurements import PlateauPublic
from gsl.protocol.api.policies import PolicyVerdict
from gsl.protocol.rounds import Rounds

SpecialistStart = Literal["clone", "clone_fresh_head", "scratch"]
AtDeadline = Literal["approve", "reject", "keep waiting"]
UNKNOWN = Rounds().mark


class GateVariation(Answer):
    variation: int
    name: str
    episodes: int
    mean_return: float
    lower_bound: float
    success_rate: float | None
    upper_bound: float | None = Field(
        default=None, description="Upper confidence bound of the mean return; null in older gates."
    )
    outlook: Literal["moving", "open", "hopeless"] | None = Field(
        default=None,
        description="By its training so far. moving: it succeeded or its return rose; open: too few episodes to tell; "
        "hopeless: neither, in many episodes.",
    )


class KeepTraining(Answer):
    """What keeping on training costs."""

    steps: int = Field(description="Most steps that the generalist trains, in whole epochs.")
    specialists: int = Field(description="Specialists that are then affordable.")
    specialist_steps: int = Field(description="Steps of each of them.")
    left: int = Field(description="Steps that are then left for demonstrations and fine-tuning.")


class GateEvidence(Answer):
    """The evidence as it was when the gate opened; it never changes afterwards."""

    fired: Literal["plateau", "budget"]
    why: str
    plateau: PlateauPublic | None
    mean_return: float
    success_rate: float | None
    variations: tuple[GateVariation, ...] = Field(
        description="The fresh evaluation of all training variations, in the order in which they would be selected."
    )
    spent_steps: int
    left_steps: int
    rounds: int | None = Field(
        default=None, description="Rounds of the evaluation; null if it was made before rounds were counted."
    )
    rounds_asked: int | None = Field(
        default=None, description="Rounds requested; if there were fewer, the evaluation was cut to fit the budget."
    )
    mark: str = Field(
        default=UNKNOWN, description="Note on an evaluation that is or may be incomplete; empty if it is complete."
    )
    continue_steps: int | None = Field(
        default=None, description="Most steps the generalist would train if the gate is rejected; null in older gates."
    )
    training_on: KeepTraining | None = Field(
        default=None, description="What rejecting the gate to keep training costs; null if impossible or unknown."
    )


class GateProposal(Answer):
    partition: tuple[tuple[int, ...], ...] = Field(description="The variations of each specialist.")
    specialist_steps: int
    start: SpecialistStart


class SpecialistPlan(Answer):
    """How a specialist's job divides its steps."""

    budget_steps: int
    training_steps: int = Field(description="Most steps it trains, in whole epochs.")
    evaluation_steps: int = Field(
        description="Steps reserved for its last evaluation. Unspent steps go to fine-tuning."
    )


class SpecialistTerms(Answer):
    """What limits a change of the specialists' steps."""

    epoch_steps: int = Field(description="Environment steps of one epoch; training is done in whole epochs.")
    episode_steps: int = Field(description="Time limit of an episode.")
    evaluation_episodes: int = Field(description="Most episodes on each variation in its last evaluation.")
    rungs: int = Field(description="Number of rungs: its steps are divided equally among as many jobs.")


class GatePublic(Answer):
    id: int
    run_id: int
    cycle: int
    status: Literal["open", "approved", "rejected"]
    mode: Literal["ask", "auto"]
    reason_asked: Literal["specialists", "too_few_specialists"]
    evidence: GateEvidence
    proposal: GateProposal
    decision: GateProposal | None = Field(description="What was approved, including edits.")
    terms: SpecialistTerms | None = Field(description="Null if the run's configuration cannot be read on this server.")
    plan: tuple[SpecialistPlan, ...] = Field(
        description="What each specialist will train, according to the decision or else the proposal."
    )
    action: Literal["approve", "continue", "stop"] | None
    decided_by: str | None
    reason: str
    created_at: datetime
    decided_at: datetime | None
    deadline_at: datetime | None = Field(description="Until then a person may decide; null: as long as it takes.")
    at_deadline: AtDeadline | None = Field(
        description="What happens then: approve as proposed, reject and so end the run, or keep waiting and tell "
        "webhooks again. Null without a deadline, or if the configuration cannot be read."
    )
    policy: PolicyVerdict | None = Field(description="What the run's policy said; null if it has none.")
    edits: tuple[str, ...] = Field(
        default=(), description="What was changed of the proposal, a sentence each; empty if it was approved as it was."
    )


class GateEdits(Request):
    """What is left out is as proposed."""

    model_config = Request.model_config | example({"partition": [[3, 7], [5]], "specialist_steps": 80000})

    partition: list[list[int]] | None = None
    specialist_steps: int | None = Field(default=None, ge=1, lt=2**63)
    start: SpecialistStart | None = None


class GateApprove(GateEdits):
    """Optional edits; what is left out is approved as proposed."""

    model_config = Request.model_config | example(
        {"partition": [[3, 7], [5]], "specialist_steps": 80000, "reason": "3 and 7 look alike"}
    )

    reason: str = Field(default="", max_length=2000)


class GateReject(Request):
    model_config = example({"action": "continue", "reason": "still rising"})

    action: Literal["continue", "stop"]
    reason: str = Field(default="", max_length=2000)


Id = Annotated[int, Field(ge=1, lt=2**63)]


class GatesApprove(Request):
    """Open gates to approve as proposed, by run or by gate; a gate's id makes sure that no later gate is meant."""

    model_config = example({"runs": [7, 8], "gates": [12], "reason": "all of them have plateaued"})

    runs: list[Id] = Field(default=[], max_length=100, description="Runs whose latest gate is approved.")
    gates: list[Id] = Field(default=[], max_length=100)
    reason: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not (self.runs or self.gates):
            raise ValueError("name at least one run in `runs` or one gate in `gates`")
        return self


class ApprovedGate(Answer):
    run_id: int
    gate_id: int
    specialists: int
    specialist_steps: int = Field(description="Environment steps of each specialist.")


class RefusedGate(Answer):
    """One that was left as it is; `gate_id` is null if it was named by its run, `run_id` if there is no such gate."""

    run_id: int | None
    gate_id: int | None
    reason: str


class GateApprovals(Answer):
    approved: tuple[ApprovedGate, ...]
    refused: tuple[RefusedGate, ...]
