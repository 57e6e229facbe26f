"""Policies: when gates may open by themselves, by version, and what one would have done."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from gsl.config.gate_policy import PolicyConditions
from gsl.protocol.api.base import Answer, Request, example

PolicyName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,49}$", examples=["nightly"])]


class PolicyVersionPublic(Answer):
    version: int
    conditions: PolicyConditions
    note: str
    created_by: str
    created_at: datetime


class PolicyPublic(Answer):
    name: str
    owner: str
    disabled: bool = Field(description="It opens no gate, whatever version a run names.")
    created_at: datetime
    versions: tuple[PolicyVersionPublic, ...] = Field(description="Newest first. A version never changes.")


class PolicyStore(Request):
    model_config = Request.model_config | example(
        {
            "name": "nightly",
            "conditions": {"suites": ["forkmaze"], "most_specialists": 4, "score_below": 0.9},
            "note": "small runs need nobody",
        }
    )

    name: PolicyName
    conditions: PolicyConditions
    note: str = Field(default="", max_length=2000, description="Why it is as it is.")


class PolicyUpdate(Request):
    model_config = example({"disabled": True})

    disabled: bool


class DryRunCreate(Request):
    """A stored policy, or conditions that are not stored yet, for past gates."""

    model_config = Request.model_config | example({"policy": "nightly", "limit": 100})

    policy: PolicyName | None = None
    version: int | None = Field(default=None, ge=1, description="Null: the newest.")
    conditions: PolicyConditions | None = None
    suite: str | None = Field(default=None, max_length=200, description="Only gates of runs of this suite.")
    experiment_id: int | None = Field(default=None, ge=1, lt=2**63)
    limit: int = Field(default=100, ge=1, le=500, description="Most gates, newest first.")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.policy is None) == (self.conditions is None):
            raise ValueError("name a stored `policy`, or give `conditions`")
        if self.version is not None and self.policy is None:
            raise ValueError("`version` is for a stored `policy`")
        return self


class DryRunGate(Answer):
    gate_id: int
    run_id: int
    run_name: str
    cycle: int
    at: datetime = Field(description="When the gate opened.")
    opens: bool = Field(description="Whether the policy would have let the specialists start.")
    reasons: tuple[str, ...]
    specialists: int
    steps: int = Field(description="Environment steps of the specialists, as proposed.")
    status: str = Field(description="What became of the gate.")
    decided_by: str | None


class DryRunPublic(Answer):
    gates: tuple[DryRunGate, ...] = Field(description="Newest first.")
    opened: int = Field(description="Number of gates that the policy would have opened.")
    steps: int = Field(description="Environment steps that their specialists would have spent.")
    against: int = Field(description="Those of them that were rejected.")
    unreadable: int = Field(description="Gates left out, because the run's configuration cannot be read here.")
    left_out: int = Field(
        description="Older gates that were not tried: a plateau is judged on at most 30,000 epochs, all gates together."
    )


class PolicyVerdict(Answer):
    """What a policy said when the gate opened."""

    policy: str
    version: int | None = Field(description="Null if there was no such policy or version.")
    opens: bool
    waits: bool = Field(default=False, description="It opens the gate once its hours begin.")
    reasons: tuple[str, ...]
