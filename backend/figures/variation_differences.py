"""Where one arm or group beats another: the paired difference on each variation, with its interval over seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from gsl.backend.domain.comparison import default_pair
from gsl.backend.domain.comparison_types import Compared, TaskScores
from gsl.backend.domain.figure_data import BoolArray, FloatArray
from gsl.backend.figures.arms import FORMATS, METRIC_NAMES, any_run_evaluated, counted, translucent
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import ComparisonOptions, ExperimentFigure
from gsl.backend.figures.style import View, empty_figure, literal, new_figure, palette
from gsl.backend.store.figures.comparisons import task_scores
from gsl.method.statistics import CONFIDENCE, LEAST_SEEDS
from gsl.method.variation_statistics import variation_differences as differences_of
from gsl.protocol.api import ComparedMetric

MOST_ROWS = 40  # variations that get a row with their name
NO_PAIRS = "Both need successful, evaluated runs of the same task and seed."


@dataclass(frozen=True, eq=False)
class Paired:
    """Ours minus theirs, lowest first; arrays of shape (variations,). With too few pairs, bounds and p are NaN."""

    names: list[str]
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    adjusted: FloatArray
    pairs: int


def variation_differences(
    compared: Compared, tasks: Sequence[TaskScores], ours: str, theirs: str, metric: ComparedMetric, view: View
) -> Figure:
    """A row per variation, or, with many variations, a point each in the order of their differences."""
    paired = paired_differences(compared, tasks, ours, theirs)
    if paired is None:
        return empty_figure(view, f"No pairs of {literal(ours)} and {literal(theirs)} yet", NO_PAIRS)
    few = len(paired.names) <= MOST_ROWS
    figure = new_figure(view, height=150 + 22 * len(paired.names) if few else (400 if view.narrow else 480))
    for verdict, (name, colour, chosen) in enumerate(verdicts(paired, ours, theirs, view)):
        if chosen.any():
            _add_points(figure, paired, chosen, f"{int(chosen.sum())} {name}", colour, few, metric, verdict)
    _layout(figure, paired, ours, theirs, metric, few, view)
    return figure


def paired_differences(compared: Compared, tasks: Sequence[TaskScores], ours: str, theirs: str) -> Paired | None:
    """All tasks' variations together; corrected for many within each task. None without a common seed."""
    found = [pairs for task in tasks if (pairs := pairs_of_task(compared, task, ours, theirs)) is not None]
    if not found:
        return None
    estimate = np.concatenate([pairs.estimate for pairs in found])
    order = np.argsort(estimate, kind="stable")
    names = [name for pairs in found for name in pairs.names]
    low, high, adjusted = (
        np.concatenate([getattr(pairs, field) for pairs in found])[order] for field in ("low", "high", "adjusted")
    )
    fewest = min(pairs.pairs for pairs in found)
    return Paired([names[place] for place in order], estimate[order], low, high, adjusted, fewest)


def pairs_of_task(compared: Compared, task: TaskScores, ours: str, theirs: str) -> Paired | None:
    """In the order of the task's variations."""
    mine, other = task.by_seed(ours), task.by_seed(theirs)
    seeds = sorted(mine.keys() & other.keys())
    if not seeds:
        return None
    left, right = (np.stack([scores[seed] for seed in seeds]) for scores in (mine, other))
    names = variation_names(compared, task)
    if len(seeds) < LEAST_SEEDS["mean"]:
        nothing = np.full(len(names), np.nan)
        return Paired(names, (left - right).mean(axis=0), nothing, nothing, nothing, len(seeds))
    found = differences_of(left, right)
    return Paired(names, found.estimate, found.low, found.high, found.adjusted, found.pairs)


def variation_names(compared: Compared, task: TaskScores) -> list[str]:
    suite, prefix = compared.suites[task.task], f"{compared.tasks[task.task]}: " if len(compared.tasks) > 1 else ""
    return [literal(prefix + suite.variation_name(int(variation))) for variation in task.variations]


def verdicts(paired: Paired, ours: str, theirs: str, view: View) -> list[tuple[str, str, BoolArray]]:
    """Names, colours and members of the three verdicts; without intervals there are no verdicts."""
    colours = palette(view)
    significant = paired.adjusted <= 1 - CONFIDENCE  # NaN compares as False
    better, worse = significant & (paired.estimate > 0), significant & (paired.estimate < 0)
    return [
        ("undecided", colours.muted, ~(better | worse)),
        (f"better with {literal(ours)}", colours.gained, better),
        (f"better with {literal(theirs)}", colours.forgotten, worse),
    ]


def _add_points(
    figure: Figure, paired: Paired, chosen: BoolArray, name: str, colour: str, few: bool, metric: ComparedMetric,
    verdict: int,
) -> None:  # fmt: skip
    rank = np.arange(len(paired.names))[chosen]
    estimate, low, high = paired.estimate[chosen], paired.low[chosen], paired.high[chosen]
    form = FORMATS[metric]
    interval = (
        f", {CONFIDENCE:.0%} interval %{{customdata[1]:+{form}}} to %{{customdata[2]:+{form}}}<br>"
        f"p = %{{customdata[3]:.3f}} after correction, {counted(paired.pairs, 'seed')}"
    )
    if np.isnan(low).any():
        interval = f"<br>{counted(paired.pairs, 'seed')}, no interval"
    bounds = {
        "array": np.nan_to_num(high - estimate), "arrayminus": np.nan_to_num(estimate - low), "width": 0,
        "thickness": 2 if few else 1, "color": translucent(colour, 1 if few else 0.5 if verdict else 0.12),
    }  # fmt: skip
    across = {"x": estimate, "y": rank, "error_x": bounds} if few else {"x": rank, "y": estimate, "error_y": bounds}
    figure.add_scatter(
        **across, mode="markers", name=name, text=[paired.names[place] for place in rank], legendrank=verdict,
        marker={"size": 9 if few else 6 if verdict else 3, "color": colour}, showlegend=True,
        customdata=np.stack([estimate, low, high, paired.adjusted[chosen]], axis=1),
        hovertemplate=f"<b>%{{text}}</b><br>difference %{{customdata[0]:+{form}}}{interval}<extra></extra>",
    )  # fmt: skip


def _layout(
    figure: Figure, paired: Paired, ours: str, theirs: str, metric: ComparedMetric, few: bool, view: View
) -> None:
    title = f"{METRIC_NAMES[metric]}: {literal(ours)} − {literal(theirs)}, {counted(paired.pairs, 'seed')}"
    if paired.pairs < LEAST_SEEDS["mean"]:
        title += ", no intervals"
    difference: dict[str, object] = {
        "title": {"text": title}, "rangemode": "tozero", "zeroline": True, "zerolinewidth": 2,
        "zerolinecolor": palette(view).muted,
    }  # fmt: skip
    if metric == "success":
        difference["tickformat"] = "+.0%"
    rows = {"showgrid": False, "zeroline": False}
    if few:
        count = len(paired.names)
        names = {"tickmode": "array", "tickvals": list(range(count)), "ticktext": paired.names}
        figure.update_xaxes(difference)
        figure.update_yaxes(rows | names | {"range": [-0.6, count - 0.4]})
    else:
        figure.update_xaxes(rows | {"title": {"text": "Variations, in the order of their differences"}})
        figure.update_yaxes(difference)


def pair_of(compared: Compared, options: ComparisonOptions) -> tuple[str, str] | None:
    """The two groups of the figure; None where there are no two."""
    suggested = default_pair(compared)
    if suggested is None:
        return None
    ours, theirs = options.ours or suggested[0], options.theirs or suggested[1]
    if ours == theirs:
        others = [name for name in (*reversed(suggested), *compared.groups) if name != ours]
        ours, theirs = (ours, others[0]) if options.theirs is None else (others[0], theirs)
    return ours, theirs


Draw = Callable[[Compared, Sequence[TaskScores], str, str, ComparedMetric, View], Figure]
"""A figure of two groups by variation."""


def of_pair(draw: Draw) -> Callable[[Session, Compared, ComparisonOptions], Figure]:
    """Builds the figure of the pair that is chosen, or of the suggested one."""

    def build(session: Session, compared: Compared, options: ComparisonOptions) -> Figure:
        pair = pair_of(compared, options)
        if pair is None:
            return empty_figure(options.view, f"No second {compared.noun} yet", "This figure compares two.")
        tasks = task_scores(session, compared, options.metric, options.source, pair)
        return draw(compared, tasks, *pair, options.metric, options.view)

    return build


FIGURE = ExperimentFigure(
    name="variation_differences",
    title="Differences by variation",
    description="One minus the other on each variation, paired by seed, with intervals. Better and worse are "
    "corrected for multiple comparisons.",
    position=40,
    controls=("pair",),
    build=of_pair(variation_differences),
    ready=lambda compared: any_run_evaluated(compared) and len(compared.groups) > 1,
)
