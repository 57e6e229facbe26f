"""What was exported of each run, so that a server that stops goes on where it was, and writes nothing twice."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, column
from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import JSON_TYPE, reference, steps_column, time_column

CHOSEN = column("exporters").is_not(None)
"""Runs that choose for themselves."""


class Exported(SQLModel):
    """Columns of what is exported: a run."""

    exporters: list[str] | None = Field(default=None, sa_type=JSON_TYPE, nullable=True)
    """Those chosen for it; null: those of the server's settings."""


class RunExport(SQLModel, table=True):
    """How far a run has been exported in one format. It is up to date if revision and status are the run's."""

    __tablename__ = "run_export"

    run_id: int = reference("run.id", primary_key=True)
    exporter: str = Field(primary_key=True)
    folder: str  # of the run; stays when the run is renamed
    revision: int = Field(default=-1, sa_column=Column(BigInteger, nullable=False))
    status: str = ""
    size: int = steps_column()  # bytes of the file about the run as a whole
    # The last try
    exported_at: datetime | None = time_column(nullable=True)
    error: str | None = None  # null after one that succeeded
    next_at: datetime = time_column()
    claimed_until: datetime | None = time_column(nullable=True)  # by one process at a time; runs out when that dies


class ExportCursor(SQLModel, table=True):
    """How far a job has been exported in one format, and what its trainer has taken back since."""

    __tablename__ = "export_cursor"

    job_id: int = reference("job.id", primary_key=True)
    exporter: str = Field(primary_key=True)
    place: int = Field(default=-1, sa_column=Column(BigInteger, nullable=False))  # see `gsl.exporters.points.Point`
    size: int = steps_column()  # bytes of its file
    rewound_to: int | None = None  # the epoch from which the trainer went on, until the file says so
    rewinds: int = 0  # how often it did, so that none is overlooked
