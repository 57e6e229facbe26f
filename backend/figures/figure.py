"""A figure as Plotly writes it, in plain dicts.

Plotly's own objects check every property, which takes most of the time of a figure; the tests let them check every
figure instead. The methods are named as theirs.
"""

import base64
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic_core import to_json

Part = dict[str, Any]
"""A piece of a figure, such as a trace, an axis or a shape, with the names that Plotly has for its properties."""

_SMALL_INTEGERS = (np.int8, np.int16, np.int32)
_TYPES = {"int8": "i1", "int16": "i2", "int32": "i4", "float32": "f4", "float64": "f8"}


@dataclass
class Figure:
    """Traces, the lowest first, and what is around them. Arrays are NumPy's; NaN is a gap."""

    data: list[Part] = field(default_factory=list)
    layout: Part = field(default_factory=dict)

    def add_scatter(self, **trace: Any) -> None:
        self.data.append({"type": "scatter"} | trace)

    def add_bar(self, **trace: Any) -> None:
        self.data.append({"type": "bar"} | trace)

    def add_heatmap(self, **trace: Any) -> None:
        self.data.append({"type": "heatmap"} | trace)

    def update_layout(self, **parts: Any) -> None:
        """Of a part that is there already, only the properties that are given change."""
        self.layout = _merged(self.layout, parts)

    def update_xaxes(self, *axis: Part, **more: Any) -> None:
        for each in (*axis, more):
            self.update_layout(xaxis=each)

    def update_yaxes(self, *axis: Part, **more: Any) -> None:
        for each in (*axis, more):
            self.update_layout(yaxis=each)

    def add_annotation(self, **note: Any) -> None:
        self.layout.setdefault("annotations", []).append(note)

    def add_vline(self, x: float, annotation: Part | None = None, **shape: Any) -> None:
        """A line from bottom to top, whose annotation is beside its upper end."""
        self._add_shape({"type": "line", "x0": x, "x1": x} | shape)
        if annotation:
            self.add_annotation(**{"x": x, "xref": "x", "y": 1, "yref": "y domain", "showarrow": False} | annotation)

    def add_vrect(self, x0: float, x1: float, **shape: Any) -> None:
        """A band from bottom to top."""
        self._add_shape({"type": "rect", "x0": x0, "x1": x1} | shape)

    def _add_shape(self, shape: Part) -> None:
        spanning = {"xref": "x", "y0": 0, "y1": 1, "yref": "y domain"}
        self.layout.setdefault("shapes", []).append(spanning | shape)

    def to_json(self) -> bytes:
        """For plotly.js: arrays of numbers as its typed arrays, NaN as null."""
        return to_json({"data": self.data, "layout": self.layout}, inf_nan_mode="null", fallback=plain)


def _merged(old: Part, new: Part) -> Part:
    """Leaves both as they are."""
    both = {name: _merged(old[name], new[name]) for name in new if _is_dict(old.get(name)) and _is_dict(new[name])}
    return old | new | both


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def plain(value: Any) -> Any:
    """What pydantic's `to_json` does not know: NumPy's numbers and arrays."""
    if isinstance(value, np.ndarray) and value.size:
        return _typed_array(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be part of a figure")


def _typed_array(values: npt.NDArray[Any]) -> Any:
    """A list if plotly.js has no such type; integers of 64 bits, which it lacks, in the smallest type that fits."""
    if values.dtype == np.int64:
        values = values.astype(next((kind for kind in _SMALL_INTEGERS if _fits(values, kind)), np.int64))
    kind = _TYPES.get(values.dtype.name)
    if kind is None:
        return values.tolist()
    typed = {"dtype": kind, "bdata": base64.b64encode(values.tobytes()).decode()}
    return typed | ({"shape": ", ".join(map(str, values.shape))} if values.ndim > 1 else {})


def _fits(values: npt.NDArray[Any], kind: type[np.signedinteger[Any]]) -> bool:
    return bool(np.iinfo(kind).min <= values.min() and values.max() <= np.iinfo(kind).max)
