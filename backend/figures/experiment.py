"""The figures of an experiment: each a pure function of typed data and the viewer's wishes, as those of a run."""

from collections.abc import Callable
from dataclasses import dataclass, field

import plotly.graph_objects as go
from sqlmodel import Session

from backend.domain.comparison import default_pair
from backend.domain.comparison_types import Compared
from backend.figures.arm_curves import arm_curves
from backend.figures.arm_scores import arm_scores
from backend.figures.empty import empty_figure
from backend.figures.performance_profile import performance_profile
from backend.figures.style import View
from backend.figures.variation_differences import variation_differences
from backend.store.figures.arm_curves import run_curves
from backend.store.figures.comparisons import outcomes, task_scores
from gsl.protocol.api import ComparedMetric, ComparedSource


@dataclass(frozen=True)
class Compare:
    """What a figure of an experiment is asked to show; `ours` and `theirs` are arms, None for those that suggest
    themselves."""

    metric: ComparedMetric = "score"
    source: ComparedSource = "evaluation"
    view: View = field(default_factory=View)
    ours: str | None = None
    theirs: str | None = None


@dataclass(frozen=True)
class ExperimentFigure:
    """A figure's name and how it is read, built and known to have data."""

    name: str
    title: str
    description: str
    build: Callable[[Session, Compared, Compare], go.Figure]
    ready: Callable[[Compared], bool]


def pair_of(compared: Compared, wanted: Compare) -> tuple[str, str] | None:
    """The two arms of a figure of differences; None where the experiment has no two."""
    suggested = default_pair(compared)
    if suggested is None:
        return None
    ours, theirs = wanted.ours or suggested[0], wanted.theirs or suggested[1]
    if ours == theirs:
        others = [name for name in (*reversed(suggested), *compared.arms) if name != ours]
        ours, theirs = (ours, others[0]) if wanted.theirs is None else (others[0], theirs)
    return ours, theirs


def _scores(session: Session, compared: Compared, wanted: Compare) -> go.Figure:
    return arm_scores(outcomes(session, compared, wanted.metric, wanted.source), wanted.view)


def _profile(session: Session, compared: Compared, wanted: Compare) -> go.Figure:
    tasks = task_scores(session, compared, wanted.metric, wanted.source, compared.arms)
    return performance_profile(tasks, compared.arms, wanted.metric, wanted.view)


def _differences(session: Session, compared: Compared, wanted: Compare) -> go.Figure:
    pair = pair_of(compared, wanted)
    if pair is None:
        return empty_figure(wanted.view, "No second arm yet", "Differences are those between two arms.")
    tasks = task_scores(session, compared, wanted.metric, wanted.source, pair)
    return variation_differences(compared, tasks, *pair, wanted.metric, wanted.view)


def _ended_well(compared: Compared) -> bool:
    return any(run.status == "succeeded" and run.evaluation for run in compared.runs)


_ALL = (
    ExperimentFigure(
        "arm_curves", "Training curves of the arms",
        "Mean over seeds with its interval as a band, over environment steps with everything counted: specialists, "
        "evaluations and demonstrations too. Runs that failed end in a cross.",
        lambda session, compared, wanted: arm_curves(
            run_curves(session, compared, wanted.metric), wanted.metric, wanted.view
        ),
        lambda compared: any(run.spent_steps for run in compared.runs),
    ),
    ExperimentFigure(
        "arm_scores", "Scores of the arms",
        "Every seed's last evaluation, the interquartile mean with its interval, and mean ± std "
        "as in a paper's table. Runs that failed are counted at the arm's name.",
        _scores, _ended_well,
    ),
    ExperimentFigure(
        "performance_profile", "Performance profile",
        "Which share of the variations each arm brings above a score; the band is an interval over seeds.",
        _profile, _ended_well,
    ),
    ExperimentFigure(
        "variation_differences", "Differences by variation",
        "One arm minus another on each variation, paired by seed, with intervals; what counts as better or worse is "
        "corrected for looking at many variations.",
        _differences,
        lambda compared: _ended_well(compared) and len(compared.arms) > 1,
    ),
)  # fmt: skip

EXPERIMENT_FIGURES: dict[str, ExperimentFigure] = {spec.name: spec for spec in _ALL}
