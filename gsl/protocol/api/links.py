"""Links that need no account: to decide one gate, and to look at one run or experiment."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from gsl.protocol.api.base import Answer, Request, example
from gsl.protocol.api.gates import GatePublic


class ApprovalLinkCreate(Request):
    model_config = example({"hours": 24})

    hours: int = Field(default=24, ge=1, le=24 * 14, description="So long it can be used, unless the gate is decided.")


class ApprovalLinkPublic(Answer):
    id: int
    gate_id: int
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class ApprovalLinkCreated(ApprovalLinkPublic):
    secret: str = Field(description="What a script sends as `Authorization: Bearer`. It is shown only here.")
    url: str = Field(description="The link. Opening it decides nothing: its page asks.")


class ApprovalPublic(Answer):
    """What a link asks to decide."""

    run_id: int
    run_name: str
    suite: str
    made_by: str
    expires_at: datetime
    gate: GatePublic


class ApprovalDecision(Request):
    model_config = example({"action": "approve", "reason": "looks right"})

    action: Literal["approve", "continue", "stop"] = Field(
        description="`approve`: as proposed; `continue`: keep training; `stop`: end the run without specialists."
    )
    reason: str = Field(default="", max_length=2000)


class ShareLinkCreate(Request):
    model_config = example({"note": "for the reviewers", "days": 30})

    note: str = Field(default="", max_length=200, description="For whom it is.")
    days: int | None = Field(default=None, ge=1, le=3650, description="So long it counts; null until it is revoked.")


class ShareLinkPublic(Answer):
    id: int
    note: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class ShareLinkCreated(ShareLinkPublic):
    secret: str = Field(description="What a script sends as `Authorization: Bearer`. It is shown only here.")
    url: str = Field(description="The link, which shows the run or experiment and nothing else.")


class SharedPublic(Answer):
    """What a link shows: one of the two."""

    run_id: int | None
    experiment_id: int | None
    has_success: bool = Field(description="Whether episodes of the run's suite succeed or fail.")
    expires_at: datetime | None
