"""A small chart for each metric, which shows the values it was given."""

from dataclasses import replace

import numpy as np
import pytest

from gsl.backend.figures.style import PALETTES, View
from gsl.backend.figures.training_metrics import LETTER, training_metrics
from gsl.protocol.metrics import METRICS
from tests.backend.figures.checked import checked
from tests.backend.figures.synthetic import MAZE, PROCGEN, learning, metrics, series

GENERALIST, *SPECIALISTS, FINETUNED = learning(MAZE).curves


def test_every_metric_has_a_panel_with_its_lines_in_the_colours_of_their_roles() -> None:
    drawn = checked(training_metrics(metrics(MAZE), View()))
    panels = [trace for trace in drawn.data if trace.xaxis == "x2"]
    assert [trace.name for trace in panels] == ["Specialists", "Generalist", "Fine-tuned"]
    colours = PALETTES["light"]
    assert [trace.line.color for trace in panels] == [colours.specialist, colours.generalist, colours.finetune]
    assert panels[0].opacity < panels[1].opacity
    assert panels[0].line.width < panels[1].line.width
    assert np.isnan(panels[0].y).sum() == len(SPECIALISTS)  # each ends in a gap
    assert len({trace.xaxis for trace in drawn.data}) == 14
    assert sum(bool(trace.showlegend) for trace in drawn.data) == 3


def test_a_line_runs_over_the_steps_of_the_run_and_a_gap_stays_where_nothing_was_finite() -> None:
    one = series("entropy", FINETUNED, 1.0)
    values = one.values.copy()
    values[5] = np.nan
    [trace] = checked(training_metrics([replace(one, values=values)], View())).data
    assert trace.x[:-1].tolist() == FINETUNED.steps[trace.customdata[:-1, 0].astype(int) - 1].tolist()
    np.testing.assert_allclose(trace.y[:-1], values[trace.customdata[:-1, 0].astype(int) - 1], rtol=1e-6)


@pytest.mark.parametrize("level", [0.00025, 0.0, -3.0])
def test_a_constant_is_read_off_its_axis(level: float) -> None:
    one = series("learning_rate", GENERALIST, 0.0)
    drawn = checked(training_metrics([replace(one, values=np.full(len(one.epochs), level))], View()))
    low, high = drawn.layout.yaxis.range
    assert low < level < high
    assert high - low <= max(2.0 * (level == 0.0), abs(level))


def test_an_unknown_metric_is_last_and_shown_as_it_is() -> None:
    titles = [note.text for note in checked(training_metrics(metrics(MAZE), View())).layout.annotations[1:]]
    assert titles[-1].startswith("<b>advantage_of_&lt;b&gt;</b>")
    known = list(METRICS.values())[:13]
    assert [each.title in title for each, title in zip(known, titles, strict=False)] == [True] * 13


@pytest.mark.parametrize(("width", "columns"), [(310, 1), (700, 2), (1240, 3)])
def test_titles_fit_above_their_panels(width: int, columns: int) -> None:
    every = [series(name, GENERALIST, 1.0) for name in [*METRICS, "x" * 300]]
    drawn = checked(training_metrics(every, View(width=width)))
    lefts = {round(drawn.layout[axis].domain[0], 6) for axis in drawn.layout if axis.startswith("xaxis")}
    assert len(lefts) == columns
    room = (width - 72) / columns
    for note in drawn.layout.annotations[1:]:
        lines = note.text.replace("<b>", "").replace("</b>", "").split("<br>")
        assert max(len(line) for line in lines if line != "&nbsp;") * LETTER <= room


def test_many_specialists_stay_within_the_points_of_a_panel() -> None:
    drawn = checked(training_metrics(metrics(PROCGEN), View()))
    assert sum(len(trace.x) for trace in drawn.data if trace.xaxis == "x") < 75 * 13 + 2 * 241
