"""Answers as the objects that notebooks draw and compute with, where the packages for them are installed."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LIBRARIES = ("polars", "pandas")
"""The first that is installed makes the frames."""


class NotInstalled(ImportError):
    """A package that this answer needs is not installed."""


def frame(rows: Sequence[BaseModel]) -> Any:
    """A DataFrame of polars, or else of pandas, with a column for each field. Raises NotInstalled."""
    fields = type(rows[0]).model_fields if rows else {}
    dumped = [row.model_dump(mode="python") for row in rows]
    return _library().DataFrame({name: [row[name] for row in dumped] for name in fields})


def figure(content: dict[str, Any]) -> "Figure":
    """Plotly JSON as a `plotly.graph_objects.Figure`. Raises NotInstalled."""
    try:
        from plotly.graph_objects import Figure
    except ModuleNotFoundError as error:
        raise NotInstalled("a figure needs the package plotly; figure_json needs none") from error
    return Figure(content)


def _library() -> Any:
    for name in LIBRARIES:
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    raise NotInstalled(f"a frame needs one of these packages: {', '.join(LIBRARIES)}")
