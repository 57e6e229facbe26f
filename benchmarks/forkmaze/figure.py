"""The results as one picture: learning curves over all environment steps, and final success with intervals."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.forkmaze.arms import TITLES
from benchmarks.forkmaze.outcomes import POINTS, Outcome
from benchmarks.forkmaze.table import by_arm
from gsl.statistics import bootstrap_interval, mean_band

WIDTH, HEIGHT, TOP, BOTTOM = 1000, 420, 46, 366
LEFT, MIDDLE, RIGHT_START, RIGHT = 60, 620, 690, 985
COLOURS = {
    "dapg": "#00875f", "gail": "#b3558a", "dagger": "#d98200", "kickstarting": "#c94f00", "bc": "#56b4e9",
    "none": "#66717d", "generalist": "#0072b2",
}  # fmt: skip
TEXT, MUTED, GRID = "#1f2933", "#66717d", "#e3e6ea"
LEAST_SHARE = 0.5
"""A curve is drawn where at least this share of the seeds trains the generalist: between, specialists train."""

Points = NDArray[np.float64]


def draw(outcomes: Sequence[Outcome], arms: Sequence[str], file: Path) -> None:
    """Write the picture as SVG, readable on a light page and on a dark one."""
    grouped = {arm: list(seeds.values()) for arm, seeds in by_arm(outcomes, arms).items()}
    total = max(outcome.config.budget.total_steps for outcome in outcomes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13" fill="{TEXT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_frame(total),
    ]
    for place, (arm, found) in enumerate(grouped.items()):
        parts += _curve(found, COLOURS[arm])
        parts.append(_end(found, COLOURS[arm], total))
        parts += _final(found, COLOURS[arm], TITLES[arm], _row(place, len(grouped)))
    file.write_text("\n".join([*parts, "</svg>"]) + "\n")


def _frame(total: int) -> Iterator[str]:
    """Titles, axes and grid of both halves."""
    yield _text(LEFT, 24, "Success while training, mean over seeds with its 95 % interval", weight="bold")
    yield _text(RIGHT_START, 24, "Final success: IQM with its 95 % interval", weight="bold")
    for level in np.linspace(0, 1, 6):
        yield _line(LEFT, _y(level), MIDDLE, _y(level), GRID)
        yield _text(LEFT - 8, _y(level) + 4, f"{level:.1f}", anchor="end", colour=MUTED)
        yield _line(_right(level), TOP, _right(level), BOTTOM, GRID)
        yield _text(_right(level), BOTTOM + 18, f"{level:.1f}", anchor="middle", colour=MUTED)
    for share in np.linspace(0, 1, 5):
        x = LEFT + share * (MIDDLE - LEFT)
        yield _text(x, BOTTOM + 18, f"{share * total / 1e6:.3g} M", anchor="middle", colour=MUTED)
    middle = (LEFT + MIDDLE) / 2
    yield _text(
        middle,
        BOTTOM + 40,
        "environment steps, everything counted; in the gap specialists train",
        anchor="middle",
        colour=MUTED,
    )
    middle = (RIGHT_START + RIGHT) / 2
    yield _text(middle, BOTTOM + 40, "a dot is a seed", anchor="middle", colour=MUTED)


def _curve(found: Sequence[Outcome], colour: str) -> Iterator[str]:
    """A line and its band, broken where fewer than `LEAST_SHARE` of the seeds have something to say."""
    table = np.array([[np.nan if rate is None else rate for rate in outcome.curve] for outcome in found])
    enough = (~np.isnan(table)).mean(axis=0) >= LEAST_SHARE
    band = mean_band(table)
    for stretch in np.split(np.arange(POINTS), np.flatnonzero(np.diff(enough.astype(int))) + 1):
        if enough[stretch[0]]:
            yield from _stretch(stretch, band.estimate, band.low, band.high, colour)


def _stretch(places: NDArray[np.int64], estimate: Points, low: Points, high: Points, colour: str) -> Iterator[str]:
    x = LEFT + (places + 0.5) / POINTS * (MIDDLE - LEFT)
    bounded = places[~np.isnan(low[places])]
    if len(bounded) > 1:
        outline = [(LEFT + (i + 0.5) / POINTS * (MIDDLE - LEFT), _y(high[i])) for i in bounded]
        outline += [(LEFT + (i + 0.5) / POINTS * (MIDDLE - LEFT), _y(low[i])) for i in bounded[::-1]]
        yield f'<polygon points="{_pairs(outline)}" fill="{colour}" fill-opacity="0.15"/>'
    line = list(zip(x, (_y(rate) for rate in estimate[places]), strict=True))
    yield f'<polyline points="{_pairs(line)}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _end(found: Sequence[Outcome], colour: str, total: int) -> str:
    """Where the arm ended: mean steps and mean final success; the one mark of an arm that trains offline."""
    x = LEFT + fmean(outcome.steps for outcome in found) / total * (MIDDLE - LEFT)
    y = _y(fmean(outcome.final_success for outcome in found))
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}" stroke="#ffffff" stroke-width="1.5"/>'


def _final(found: Sequence[Outcome], colour: str, title: str, y: float) -> Iterator[str]:
    """An arm's row: every seed, the interval, the interquartile mean, and its name, which is the legend of both."""
    final = [outcome.final_success for outcome in found]
    steps = fmean(outcome.steps for outcome in found)
    said = f"{title}, {steps / 1e6:.2f} M steps"
    yield _text(RIGHT_START, y - 14, said, colour=colour, weight="bold")
    for rate in final:
        yield f'<circle cx="{_right(rate):.1f}" cy="{y:.1f}" r="4" fill="{colour}" fill-opacity="0.35"/>'
    if len(final) > 1:
        interval = bootstrap_interval(final)
        yield _line(_right(interval.low), y, _right(interval.high), y, colour, 4)
        yield _line(_right(interval.estimate), y - 8, _right(interval.estimate), y + 8, colour, 3)


def _row(place: int, rows: int) -> float:
    return TOP + (place + 0.62) * (BOTTOM - TOP) / rows


def _y(rate: float) -> float:
    return float(BOTTOM - rate * (BOTTOM - TOP))


def _right(rate: float) -> float:
    return float(RIGHT_START + rate * (RIGHT - RIGHT_START))


def _pairs(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def _text(x: float, y: float, said: str, anchor: str = "start", colour: str = TEXT, weight: str = "normal") -> str:
    style = f'text-anchor="{anchor}" fill="{colour}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(said)}</text>'
