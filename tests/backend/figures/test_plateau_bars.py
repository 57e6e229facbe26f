"""Plateaus in a learning curve: their names where there is room, what they say, and none."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from gsl.backend.figures.learning_curve import learning_curve
from gsl.backend.figures.style import View
from tests.backend.figures import synthetic
from tests.backend.figures.checked import checked
from tests.backend.figures.synthetic import MAZE


def test_a_run_without_a_plateau_has_a_curve_without_bars() -> None:
    figure = checked(learning_curve(replace(synthetic.learning(MAZE), plateaus=()), View()))
    assert not figure.layout.annotations
    assert not [shape for shape in figure.layout.shapes if shape.type == "rect"]


@pytest.mark.parametrize("width", [340, 900])
def test_names_of_many_plateaus_do_not_cover_one_another(width: int) -> None:
    data = synthetic.learning(MAZE)
    last = data.curves[0].steps.max()
    many = [
        replace(data.plateaus[0], start_steps=int(start), detected_steps=int(start + last // 10), rose_later=True)
        for start in np.linspace(0, 0.9 * last, 8)
    ]
    figure = checked(learning_curve(replace(data, plateaus=tuple(many)), View(width=width)))
    assert len([shape for shape in figure.layout.shapes if shape.type == "rect"]) == 8  # every band is there
    _, end = figure.layout.xaxis.range
    taken = []
    for name in figure.layout.annotations:
        at, size = name.x / end * (width - 90), 7 * len(name.text)
        taken.append((at - size, at) if name.xanchor == "right" else (at, at + size))
    assert all(right <= left for (_, right), (left, _) in itertools.pairwise(sorted(taken)))
    assert {name.text for name in figure.layout.annotations} >= {"t*", "T"}


@pytest.mark.parametrize(("rose", "label"), [(True, "T: rose later"), (False, "T"), (None, "T")])
def test_a_baselines_plateau_says_whether_the_curve_rose_later(rose: bool | None, label: str) -> None:
    data = synthetic.learning(MAZE)
    known = replace(data, plateaus=(replace(data.plateaus[0], rose_later=rose, rise_bound=0.01),))
    begin, end = checked(learning_curve(known, View())).layout.annotations
    assert (begin.text, end.text) == ("t*", label)
    assert "0.01" in end.hovertext
    plain = checked(learning_curve(replace(data, plateaus=(replace(known.plateaus[0], rose_later=None),)), View()))
    assert (end.hovertext != plain.layout.annotations[1].hovertext) == (rose is not None)
