"""The figures of a run: each a pure function of typed data and the viewer's wishes.

A new figure is one file with its function, the data it draws in `store.series_types`, the query that reads it in
`store`, and one entry here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go
from sqlmodel import Session

from backend.figures.before_after import before_after
from backend.figures.demonstrations import demonstrations
from backend.figures.learning_curve import learning_curve
from backend.figures.ledger import ledger
from backend.figures.specialists import specialists
from backend.figures.style import View
from backend.figures.variation_heatmap import variation_heatmap
from backend.figures.variation_histogram import variation_histogram
from backend.store.figures.curves import learning_curves, ledger_totals, specialist_series
from backend.store.figures.demonstrations import demonstrated
from backend.store.figures.heatmap import variation_progress
from backend.store.figures.readiness import FigureState
from backend.store.figures.snapshots import Moment, latest_snapshot, milestones, paired_scores, snapshots
from gsl.protocol.reports import Source


@dataclass(frozen=True)
class Wanted:
    """What a figure is asked to show: how, and for the histogram at which moments and from which episodes."""

    view: View = field(default_factory=View)
    moments: Sequence[Moment] = ()
    paper: bool = False
    source: Source | None = None


@dataclass(frozen=True)
class FigureSpec:
    """A figure's name and how it is read, built and known to have data."""

    name: str
    title: str
    description: str
    build: Callable[[Session, int, Wanted], go.Figure]
    ready: Callable[[FigureState], bool]


def _histogram(session: Session, run_id: int, wanted: Wanted) -> go.Figure:
    moments = milestones(session, run_id) if wanted.paper else wanted.moments
    if not moments:
        return variation_histogram(latest_snapshot(session, run_id, wanted.source), wanted.view)
    return variation_histogram(snapshots(session, run_id, moments, wanted.source), wanted.view)


_ALL = (
    FigureSpec(
        "learning_curve", "Learning curve",
        "Mean score over the run's environment steps: generalist, specialists where they branch off, fine-tuned "
        "generalist; fresh evaluations as points, a band from t* to T at each plateau.",
        lambda session, run_id, wanted: learning_curve(learning_curves(session, run_id), wanted.view),
        lambda state: state.epochs or state.evaluated,
    ),
    FigureSpec(
        "variation_histogram", "Returns by variation",
        "How many variations score how much, now or at chosen moments side by side; a bar's customdata lists them.",
        _histogram,
        lambda state: state.measured,
    ),
    FigureSpec(
        "variation_heatmap", "Variations over training",
        "Each variation's score over training, lowest at the end on top: what is learned when, never, or forgotten.",
        lambda session, run_id, wanted: variation_heatmap(variation_progress(session, run_id), wanted.view),
        lambda state: state.epochs and state.measured,
    ),
    FigureSpec(
        "before_after", "Before and after",
        "Each variation's score at the gate beside its score after fine-tuning: what was gained, what was forgotten.",
        lambda session, run_id, wanted: before_after(paired_scores(session, run_id), wanted.view),
        lambda state: state.approved and state.evaluated_after,
    ),
    FigureSpec(
        "specialists", "Specialists",
        "Each specialist's training score over its own steps; dashed, the generalist's evaluated mean there.",
        lambda session, run_id, wanted: specialists(specialist_series(session, run_id), wanted.view),
        lambda state: state.specialist_epochs,
    ),
    FigureSpec(
        "demonstrations", "Demonstrations",
        "Of each variation, how many episodes were tried and how many the filter kept; a cross where it kept none.",
        lambda session, run_id, wanted: demonstrations(demonstrated(session, run_id), wanted.view),
        lambda state: state.demonstrated,
    ),
    FigureSpec(
        "ledger", "Environment steps",
        "Where the environment steps went, by phase and purpose, against the budget; and the critical path.",
        lambda session, run_id, wanted: ledger(ledger_totals(session, run_id), wanted.view),
        lambda state: state.spent,
    ),
)  # fmt: skip

FIGURES: dict[str, FigureSpec] = {spec.name: spec for spec in _ALL}
