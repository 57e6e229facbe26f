"""How a file of this folder registers its figure, so that the API and the page list it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from gsl.backend.domain.comparison_types import Compared
from gsl.backend.domain.run_axis import Axis
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.style import View
from gsl.backend.store.figures.readiness import FigureState
from gsl.backend.store.figures.snapshots import JobEpoch
from gsl.protocol.api import ComparedMetric, ComparedSource, FigureControl, RunTab
from gsl.protocol.api.sweeps import SweepPublic
from gsl.protocol.reports import Source


@dataclass(frozen=True)
class RunOptions:
    """How the viewer wants a run's figure: its look, which variations (None: all), and for the histogram which epochs
    and which episodes."""

    view: View = field(default_factory=View)
    epochs: Sequence[JobEpoch] = ()
    paper: bool = False
    source: Source | None = None
    axis: Axis = "total"
    specialist: str | None = None  # the only one to draw, `1-12` for the 12th of the first cycle
    chosen: frozenset[int] | None = None


@dataclass(frozen=True)
class ComparisonOptions:
    """How the viewer wants a comparison's figure; `ours` and `theirs` are groups, None for the suggested pair."""

    metric: ComparedMetric = "score"
    source: ComparedSource = "evaluation"
    view: View = field(default_factory=View)
    ours: str | None = None
    theirs: str | None = None
    axis: Axis = "total"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A figure's name in the API, its heading and help on the page, and its place among the others."""

    name: str
    title: str
    description: str
    position: int
    controls: tuple[FigureControl, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunFigure(Registration):
    """A figure of a run: where the page shows it, how it is built and whether the run has data for it."""

    tab: RunTab | None  # None if the page has something of its own for it
    build: Callable[[Session, int, RunOptions], Figure]
    ready: Callable[[FigureState], bool]
    optional: bool = False  # left out by the page until it is ready


@dataclass(frozen=True, kw_only=True)
class ExperimentFigure(Registration):
    """A figure of a comparison, as of an experiment's arms: how it is built and whether there is data for it."""

    build: Callable[[Session, Compared, ComparisonOptions], Figure]
    ready: Callable[[Compared], bool]


@dataclass(frozen=True, kw_only=True)
class SweepFigure(Registration):
    """A figure of a sweep: how it is built and whether there is data for it."""

    build: Callable[[SweepPublic, View], Figure]
    ready: Callable[[SweepPublic], bool]
