"""Curves with what is true of them: real ones, real ones made short and noisy, and synthetic shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gsl.method.curves import smoothed_whole

DATA = Path(__file__).parents[1] / "curves" / "train-procgen-curves.npz"

Array = NDArray[np.float64]
Shape = Callable[[Array], Array]
Noise = Callable[[np.random.Generator, Array], Array]


@dataclass(frozen=True, eq=False)
class Curve:
    """One run as H sees it, with the curve by which H is judged; both of shape (epochs,)."""

    name: str
    seen: Array
    true: Array


def procgen() -> list[Curve]:
    """The 96 real ones; true is what hindsight makes of them."""
    with np.load(DATA) as file:
        returns, names = file["returns"].astype(np.float64), file["names"]
    return [Curve(str(name), curve, smoothed_whole(curve)) for name, curve in zip(names, returns, strict=True)]


def shortened(curves: list[Curve], epochs: int) -> list[Curve]:
    """The same with so many epochs, each the mean of those that it stands for."""
    return [Curve(curve.name, _means(curve.seen, epochs), _means(curve.true, epochs)) for curve in curves]


def as_success(curves: list[Curve], epochs: int, episodes: int, seeds: int) -> list[Curve]:
    """Real shapes as success rates from 0.05 to 0.6, seen through so many episodes an epoch."""
    found = []
    for number, curve in enumerate(shortened(curves, epochs)):
        lowest, highest = curve.true.min(), curve.true.max()
        true = 0.05 + 0.55 * (curve.true - lowest) / (highest - lowest)
        chance = np.random.default_rng(number)
        found += [Curve(curve.name, chance.binomial(episodes, true) / episodes, true) for _ in range(seeds)]
    return found


def _means(curve: Array, epochs: int) -> Array:
    edges = np.linspace(0, len(curve), epochs + 1).round().astype(np.int64)
    return np.asarray(np.add.reduceat(curve, edges[:-1]) / np.diff(edges))


def synthetic(epochs: int, seeds: int) -> dict[str, list[Curve]]:
    """Every shape, by its name, with noise from so many seeds."""
    time = np.linspace(0, 1, epochs)
    return {
        name: [Curve(name, noise(np.random.default_rng(seed), shape(time)), shape(time)) for seed in range(seeds)]
        for name, (shape, noise) in SHAPES.items()
    }


def _gaussian(share: float) -> Noise:
    """Of the true curve's range."""
    return lambda chance, true: true + share * float(np.ptp(true)) * chance.standard_normal(len(true))


def _episodes(count: int) -> Noise:
    return lambda chance, true: chance.binomial(count, true) / count


def _heavy(chance: np.random.Generator, true: Array) -> Array:
    """Student's t with 1.5 degrees: its variance is infinite."""
    return np.asarray(true + 0.05 * chance.standard_t(1.5, len(true)))


def _points(*points: tuple[float, float]) -> Shape:
    """Straight lines between (time, figure)."""
    times, figures = zip(*points, strict=True)
    return lambda time: np.interp(time, times, figures)


SHAPES: dict[str, tuple[Shape, Noise]] = {
    "stalls early": (lambda time: 1 - np.exp(-12 * time), _gaussian(0.1)),
    "stalls in the middle": (_points((0, 0), (0.45, 1), (1, 1)), _gaussian(0.1)),
    "slow noisy rise": (lambda time: time, _gaussian(0.15)),
    "ever slower rise": (np.sqrt, _gaussian(0.1)),
    "late breakthrough": (lambda time: 1 / (1 + np.exp(-(time - 0.55) / 0.06)), _gaussian(0.05)),
    "two stages, short rest": (_points((0, 0), (0.15, 0.4), (0.35, 0.4), (0.7, 1), (1, 1)), _gaussian(0.05)),
    "two stages, long rest": (_points((0, 0), (0.1, 0.4), (0.6, 0.4), (0.8, 1), (1, 1)), _gaussian(0.05)),
    "collapse and recovery": (_points((0, 0), (0.25, 0.7), (0.3, 0.2), (0.6, 1), (1, 1)), _gaussian(0.05)),
    "all zero": (np.zeros_like, lambda chance, true: true),
    "large negative returns": (lambda time: -3000 + 2500 * (1 - np.exp(-8 * time)), _gaussian(0.1)),
    "heavy tails, stalls": (lambda time: 1 - np.exp(-8 * time), _heavy),
    "heavy tails, rises": (lambda time: time, _heavy),
    "20 episodes, stalls": (lambda time: 0.5 * (1 - np.exp(-8 * time)), _episodes(20)),
    "20 episodes, rises": (_points((0, 0), (0.33, 0.19), (1, 0.4)), _episodes(20)),
    "20 episodes, almost none": (lambda time: 0.02 + 0 * time, _episodes(20)),
}
