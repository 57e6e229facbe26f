"""Figures as Plotly's own objects, which check every property: the server leaves that out, because it is slow."""

from typing import Any

import plotly.graph_objects as go

from gsl.backend.figures.figure import Figure


def checked(figure: Figure) -> go.Figure:
    """Raises `ValueError` at a property that Plotly does not know, and at a value that it may not have."""
    return go.Figure({"data": figure.data, "layout": figure.layout})


def check(document: dict[str, Any]) -> None:
    """The same for a figure that came as JSON."""
    go.Figure(document)
