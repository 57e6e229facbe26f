"""Tables of projects, members, quotas and what is kept by name; columns of what is in a project or in the bin."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import BIG_ID, UtcDateTime, identity, json_column, now, reference, time_column


class OfProject(SQLModel):
    """Columns of what a project may own: runs and experiments.

    Without a foreign key, which SQLite cannot add to an existing table; a project is deleted only when it is empty.
    """

    project_id: int | None = Field(default=None, sa_type=BIG_ID, index=True)


class Binned(SQLModel):
    """Columns of what can be restored after its deletion."""

    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    deleted_by: str = Field(default="", sa_column_kwargs={"server_default": ""})  # name of the account


class Project(SQLModel, table=True):
    """What a group of people shares, and nobody else sees."""

    id: int | None = identity()
    name: str = Field(unique=True, index=True)
    description: str = ""
    owner: str  # name of the account that manages its members; it is one of them
    created_at: datetime = time_column()


class ProjectMember(SQLModel, table=True):
    """An account in a project."""

    __tablename__ = "project_member"

    project_id: int = reference("project.id", primary_key=True)
    account_id: int = reference("account.id", primary_key=True, index=True)
    role: str  # ProjectRole
    added_at: datetime = time_column()


class KeptByName(OfProject):
    """Columns of what a person keeps under a name; with a project, a shared one is its members' alone."""

    name: str
    owner: str  # name of the account
    shared: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class RunView(KeptByName, table=True):
    """A way to look at the list of runs."""

    __tablename__ = "run_view"
    __table_args__ = (UniqueConstraint("owner", "name", name="uq_run_view_owner_name"),)

    id: int | None = identity()
    content: dict[str, Any] = json_column()  # RunViewContent


class PlateauDefault(KeptByName, table=True):
    """Settings of criterion H that launches can begin with."""

    __tablename__ = "plateau_default"
    __table_args__ = (UniqueConstraint("owner", "name", name="uq_plateau_default_owner_name"),)

    id: int | None = identity()
    settings: dict[str, Any] = json_column()  # PlateauSettings


class Quota(SQLModel, table=True):
    """What an account or a project may use at most; null is unlimited."""

    id: int | None = identity()
    account_id: int | None = reference("account.id", nullable=True, unique=True, index=True)
    project_id: int | None = reference("project.id", nullable=True, unique=True, index=True)
    running_jobs: int | None = None  # at once
    steps_a_day: int | None = Field(default=None, sa_type=BigInteger)  # environment steps launched within 24 hours
    storage_bytes: int | None = Field(default=None, sa_type=BigInteger)  # of stored files
