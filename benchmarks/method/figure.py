"""Results as one picture, a row a case: learning curves over all counted steps, and the final figures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.method.current import shown
from benchmarks.method.outcomes import POINTS, Outcome
from benchmarks.method.scale import Scale, scale_of
from benchmarks.method.study import COLOURS, TITLES, Case
from benchmarks.method.svg import GRID, MUTED, area, dot, line, path, picture, text
from benchmarks.method.table import by_arm
from gsl.method.statistics import Interval, iqm_interval, mean_band

WIDTH, HEIGHT, TOP, BOTTOM = 1000, 420, 46, 366
LEFT, MIDDLE, RIGHT_START, RIGHT = 60, 620, 690, 985
LEAST_SHARE = 0.5
"""A mean curve is drawn where at least this share of the seeds trains the generalist: between, specialists train."""

Row = tuple[Case, Sequence[Outcome]]
Points = NDArray[np.float64]


def draw(rows: Sequence[Row], file: Path) -> None:
    """Write the picture; cases of which no run has ended are left out, and without any there is no picture."""
    found = [(case, these) for case, outcomes in rows if (these := shown(case, outcomes).outcomes)]
    if not found:
        return
    marks = [
        mark
        for place, (case, these) in enumerate(found)
        for mark in (f'<g transform="translate(0,{place * HEIGHT})">', *_row(case, these), "</g>")
    ]
    file.write_text(picture(WIDTH, HEIGHT * len(found), marks))


def _row(case: Case, outcomes: Sequence[Outcome]) -> Iterator[str]:
    grouped = {arm: list(seeds.values()) for arm, seeds in by_arm(outcomes).items()}
    total = max(outcome.config.budget.total_steps for outcome in outcomes)
    scale = scale_of(case.metric, outcomes)
    yield from _frame(case, total, scale)
    for place, (arm, found) in enumerate(grouped.items()):
        yield from _curve(found, COLOURS[arm], scale)
        yield _end(found, COLOURS[arm], total, scale)
        middle = TOP + (place + 0.62) * (BOTTOM - TOP) / len(grouped)
        yield from _final(case, found, arm, middle, scale)


def _frame(case: Case, total: int, scale: Scale) -> Iterator[str]:
    """Titles, axes and grid of both halves."""
    word = "Success" if case.metric == "success" else "Return"
    yield text(LEFT, 24, f"{case.title}: {word.lower()} while training, every seed and the mean", weight="bold")
    yield text(RIGHT_START, 24, f"Final {word.lower()}: IQM with its 95 % interval", weight="bold")
    for level in scale.levels:
        y, x = _y(scale, level), _right(scale, level)
        yield line(LEFT, y, MIDDLE, y, GRID)
        yield text(LEFT - 8, y + 4, f"{level:g}", anchor="end", colour=MUTED)
        yield line(x, TOP, x, BOTTOM, GRID)
        yield text(x, BOTTOM + 18, f"{level:g}", anchor="middle", colour=MUTED)
    for share in np.linspace(0, 1, 5):
        x = LEFT + share * (MIDDLE - LEFT)
        yield text(x, BOTTOM + 18, f"{share * total / 1e6:.3g} M", anchor="middle", colour=MUTED)
    said = "environment steps, everything counted; in the gap specialists train"
    yield text((LEFT + MIDDLE) / 2, BOTTOM + 40, said, anchor="middle", colour=MUTED)
    dots = "a dot is a seed" + (", a ring its held-out variations" if case.has_held_out else "")
    yield text((RIGHT_START + RIGHT) / 2, BOTTOM + 40, dots, anchor="middle", colour=MUTED)


def _curve(found: Sequence[Outcome], colour: str, scale: Scale) -> Iterator[str]:
    """Every seed thin; the mean with its band, where enough of the seeds have something to say."""
    table = np.array([[np.nan if figure is None else figure for figure in outcome.curve] for outcome in found])
    for seed in table:
        for stretch in _stretches(~np.isnan(seed)):
            yield path(_along(stretch, seed, scale), colour, 0.7, 0.35)
    band = mean_band(table)
    for stretch in _stretches((~np.isnan(table)).mean(axis=0) >= LEAST_SHARE):
        bounded = stretch[~np.isnan(band.low[stretch])]
        if len(bounded) > 1:
            yield area([*_along(bounded, band.high, scale), *_along(bounded[::-1], band.low, scale)], colour)
        yield path(_along(stretch, band.estimate, scale), colour, 2)


def _stretches(known: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """Places that follow one another without a gap."""
    for stretch in np.split(np.arange(POINTS), np.flatnonzero(np.diff(known.astype(int))) + 1):
        if known[stretch[0]]:
            yield stretch


def _along(places: NDArray[np.int64], figures: Points, scale: Scale) -> list[tuple[float, float]]:
    return [(LEFT + (i + 0.5) / POINTS * (MIDDLE - LEFT), _y(scale, figures[i])) for i in places]


def _end(found: Sequence[Outcome], colour: str, total: int, scale: Scale) -> str:
    """Where the arm ended: mean steps and mean final figure; the one mark of an arm that trains offline."""
    x = LEFT + fmean(outcome.steps for outcome in found) / total * (MIDDLE - LEFT)
    return dot(x, _y(scale, fmean(outcome.figure for outcome in found)), 5, colour)


def _final(case: Case, found: Sequence[Outcome], arm: str, y: float, scale: Scale) -> Iterator[str]:
    """An arm's row: every seed, the interval, the interquartile mean, and its name, which is the legend of both."""
    colour, steps = COLOURS[arm], fmean(outcome.steps for outcome in found)
    seeds = "1 seed" if len(found) == 1 else f"{len(found)} seeds"
    yield text(RIGHT_START, y - 14, f"{TITLES[arm]}, {steps / 1e6:.2f} M steps, {seeds}", colour=colour, weight="bold")
    final = [outcome.figure for outcome in found]
    for figure in final:
        yield dot(_right(scale, figure), y, 4, colour, 0.35)
    for outcome in found if case.has_held_out else ():
        yield dot(_right(scale, outcome.held_out_figure), y + 11, 3, colour, 0.8, hollow=True)
    interval = _bounded(case, iqm_interval(final))
    if interval.low is not None and interval.high is not None:
        yield line(_right(scale, interval.low), y, _right(scale, interval.high), y, colour, 4)
    x = _right(scale, interval.estimate)
    yield line(x, y - 8, x, y + 8, colour, 3)


def _bounded(case: Case, interval: Interval) -> Interval:
    """A success rate's interval ends where success does."""
    return interval.within(0, 1) if case.metric == "success" else interval


def _y(scale: Scale, figure: float) -> float:
    return float(BOTTOM - scale.share(figure) * (BOTTOM - TOP))


def _right(scale: Scale, figure: float) -> float:
    return float(RIGHT_START + scale.share(figure) * (RIGHT - RIGHT_START))
