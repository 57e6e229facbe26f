"""Made-up but lifelike data for figures: a fork maze run, and a Procgen run of 1024 levels and 75 specialists."""

from dataclasses import dataclass

import numpy as np

from gsl.backend.domain.figure_data import (
    Curve,
    Demonstrated,
    EvaluationPoint,
    FloatArray,
    LearningCurves,
    LedgerTotals,
    Measured,
    Metric,
    MetricSeries,
    PairedScores,
    PlateauMark,
    Role,
    Scores,
    Snapshots,
    SpecialistSeries,
    Spent,
    VariationProgress,
    VariationScores,
    VariationSpent,
)
from gsl.protocol.jobs import Phase, Purpose
from gsl.protocol.metrics import METRICS
from gsl.protocol.reports import Source


@dataclass(frozen=True)
class Shape:
    """How big a made-up run is; returns reach from 0 to `top`."""

    name: str
    variations: int
    specialists: int
    epoch_steps: int
    generalist_epochs: int
    specialist_epochs: int
    finetune_epochs: int
    top: float
    success: bool

    @property
    def finetune_start(self) -> int:
        return self.epoch_steps * (self.generalist_epochs + self.specialists * self.specialist_epochs)

    @property
    def total_steps(self) -> int:
        return self.finetune_start + self.epoch_steps * self.finetune_epochs


MAZE = Shape("goal", 10, 7, 4096, 73, 20, 276, 1.3, success=True)
PROCGEN = Shape("level", 1024, 75, 16_384, 3050, 61, 4500, 40.0, success=False)


def names(shape: Shape) -> dict[int, str]:
    return {number: f"{shape.name} {number}" for number in range(shape.variations)}


def spent_by_variation(shape: Shape) -> VariationSpent:
    """All phases; each of the first variations had a specialist alone."""
    alone = np.where(np.arange(shape.variations) < shape.specialists, 1.0, 0.0)
    steps = np.stack([np.full(shape.variations, 1000.0), 500.0 * alone, np.arange(shape.variations) * 2.0])
    kinds: tuple[tuple[Phase, Purpose], ...] = (
        ("generalist", "training"),
        ("specialists", "training"),
        ("finetune", "training"),
    )
    exact = steps * np.array([[0.0], [1.0], [0.0]])
    return VariationSpent(np.arange(shape.variations), names(shape), kinds, steps, exact, 0)


def shown(shape: Shape) -> Demonstrated:
    """Each specialist demonstrates one variation, the first without success; the generalist all others."""
    index = np.arange(shape.variations)
    kept = np.where(index == 0, 0, 20)
    return Demonstrated(
        tuple(names(shape).values()), np.where(index < shape.specialists, index + 1, 0), np.ones_like(index), kept,
        np.full(shape.variations, 50), np.where(kept, 0.9 * shape.top, np.nan),
    )  # fmt: skip


def rise(epochs: int, low: float, high: float, noise: float, seed: int) -> FloatArray:
    """A noisy curve that rises and flattens, shape (epochs,)."""
    rng = np.random.default_rng(seed)
    base: FloatArray = low + (high - low) * (1 - np.exp(-np.linspace(0, 5, epochs)))
    base += rng.normal(0, noise, epochs)
    return base


def scores(shape: Shape, fractions: FloatArray) -> Scores:
    """Fractions of the best as returns, and as success where the suite has it."""
    fractions = np.clip(fractions, 0, 1)
    success = fractions if shape.success else np.full(fractions.shape, np.nan)
    return Scores(fractions * shape.top, success)


def curve(shape: Shape, key: str, role: Role, index: int, start_steps: int, fractions: FloatArray) -> Curve:
    epochs = np.arange(1, len(fractions) + 1)
    steps = start_steps + epochs * shape.epoch_steps
    return Curve(key, role, index, start_steps, epochs, steps, scores(shape, fractions))


def learning(shape: Shape) -> LearningCurves:
    generalist = rise(shape.generalist_epochs, 0, 0.45, 0.02, seed=1)
    branch = shape.epoch_steps * shape.generalist_epochs
    curves = [curve(shape, "generalist-1", "generalist", 0, 0, generalist)]
    for number in range(1, shape.specialists + 1):
        high = float(np.random.default_rng(number).uniform(0.55, 1))
        fractions = rise(shape.specialist_epochs, 0.05, high, 0.05, seed=number)
        curves.append(curve(shape, f"specialist-1-{number}", "specialist", number, branch, fractions))
    finetune = rise(shape.finetune_epochs, 0.45, 0.96, 0.015, seed=2)
    curves.append(curve(shape, "finetune-1", "finetune", 0, shape.finetune_start, finetune))
    start, found = int(shape.generalist_epochs * 0.7), shape.generalist_epochs
    plateau = PlateauMark(
        "generalist-1", start, found, start * shape.epoch_steps, branch, 0.43 * shape.top, 0.02, found - start, "return"
    )
    return LearningCurves(tuple(curves), evaluations(shape, branch), (plateau,), shape.total_steps, 3.0)


def evaluations(shape: Shape, branch: int) -> tuple[EvaluationPoint, ...]:
    epochs: list[tuple[str, Role, int, float]] = [
        ("generalist-1", "generalist", branch // 3, 0.3), ("generalist-1", "generalist", 2 * branch // 3, 0.42),
        ("evaluation-1", "generalist", branch, 0.44), ("evaluation-final", "finetune", shape.total_steps, 0.95),
    ]  # fmt: skip
    for part in range(1, 10):
        steps = shape.finetune_start + part * (shape.total_steps - shape.finetune_start) // 10
        epochs.append(("finetune-1", "finetune", steps, 0.93 - 0.4 * 0.6**part))
    sources: tuple[tuple[Source, float], ...] = (("evaluation", 1.0), ("held_out", 0.85))
    return tuple(
        EvaluationPoint(
            key, role, source, 1, steps, shape.variations, share * factor * shape.top,
            share * factor if shape.success else None,
        )
        for key, role, steps, share in epochs
        for source, factor in sources
    )  # fmt: skip


def moment(shape: Shape, title: str, role: Role, learned: float, seed: int) -> VariationScores:
    """Two humps: a share of the variations is learned, the rest hardly."""
    rng = np.random.default_rng(seed)
    good = rng.random(shape.variations) < learned
    high, low = (rng.normal(mean, 0.07, shape.variations) for mean in (0.9, 0.06))
    fractions = np.clip(np.where(good, high, low), 0, 1)
    if shape.success:
        fractions = np.round(fractions * 20) / 20
    numbers = np.arange(shape.variations)
    return VariationScores(title, role, "evaluation", numbers, np.full(shape.variations, 20), scores(shape, fractions))


def snapshots(shape: Shape, count: int = 4) -> Snapshots:
    wanted: tuple[tuple[str, Role, float], ...] = (
        ("Generalist, epoch 7", "generalist", 0.1), ("Generalist, epoch 36", "generalist", 0.4),
        ("Before the gate", "generalist", 0.5), ("At the end", "finetune", 0.97),
    )  # fmt: skip
    panels = [moment(shape, title, role, share, seed) for seed, (title, role, share) in enumerate(wanted[:count])]
    return Snapshots(tuple(panels), names(shape), (0.0, shape.top))


def progress(shape: Shape, metric: Metric = "return", columns: int = 60) -> VariationProgress:
    rng = np.random.default_rng(5)
    onset = rng.uniform(0, 1.6, (shape.variations, 1))
    time = np.linspace(0, 1, columns)
    early = np.where(onset < 0.8, 1 / (1 + np.exp(-12 * (time - onset * 0.4))), 0.05)
    late = 1 / (1 + np.exp(-30 * (time - 0.45)))
    fractions = np.maximum(early, late * (onset < 1.55)) + rng.normal(0, 0.05, (shape.variations, columns))
    gaps = rng.random(fractions.shape) < (0.3 if shape.variations > 100 else 0.0)
    roles: tuple[Role, ...] = tuple("generalist" if moment < 0.35 else "finetune" for moment in time)
    tuned = np.array([role == "finetune" for role in roles])
    branch, own = shape.epoch_steps * shape.generalist_epochs, shape.epoch_steps * shape.finetune_epochs
    ends = np.where(tuned, shape.finetune_start + (time - 0.35) / 0.65 * own, time / 0.35 * branch + 1).astype(np.int64)
    starts = np.concatenate([[0], ends[:-1]])
    starts[int(tuned.argmax())] = shape.finetune_start - 1
    values = scores(shape, np.where(gaps, np.nan, fractions)).of(metric)
    return VariationProgress(
        np.arange(shape.variations), names(shape), starts, ends, roles, values, "training", (0.0, shape.top)
    )


def pairs(shape: Shape) -> PairedScores:
    before = moment(shape, "", "generalist", 0.5, seed=2).scores
    after = moment(shape, "", "finetune", 0.93, seed=9).scores
    low = frozenset(np.argsort(before.returns)[: shape.specialists].tolist())
    first, second = (measured(scores, 10, 0.2 * shape.top) for scores in (before, after))
    return PairedScores(np.arange(shape.variations), names(shape), first, second, low, final=True, fresh=True)


def measured(scores: Scores, episodes: int, deviation: float) -> Measured:
    """So many episodes on each variation, with a deviation somewhere about the one given."""
    spread = deviation * np.random.default_rng(0).uniform(0.7, 1.3, len(scores.returns))
    return Measured(scores, np.full(len(spread), float(episodes)), spread)


def specialist_series(shape: Shape) -> tuple[SpecialistSeries, ...]:
    each = 1 if shape.success else 4
    series = []
    for number, branch in enumerate(learning(shape).curves[1:-1]):
        members = tuple(f"{shape.name} {number * each + place}" for place in range(each))
        share = float(np.random.default_rng(number).uniform(0, 0.25))
        status = "failed" if number == 3 else "succeeded"
        series.append(SpecialistSeries(branch, status, members, share * shape.top, share if shape.success else None))
    return tuple(series)


def metrics(shape: Shape) -> tuple[MetricSeries, ...]:
    """Thirteen metrics over every curve, as PPO and DAPG have them, and in fine-tuning one that no one knows."""
    curves = learning(shape).curves
    every = [series(name, curve, float(place)) for place, name in enumerate(list(METRICS)[:13]) for curve in curves]
    return (*every, series("advantage_of_<b>", curves[-1], 9.0))


def series(name: str, curve: Curve, level: float) -> MetricSeries:
    """A noisy constant."""
    values = level + np.random.default_rng(curve.index).normal(0, 0.1, len(curve.epochs))
    return MetricSeries(name, curve.index, curve.key, curve.role, curve.index, curve.epochs, curve.steps, values)


def spent(shape: Shape) -> LedgerTotals:
    branch = shape.epoch_steps * shape.generalist_epochs
    specialists = shape.finetune_start - branch
    tuned = shape.total_steps - shape.finetune_start - shape.total_steps // 12
    rows = (
        Spent("generalist", "training", branch), Spent("generalist", "evaluation", branch // 9),
        Spent("evaluation", "evaluation", branch // 12), Spent("specialists", "training", specialists),
        Spent("specialists", "demonstrations", specialists // 7), Spent("finetune", "training", tuned // 2),
        Spent("finetune", "evaluation", tuned // 30),
    )  # fmt: skip
    total = sum(row.steps for row in rows)
    return LedgerTotals(rows, shape.total_steps, total - specialists + specialists // shape.specialists)
