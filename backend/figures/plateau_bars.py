"""Plateaus of a learning curve: a band from t* to T, a bar at each end, and names that do not cover one another."""

from collections.abc import Iterator, Sequence

from gsl.backend.domain.figure_data import PlateauMark
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.style import View, palette, score_text, steps_text

_SHORT, _LONG = 22, 110
"""Pixels that "T" and "T: rose later" take, with some air."""
_MARGINS = 90
"""Pixels beside the axis."""


def add_plateaus(figure: Figure, plateaus: Sequence[PlateauMark], end: int, view: View) -> None:
    """`end` is the last step of the axis. Where there is no room for a name, the band and its bars stand alone."""
    for plateau in plateaus:
        _add_band(figure, plateau, view)
    for steps, label, anchor, hover in _names(plateaus, end, max(1, view.width - _MARGINS) / max(1, end)):
        figure.add_annotation(
            x=steps, y=1, yref="paper", yanchor="top", text=label, showarrow=False, xanchor=anchor,
            font={"color": palette(view).muted, "size": 12}, hovertext=hover,
        )  # fmt: skip


def _add_band(figure: Figure, plateau: PlateauMark, view: View) -> None:
    colours = palette(view)
    figure.add_vrect(
        x0=plateau.start_steps, x1=plateau.detected_steps, fillcolor=colours.muted, opacity=0.14, line={"width": 0},
        layer="below",
    )  # fmt: skip
    for steps, dash in ((plateau.start_steps, "solid"), (plateau.detected_steps, "dot")):
        figure.add_vline(x=steps, line={"color": colours.muted, "width": 1.5, "dash": dash}, layer="below")


def _names(plateaus: Sequence[PlateauMark], end: int, scale: float) -> Iterator[tuple[int, str, str, str]]:
    """Place, text, side and evidence of each; `scale` is pixels per step."""
    free = float("-inf")  # pixels from the left from which on nothing is written
    following = [*(plateau.start_steps for plateau in plateaus), end][1:]
    for plateau, next_start in zip(plateaus, following, strict=True):
        start, detected = plateau.start_steps * scale, plateau.detected_steps * scale
        evidence = _evidence(plateau)
        if start - free >= _SHORT:
            hover = f"<b>{plateau.key}</b>: plateau starts at epoch {plateau.start_epoch:,} (t*)<br>{evidence}"
            yield plateau.start_steps, "t*", "right", hover
        if detected >= free:
            rose = plateau.rose_later and next_start * scale - detected >= _LONG
            hover = f"<b>{plateau.key}</b>: plateau detected at epoch {plateau.detected_epoch:,} (T)<br>{evidence}"
            yield plateau.detected_steps, "T: rose later" if rose else "T", "left", hover
            free = detected + (_LONG if rose else _SHORT)


def _evidence(plateau: PlateauMark) -> str:
    value = score_text(plateau.value, plateau.metric)
    what = "success" if plateau.metric == "success" else "return"
    bound = (
        "" if plateau.rise_bound is None else f"<br>upper bound of the rise within the window: {plateau.rise_bound:.3g}"
    )
    later = {True: "<br>the curve rose later", False: "<br>the curve has not risen since", None: ""}
    return (
        f"in the {plateau.window:,} epochs after t*, no smoothed {what} exceeded {value}<br>"
        f"by more than {plateau.margin:.3g}; {steps_text(plateau.start_steps)} to "
        f"{steps_text(plateau.detected_steps)} steps{bound}{later[plateau.rose_later]}"
    )
