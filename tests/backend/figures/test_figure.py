"""A figure is what Plotly makes of the same calls, without Plotly's checks."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from gsl.backend.figures.figure import Figure
from gsl.backend.figures.style import CIVIDIS, View
from tests.backend.figures.checked import checked
from tests.backend.figures.synthetic import MAZE
from tests.backend.figures.test_figures import BUILDERS

ARRAYS = (
    np.array([1, 2]), np.array([-128, 127]), np.array([0, 200]), np.array([-40_000, 7]), np.array([0, 2**40]),
    np.array([1.5, np.nan]), np.array([0.1], np.float32), np.array([[1, 2, 3], [4, 5, 6]]), np.array([]),
    np.array(["a", "b"]), np.arange(6.0).reshape(2, 3)[:, ::-1], [1.0, float("nan"), None], [np.int64(3)],
)  # fmt: skip


def plain(figure: Figure | go.Figure) -> dict[str, Any]:
    """As JSON, without the template that Plotly adds where there is none."""
    parsed: dict[str, Any] = json.loads(figure.to_json(), parse_constant=pytest.fail)
    parsed["layout"].pop("template", None)
    return parsed


@pytest.mark.parametrize("values", ARRAYS, ids=repr)
def test_arrays_are_what_plotly_makes_of_them(values: Any) -> None:
    figure = Figure()
    figure.add_scatter(y=values)
    assert plain(figure) == plain(checked(figure))


def test_its_methods_do_what_those_of_plotly_do() -> None:
    ours, theirs = Figure(), go.Figure()
    for figure in (ours, theirs):
        figure.add_bar(x=[1], y=[2])
        figure.update_layout(margin={"l": 1, "t": 2}, height=100)
        figure.update_layout(margin={"t": 3})
        figure.update_xaxes({"title": {"text": "steps"}}, nticks=4)
        figure.update_xaxes(title={"standoff": 1})
        figure.update_yaxes({"range": [0, 1]}, range=[0, 2])
        figure.add_vline(x=3, line={"width": 2}, annotation={"text": "budget", "yanchor": "top", "xanchor": "right"})
        figure.add_vrect(x0=1, x1=2, fillcolor="red", layer="below")
        figure.add_annotation(text="here", x=1, y=1, showarrow=False)
    assert plain(ours) == plain(theirs)


def test_what_is_merged_into_stays_as_it_was() -> None:
    axis = {"title": {"text": "steps"}}
    figure = Figure()
    figure.update_xaxes(axis)
    figure.update_xaxes(title={"standoff": 3})
    assert axis == {"title": {"text": "steps"}}


def test_what_is_no_json_is_refused() -> None:
    figure = Figure()
    figure.add_scatter(y={1, 2}, x=[object()])
    with pytest.raises(ValueError, match="object cannot be part of a figure"):
        figure.to_json()


def test_the_scale_of_colours_is_plotlys() -> None:
    heatmap = go.Heatmap(colorscale="Cividis")
    assert [colour for _, colour in heatmap.colorscale] == list(CIVIDIS)


@pytest.mark.parametrize("name", ["variation_histogram", "variation_heatmap", "before_after", "specialists"])
def test_names_with_markup_are_text(name: str) -> None:
    figure = BUILDERS[name](replace(MAZE, name="lr<3e-4>fast %{x}"), View(metric="success"))
    assert b"<3e-4>" not in figure.to_json()
    assert b"%{x}" not in figure.to_json().replace(b"%{x}<", b"")
    assert b"&lt;3e-4&gt;fast %&#123;x}" in figure.to_json()
