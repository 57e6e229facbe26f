"""What a run measured and spent: returns, plateaus, ledger, events, figures."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from gsl.config.plateau import PlateauSettings
from gsl.protocol.api.base import Answer, Request
from gsl.protocol.jobs import Phase, Purpose
from gsl.protocol.metrics import Group
from gsl.protocol.reports import Source


class VariationReturnPublic(Answer):
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
    mark: str = Field(description="Note on an evaluation that was cut short or may have been; empty if it is complete.")


class ReturnsPublic(Answer):
    """Returns by variation: the latest estimates, or those of one epoch."""

    epochs: tuple[int, ...] = Field(
        description="Epochs that have returns of this source and job, for example for a slider; at most 500."
    )
    epoch: int | None
    cursor: int = Field(description="Pass as `after` to get only later returns.")
    items: tuple[VariationReturnPublic, ...]


class MetricInfo(Answer):
    """What a metric of training is; an unknown one is called by its name and has no meaning."""

    name: str
    title: str
    unit: str = Field(description="Empty if it has none; a share is between 0 and 1.")
    meaning: str
    group: Group = Field(
        description="Training; system: what a trainer takes of its machine; or other: what only plugins report."
    )


class MetricSeriesPublic(Answer):
    """One metric over one job, in the order of its epochs."""

    metric: str
    job_id: int
    job_key: str
    epochs: tuple[int, ...]
    steps: tuple[int, ...] = Field(description="Environment steps of the run after each epoch.")
    values: tuple[float | None, ...] = Field(description="Null where the value was not finite.")


class MetricsPublic(Answer):
    """Metrics of a run's training jobs, thinned so that the lowest and highest values of every stretch are kept."""

    metrics: tuple[MetricInfo, ...]
    series: tuple[MetricSeriesPublic, ...]


class ChartedRun(Answer):
    """A run whose metrics are laid over one another; with several, its colour tells it from the others."""

    id: int
    name: str
    suite: str
    colour: str


class MetricChart(Answer):
    """A small chart of one metric, without its heading."""

    name: str
    layout: dict[str, Any]
    traces: dict[int, list[dict[str, Any]]] = Field(
        description="By run, in Plotly's JSON format. A run that has not changed since `after` is left out."
    )


class MetricChartsPublic(Answer):
    """Charts of the metrics asked for, and what there is to ask for."""

    cursor: str = Field(description="Pass as `after` to get only the traces of runs that have changed.")
    runs: tuple[ChartedRun, ...]
    metrics: tuple[MetricInfo, ...] = Field(description="Those asked for that were reported; all if none was.")
    charts: tuple[MetricChart, ...]


class PlateauPublic(Answer):
    id: int
    job_id: int
    start_epoch: int
    detected_epoch: int
    start_steps: int
    detected_steps: int
    value: float
    best_later: float
    rise_bound: float | None = Field(
        default=None, description="Upper confidence bound of the trend's rise within the window; null in older runs."
    )
    margin: float
    window: int
    metric: str
    created_at: datetime
    rose_later: bool | None = Field(
        default=None,
        description="Only for baselines, which keep training after a plateau: whether the curve rose afterwards, as "
        "far as is known. Null in other runs.",
    )


class ReplayedPlateau(Answer):
    """What criterion H would have detected. Epochs count from 1 over all of the generalist's training."""

    start_epoch: int
    detected_epoch: int
    start_steps: int
    detected_steps: int
    value: float = Field(description="Smoothed value at the start.")
    best_later: float = Field(description="Highest smoothed value after the start within the window.")
    rise_bound: float | None = Field(description="Upper confidence bound of the trend's rise within the window.")
    margin: float = Field(description="Margin in the unit of the values.")
    window: int
    rose_later: bool | None = Field(
        description="Whether the curve rose afterwards, as far as it goes on; null if it ends here."
    )


class PlateauChanges(Request):
    """Settings of criterion H to try; those left out are the run's own."""

    metric: Literal["return", "success"] | None = None
    sigma: float | None = None
    window: int | None = None
    margin: float | None = None
    margin_mode: Literal["fraction", "absolute"] | None = None
    confidence: float | None = None
    min_epochs: int | None = None


class PlateauReplay(Answer):
    """Criterion H over the training that there is, with other settings."""

    settings: PlateauSettings = Field(description="Those of the run with the changes.")
    epochs: int = Field(description="Of the generalist, until the first gate; of a baseline, until its end.")
    stretch: int = Field(
        description="Epochs that each judged value is a mean over: 1, or more in runs of more than a thousand epochs."
    )
    steps: int = Field(description="Environment steps after these epochs.")
    total_steps: int = Field(description="The run's budget.")
    by_variation: bool = Field(
        description="Whether the run's own H watched means by variation, as it does with prioritised sampling. The "
        "replay has only the means of epochs."
    )
    detections: tuple[ReplayedPlateau, ...] = Field(description="In order; at the first one, a gate would have opened.")


class LedgerRow(Answer):
    phase: Phase
    job_id: int
    job_key: str
    purpose: Purpose
    steps: int


class LedgerPublic(Answer):
    rows: tuple[LedgerRow, ...]
    by_phase: dict[str, int] = Field(description="Steps that count towards the budget; measurements are not included.")
    by_purpose: dict[str, int] = Field(
        description="Steps that count towards the budget; measurements are not included."
    )
    total_steps: int
    spent_steps: int
    measured_steps: int = Field(
        description="Steps spent on measurements, outside the budget: nothing is learned or selected from them."
    )
    viewed_steps: int = Field(default=0, description="Steps spent on videos, outside the budget like measurements.")
    left_steps: int
    critical_path_steps: int = Field(
        description="Steps along the critical path: of specialists, which run side by side, only the longest counts."
    )


class EventPublic(Answer):
    id: int
    run_id: int | None
    job_id: int | None
    at: datetime
    who: str
    what: str
    detail: str


class Change(Answer):
    """Notice that something changed: its kind, and which run or worker. The data comes from the other routes."""

    what: str = Field(description="run, job, epoch, gate, artifact, worker, project or deleted.")
    run_id: int | None = None
    worker: str | None = None
    project_id: int | None = Field(default=None, description="Of the run; null if it belongs to none.")


RunTab = Literal["overview", "variations", "specialists", "results", "variation"]
FigureControl = Literal["metric", "epochs", "variations", "choice", "pair", "axis", "specialist"]


class FigureInfo(Answer):
    """A figure of a run or of an experiment, in the order in which the page shows them."""

    name: str
    title: str
    description: str
    ready: bool = Field(description="Whether there is data for it yet.")
    tab: RunTab | None = Field(
        description="The tab of the run's page that shows it, or its page of one variation; null for an experiment's "
        "figure, and where the page has something of its own instead."
    )
    controls: tuple[FigureControl, ...] = Field(
        description="What a viewer can choose: the `metric`, the `epochs`, the `pair` of arms or groups, the `axis`, "
        "one `specialist`, or a bar whose `variations` its customdata lists. With `choice` it follows the variations "
        "that are chosen."
    )
    optional: bool = Field(description="Whether the page leaves it out until it is ready.")


class FigurePublic(Answer):
    """A figure in Plotly's JSON format; numbers may be typed arrays (`dtype`, `bdata`)."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]
