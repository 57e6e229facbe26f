"""Projects: what a group of people shares, and nobody else sees."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gsl.protocol.api.accounts import AccountName
from gsl.protocol.api.base import Answer, Request, example
from gsl.protocol.api.quotas import AllowancePublic

ProjectRole = Literal["viewer", "member"]
"""In a project, a viewer sees its runs and experiments; a member also launches, decides and changes."""

ProjectName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_Description = Annotated[str, Field(max_length=10_000)]


class ProjectCreate(Request):
    model_config = example({"name": "Maze paper", "description": "Runs of the first paper."})

    name: ProjectName
    description: _Description = ""


class ProjectUpdate(Request):
    model_config = example({"name": "Maze paper"})

    name: ProjectName | None = None
    description: _Description | None = None
    owner: AccountName | None = Field(default=None, description="A member, who takes the project over.")


class MemberSet(Request):
    model_config = example({"role": "member"})

    role: ProjectRole


class ProjectMemberPublic(Answer):
    name: str = Field(description="Of the account.")
    role: ProjectRole
    added_at: datetime


class ProjectPublic(AllowancePublic):
    id: int
    name: str
    description: str
    owner: str = Field(description="Name of the account that manages its members, as admins can, too.")
    created_at: datetime
    members: tuple[ProjectMemberPublic, ...]
    runs: int
    experiments: int
