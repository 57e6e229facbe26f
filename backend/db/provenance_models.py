"""What jobs are made with. A job has a row for each change: from that epoch on, until the next row.

JSON columns hold what `gsl.protocol.reports.ProvenanceReport` says of them.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import json_column, reference, time_column


class JobProvenance(SQLModel, table=True):
    """Packages, code, device, seeds and command of a job's trainer, when it started or resumed after an epoch."""

    __tablename__ = "job_provenance"

    job_id: int = reference("job.id", primary_key=True)
    epoch: int = Field(primary_key=True)
    at: datetime = time_column()
    # The job's own
    command: str
    seeds: dict[str, int] = json_column()  # of "run" and "job"
    # The machine's
    machine: str
    system: str
    python: str
    processor: str
    device: str
    driver: str  # empty on a CPU
    # The code's
    packages: dict[str, str] = json_column()  # version by name
    sources: list[dict[str, Any]] = json_column()  # list of SourceState


CONTENT = tuple(name for name in JobProvenance.model_fields if name not in ("job_id", "epoch", "at"))
"""Columns that say what the job is made with."""
SHARED = tuple(name for name in CONTENT if name not in ("command", "seeds"))
"""Those in which jobs of one run usually agree."""
