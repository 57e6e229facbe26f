"""Each figure shows the numbers it was given, in both themes, small and large, full and empty."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from gsl.backend.domain.figure_data import (
    Demonstrated,
    LearningCurves,
    LedgerTotals,
    Measured,
    Metric,
    PairedScores,
    Scores,
    Snapshots,
)
from gsl.backend.figures.before_after import before_after
from gsl.backend.figures.demonstrations import demonstrations
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.learning_curve import learning_curve
from gsl.backend.figures.ledger import ledger
from gsl.backend.figures.specialists import specialists
from gsl.backend.figures.style import PALETTES, Theme, View
from gsl.backend.figures.training_metrics import training_metrics
from gsl.backend.figures.variation_curves import variation_curves
from gsl.backend.figures.variation_heatmap import MAX_ROWS, variation_heatmap
from gsl.backend.figures.variation_histogram import bin_edges, bins_of, variation_histogram
from gsl.backend.figures.variation_steps import variation_steps
from tests.backend.figures import synthetic
from tests.backend.figures.checked import checked
from tests.backend.figures.synthetic import MAZE, PROCGEN, Shape

BUILDERS: dict[str, Callable[[Shape, View], Figure]] = {
    "learning_curve": lambda shape, view: learning_curve(synthetic.learning(shape), view),
    "variation_histogram": lambda shape, view: variation_histogram(synthetic.snapshots(shape), view),
    "variation_heatmap": lambda shape, view: variation_heatmap(synthetic.progress(shape, view.metric), view),
    "variation_curves": lambda shape, view: variation_curves(synthetic.progress(shape, view.metric), view),
    "before_after": lambda shape, view: before_after(synthetic.pairs(shape), view),
    "specialists": lambda shape, view: specialists(synthetic.specialist_series(shape), view),
    "training_metrics": lambda shape, view: training_metrics(synthetic.metrics(shape), view),
    "demonstrations": lambda shape, view: demonstrations(synthetic.shown(shape), view),
    "ledger": lambda shape, view: ledger(synthetic.spent(shape), view),
    "variation_steps": lambda shape, view: variation_steps(synthetic.spent_by_variation(shape), view),
}
CARTESIAN = {"scatter", "bar", "heatmap"}  # what the page's Plotly bundle draws


def document(figure: Figure) -> dict[str, Any]:
    """The figure as the page gets it; a NaN outside typed arrays would not be JSON."""
    parsed: dict[str, Any] = json.loads(figure.to_json(), parse_constant=pytest.fail)
    return parsed


def annotations(figure: go.Figure) -> str:
    """What the figure says beside its marks, the title first."""
    return " ".join([figure.layout.title.text or "", *(annotation.text for annotation in figure.layout.annotations)])


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def counts_of(figure: go.Figure) -> list[str]:
    """How many variations were gained, forgotten, and neither: the first line above the figure."""
    return numbers(annotations(figure).split("<br>")[0])


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("theme", list(PALETTES))
@pytest.mark.parametrize("name", list(BUILDERS))
def test_it_is_json_the_page_can_draw(name: str, theme: Theme, width: int) -> None:
    figure = BUILDERS[name](MAZE, View(theme=theme, metric="success", width=width))
    drawn = document(figure)
    assert drawn == json.loads(checked(figure).to_json())
    assert {trace["type"] for trace in drawn["data"]} <= CARTESIAN
    assert drawn["layout"]["height"] > 0
    assert "width" not in drawn["layout"]
    assert drawn["layout"]["template"]["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"


@pytest.mark.parametrize("name", list(BUILDERS))
def test_a_run_of_the_papers_size_stays_small(name: str) -> None:
    assert len(BUILDERS[name](PROCGEN, View(metric="return")).to_json()) < 600_000


@pytest.mark.parametrize("metric", ["return", "success"])
def test_nothing_yet_says_what_comes_when(metric: Metric) -> None:
    view = View(metric=metric)
    none = np.full((3, 0), np.nan)
    nothing = np.empty(0, np.int64)
    nobody = Scores(np.full(10, np.nan), np.full(10, np.nan))
    progress = replace(synthetic.progress(MAZE), starts=np.array([]), ends=np.array([]), roles=(), scores=none)
    for figure in (
        checked(learning_curve(LearningCurves((), (), (), 1000, 3.0), view)),
        checked(variation_histogram(Snapshots((), {}, (0, 1)), view)),
        checked(variation_heatmap(progress, view)),
        checked(before_after(replace(synthetic.pairs(MAZE), after=synthetic.measured(nobody, 0, 0.0)), view)),
        checked(specialists((), view)),
        checked(training_metrics((), view)),
        checked(ledger(LedgerTotals((), 1000, 0), view)),
        checked(demonstrations(Demonstrated((), nothing, nothing, nothing, nothing, np.empty(0)), view)),
    ):
        assert not figure.data
        assert len(annotations(figure)) > 30


@pytest.mark.parametrize("name", ["learning_curve", "variation_histogram", "specialists"])
def test_a_suite_without_success_says_so(name: str) -> None:
    figure = checked(BUILDERS[name](PROCGEN, View(metric="success")))
    assert not figure.data
    assert "success" in annotations(figure)


def test_demonstrations_mark_the_variations_of_which_none_was_kept() -> None:
    figure = checked(demonstrations(synthetic.shown(MAZE), View()))
    tried, kept, none = figure.data
    assert list(tried.y) == [50] * 10
    assert list(kept.y) == [0] + [20] * 9
    assert list(none.x) == [0]
    assert numbers(figure.layout.xaxis.title.text) == ["180", "500", "1", "10"]
    assert list(kept.customdata[0]) == ["goal 0", "specialist 1", "0", "50", "none"]
    assert list(kept.customdata[9])[1] == "the generalist"


def test_learning_curve_branches_specialists_and_bars_the_plateau() -> None:
    data = synthetic.learning(MAZE)
    figure = checked(learning_curve(data, View()))
    by_name = {trace.name: trace for trace in figure.data if trace.name}
    branch = MAZE.epoch_steps * MAZE.generalist_epochs
    steps = np.array(by_name["Specialists"].x, dtype=float)
    assert np.nanmin(steps) == branch + MAZE.epoch_steps
    assert np.isnan(steps).sum() == MAZE.specialists  # the lines of the specialists do not join
    bars = {shape.x0 for shape in figure.layout.shapes if shape.type == "line"}
    assert bars == {data.plateaus[0].start_steps, data.plateaus[0].detected_steps}
    assert [annotation.text for annotation in figure.layout.annotations] == ["t*", "T"]
    assert "0.559" in figure.layout.annotations[0].hovertext
    assert {"Generalist", "Fine-tuned", "Evaluation", "Held-out evaluation"} <= set(by_name)


def test_many_specialists_are_a_band_with_median_best_and_worst_or_one_alone() -> None:
    data = synthetic.learning(PROCGEN)
    by_name = {trace.name: trace for trace in checked(learning_curve(data, View())).data if trace.name}
    [middle] = [trace for name, trace in by_name.items() if name.startswith("Median of 75")]
    low, high = min(by_name["Band"].y), max(by_name["Band"].y)
    assert low < np.min(middle.y) < np.max(middle.y) < high
    ends = {curve.index: curve.scores.returns[-10:].mean() for curve in data.curves if curve.role == "specialist"}
    [best], [worst] = ([name for name in by_name if name.startswith(what)] for what in ("Best", "Worst"))
    assert ends[int(numbers(best)[0])] > 0.9 * max(ends.values())
    assert ends[int(numbers(worst)[0])] < 1.1 * min(ends.values())
    alone = {trace.name for trace in checked(learning_curve(data, View(), alone="1-12")).data}
    assert "Specialist 12" in alone
    assert not any(name.startswith(("Median", "Best", "Band")) for name in alone if name)
    assert len(checked(specialists(synthetic.specialist_series(PROCGEN), View(), alone="1-12")).data) == 2


def test_roles_have_the_same_colour_everywhere() -> None:
    view = View(metric="success")
    curves = {trace.name: trace for trace in checked(learning_curve(synthetic.learning(MAZE), view)).data if trace.name}
    panels = checked(variation_histogram(synthetic.snapshots(MAZE), view)).data
    small = checked(specialists(synthetic.specialist_series(MAZE), view)).data[0]
    assert panels[0].marker.color == curves["Generalist"].line.color
    assert panels[-1].marker.color == curves["Fine-tuned"].line.color
    assert small.line.color == curves["Specialists"].line.color


def test_histogram_counts_every_variation_once_and_names_them() -> None:
    data = synthetic.snapshots(PROCGEN)
    figure = checked(variation_histogram(data, View(metric="return")))
    for trace, panel in zip(figure.data, data.panels, strict=True):
        members = [list(bar) for bar in trace.customdata]
        assert [len(bar) for bar in members] == list(trace.y)
        assert sorted(variation for bar in members for variation in bar) == panel.variations.tolist()
        assert list(trace.x) == list(figure.data[0].x)
    assert figure.layout.yaxis.range[1] >= max(max(trace.y) for trace in figure.data)


def test_few_variations_are_counted_in_whole_numbers() -> None:
    few, many = (
        checked(variation_histogram(synthetic.snapshots(shape), View(metric="return")))
        for shape in (replace(MAZE, variations=4), PROCGEN)
    )
    assert few.layout.yaxis.dtick == 1
    for axis in (few.layout.yaxis, many.layout.yaxis):
        assert axis.dtick == int(axis.dtick)
        assert axis.range[1] % axis.dtick == 0


def test_success_bins_hold_their_lower_edge_and_the_last_its_upper() -> None:
    values = np.array([0.0, 0.1, 0.3, 0.6, 0.7, 0.95, 1.0, np.nan])
    edges = bin_edges([values], "success", (0, 1))
    assert bins_of(values, edges).tolist() == [0, 1, 3, 6, 7, 9, 9, -1]


def test_return_bins_are_round_and_cover_what_leaves_the_suites_range() -> None:
    edges = bin_edges([np.array([-3.0, 41.5])], "return", (1, 40))
    assert edges[0] <= -3
    assert edges[-1] >= 41.5
    assert np.allclose(np.diff(edges), 2.5)
    assert bin_edges([np.array([0.0])], "return", (0, 0)).tolist() == [0, 1]


def test_heatmap_sorts_by_the_end_and_shares_rows() -> None:
    few, many = (checked(variation_heatmap(synthetic.progress(shape), View())).data[0] for shape in (MAZE, PROCGEN))
    last = np.array(few.z)[:, -1]
    assert (np.diff(last) <= 1e-9).all()  # drawn from the bottom: the lowest is on top
    assert sorted(few.y) == sorted(synthetic.names(MAZE).values())
    assert np.array(many.z).shape[0] == MAX_ROWS
    assert len(few.x) == np.array(few.z).shape[1] + 1
    assert np.isnan(np.array(few.z)).all(axis=0).sum() == 1  # where the specialists spent their steps


def test_before_after_counts_what_the_episodes_support() -> None:
    """Of 20 episodes: 0 to 100 % and 20 to 90 % are sure gains, 50 to 10 % is sure loss, 90 to 100 % may be chance."""
    before = np.array([0.0, 0.5, 0.5, 0.9, 1.0, 0.2, 0.2, 0.2, 0.2, np.nan])
    after = np.array([1.0, 0.55, 0.1, 1.0, 1.0, 0.9, 0.9, 0.9, 0.9, 1.0])
    sides = [synthetic.measured(Scores(values, values), 20, 0.3) for values in (before, after)]
    data = replace(synthetic.pairs(MAZE), before=sides[0], after=sides[1], specialised=frozenset({0, 1, 2}))
    figure = checked(before_after(data, View(metric="success")))
    assert counts_of(figure) == ["5", "1", "3"]
    mean = float(np.nanmean((after - before)[:-1]))
    found = re.search(r"<br>mean \+(\d+)% over 9 variations \(95% interval [+−]\d+% to \+\d+%\)", annotations(figure))
    assert found is not None
    assert int(found[1]) == round(100 * mean)
    assert "mean +22% over 3 variations" in annotations(figure)
    assert "⚠" not in annotations(figure)
    assert len(figure.layout.yaxis.ticktext) == 9
    hovers = [text for trace in figure.data if trace.customdata is not None for text in trace.customdata]
    assert any("20 and 20 episodes" in text and "corrected p" in text for text in hovers)


def test_before_after_of_an_unchanged_policy_counts_nothing() -> None:
    rng = np.random.default_rng(0)
    levels = rng.uniform(0, 1, 40)
    sides = []
    for _ in range(2):
        played = rng.random((40, 10)) < levels[:, None]
        rates = played.mean(axis=1)
        sides.append(Measured(Scores(rates, rates), np.full(40, 10.0), played.std(axis=1, ddof=1)))
    names = {number: str(number) for number in range(40)}
    data = PairedScores(np.arange(40), names, sides[0], sides[1], frozenset(), final=True, fresh=True)
    metrics: tuple[Metric, ...] = ("return", "success")
    for metric in metrics:
        assert counts_of(checked(before_after(data, View(metric=metric)))) == ["0", "0", "40"]


@pytest.mark.parametrize("narrow", [True, False])
def test_a_before_that_selected_the_variations_is_marked(narrow: bool) -> None:
    view = View(metric="success", width=390 if narrow else 1200)
    assert "⚠" in annotations(checked(before_after(replace(synthetic.pairs(MAZE), fresh=False), view)))
    assert "⚠" not in annotations(checked(before_after(replace(synthetic.pairs(MAZE), fresh=True), view)))
    selected = synthetic.specialist_series(MAZE)
    fresh = tuple(replace(series, fresh=True) for series in selected)
    biased, fair = ({trace.name for trace in checked(specialists(data, view)).data} for data in (selected, fresh))
    assert biased != fair


def test_many_pairs_become_points_beside_the_diagonal() -> None:
    figure = checked(before_after(synthetic.pairs(PROCGEN), View(metric="return")))
    assert sum(len(trace.x) for trace in figure.data[1:]) == PROCGEN.variations
    assert list(figure.data[0].x) == list(figure.data[0].y)


def test_seventy_five_specialists_fit_into_any_width() -> None:
    series = synthetic.specialist_series(PROCGEN)
    for width, columns in ((366, 2), (700, 4), (1400, 8)):
        layout = checked(specialists(series, View(width=width))).layout
        lefts = {layout[f"xaxis{number or ''}"].domain[0] for number in (0, *range(2, 76))}
        assert len(lefts) == columns
    assert "74 of 75" in annotations(checked(specialists(series, View())))


def test_ledger_stairs_end_at_what_was_spent() -> None:
    data = synthetic.spent(MAZE)
    figure = checked(ledger(data, View()))
    pieces = [bar for bar in figure.data if bar.base is not None]
    ends = [bar.base[0] + bar.x[0] for bar in pieces]
    total = sum(row.steps for row in data.spent)
    assert max(ends) == total
    assert sum(bar.x[0] for bar in pieces) == total
    assert f"{data.total_steps - total:,} left" in figure.data[-1].hovertext[0]
    assert figure.data[-1].x[1] == data.critical_path_steps
