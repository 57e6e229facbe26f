"""What a run measured and spent: returns, plateaus, ledger, events, figures."""

from datetime import datetime
from typing import Any

from pydantic import Field

from gsl.protocol.api.base import Schema
from gsl.protocol.jobs import Phase, Purpose
from gsl.protocol.reports import Source


class VariationReturnPublic(Schema):
    job_id: int
    epoch: int
    variation: int
    name: str
    source: Source
    episodes: int
    mean_return: float | None
    std_return: float | None
    success_rate: float | None
    mean_length: float
    mark: str = Field(description="Of an evaluation that was cut, or was measured when it might have been; else empty.")


class ReturnsPublic(Schema):
    """Returns by variation: the latest estimates, or those of one epoch."""

    epochs: list[int] = Field(description="Epochs that have returns of this source and job, for a slider; at most 500.")
    epoch: int | None
    cursor: int = Field(description="Pass as `after` to get only what came later.")
    items: list[VariationReturnPublic]


class PlateauPublic(Schema):
    id: int
    job_id: int
    start_epoch: int
    detected_epoch: int
    start_steps: int
    detected_steps: int
    value: float
    best_later: float
    rise_bound: float | None = Field(
        default=None, description="Upper confidence bound of the trend's rise within the window; null in earlier runs."
    )
    margin: float
    window: int
    metric: str
    created_at: datetime
    rose_later: bool | None = Field(
        default=None,
        description="Of a baseline, which goes on after a plateau: whether its curve rose afterwards, as far as it is "
        "known. Null in other runs.",
    )


class LedgerRow(Schema):
    phase: Phase
    job_id: int
    job_key: str
    purpose: Purpose
    steps: int


class LedgerPublic(Schema):
    rows: list[LedgerRow]
    by_phase: dict[str, int] = Field(description="What counts, measurements left out.")
    by_purpose: dict[str, int] = Field(description="What counts, measurements left out.")
    total_steps: int
    spent_steps: int
    measured_steps: int = Field(
        description="Beside what was spent: steps from which nothing was learned and by which nothing was selected."
    )
    left_steps: int
    critical_path_steps: int = Field(description="Specialists run side by side, so only the longest counts.")


class EventPublic(Schema):
    id: int
    run_id: int | None
    job_id: int | None
    at: datetime
    who: str
    what: str
    detail: str


class FigureInfo(Schema):
    name: str
    title: str
    description: str
    ready: bool = Field(description="Whether the run has data for it yet.")


class FigurePublic(Schema):
    """A figure as Plotly takes it; numbers may be typed arrays (`dtype`, `bdata`)."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]
