"""Runs that are tracked: a script keeps control of its training, and GSL Lab watches, judges and asks at the gate.

What it reports is stored as any run's is: epochs, returns, plateaus, the ledger. The script holds the job of its
training by an attempt and a lease, as a worker would. Here is what only such a run has besides.

A specialist's run has a parent, the run at whose gate it was approved.
"""

from typing import Any, TypedDict

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import json_column, reference
from gsl.method.plateau import DetectorState


class Watch(TypedDict):
    """Criterion H after the newest epoch of a job, so that the next one is judged without all those before it."""

    job: int
    detector: DetectorState


class TrackedRun(SQLModel, table=True):
    """What a run has besides, if its trainer is a script of somebody's own.

    The script finds its run by `key`, the name that it tracks: the newest one that has not ended. It finds the run of a
    specialist by its parent and its number there, which are unique, so that two starts at once do not launch it twice.
    """

    __tablename__ = "tracked_run"
    __table_args__ = (UniqueConstraint("parent_id", "number", name="uq_tracked_run_parent_number"),)

    run_id: int = reference("run.id", primary_key=True)
    key: str = Field(index=True)
    parent_id: int | None = reference("run.id", nullable=True, on_delete="SET NULL")
    number: int = 0  # of the specialist, from 1; 0 of a run without a parent
    ended: bool = False  # the script said that nothing more will come
    watch: dict[str, Any] | None = json_column(None)  # Watch
