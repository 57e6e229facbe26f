"""Figures that follow a choice of variations: few of them, and the thousand of a paper's run."""

import numpy as np
import pytest

from gsl.backend.figures.style import View
from gsl.backend.figures.variation_curves import MOST_LINES, variation_curves
from gsl.backend.figures.variation_heatmap import variation_heatmap
from gsl.backend.figures.variation_histogram import variation_histogram
from gsl.backend.figures.variation_steps import MOST_BARS, variation_steps
from tests.backend.figures import synthetic
from tests.backend.figures.checked import checked
from tests.backend.figures.synthetic import MAZE, PROCGEN


def test_histogram_shows_the_chosen_before_all_and_a_click_still_means_the_bin() -> None:
    data = synthetic.snapshots(PROCGEN)
    chosen = frozenset(range(0, 1024, 3))
    figure = checked(variation_histogram(data, View(metric="return"), chosen))
    everything, marked = figure.data[0], figure.data[1]
    assert list(marked.y) == [len(chosen & set(bar)) for bar in everything.customdata]
    assert [list(bar) for bar in marked.customdata] == [list(bar) for bar in everything.customdata]
    assert everything.opacity < 1
    assert len(figure.data) == 2 * len(data.panels)


def test_up_to_ten_variations_have_a_curve_each_and_a_thousand_a_band() -> None:
    data, view = synthetic.progress(PROCGEN, "return"), View(metric="return")
    few = checked(variation_curves(data.only(frozenset(range(MOST_LINES))), view))
    assert [trace.name for trace in few.data] == [data.names[number] for number in range(MOST_LINES)]
    many = checked(variation_curves(data, view))
    assert len(many.data) <= 3 * len(set(data.roles))
    median = next(trace for trace in many.data if trace.name.startswith("Median"))
    low, high = np.array(median.customdata, dtype=float).T
    assert (low <= np.array(median.y) + 1e-3).all()
    assert (high >= np.array(median.y) - 1e-3).all()


def test_steps_of_a_thousand_variations_share_bars_that_show_their_means() -> None:
    data = synthetic.spent_by_variation(PROCGEN)
    figure = checked(variation_steps(data, View()))
    bars = [trace for trace in figure.data if trace.y is not None]
    assert {len(trace.y) for trace in bars} == {MOST_BARS}
    each = sum(np.array(trace.y) for trace in bars) * len(data.variations) / MOST_BARS
    assert np.sum(each) == pytest.approx(data.steps.sum(), rel=1e-6)
    assert "% from the ledger" in figure.layout.xaxis.title.text


def test_heatmap_of_a_choice_has_its_rows_alone() -> None:
    data = synthetic.progress(MAZE, "success")
    heatmap = checked(variation_heatmap(data.only(frozenset({2, 5})), View(metric="success"))).data[0]
    assert set(heatmap.y) == {data.names[2], data.names[5]}
