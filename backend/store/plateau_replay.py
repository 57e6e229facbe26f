"""Criterion H over the epochs that a run has already trained, with other settings than its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from sqlmodel import Session, col, select

from gsl.backend.db.models import Epoch, Gate, Job, Run
from gsl.backend.errors import from_validation
from gsl.backend.store.configs import config_of
from gsl.config.plateau import PlateauSettings
from gsl.method.curves import rose_later, smoothed_whole
from gsl.method.gate_policy import PlateauFound
from gsl.method.plateau import replay
from gsl.protocol.api import GateEvidence, PlateauReplay, ReplayedPlateau
from gsl.protocol.reports import PlateauReport

MOST = 1000
"""Values that are judged at most: each costs a smoothing of all before it."""
_COLUMNS: tuple[Any, ...] = (
    Job.start_steps, Epoch.job_steps, Epoch.mean_return, Epoch.success_rate, Epoch.episodes,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Curve:
    """Mean values (NaN where no episode ended), their episodes, and the steps after them; arrays of shape (n,)."""

    values: NDArray[np.float64]
    episodes: NDArray[np.float64]
    steps: NDArray[np.int64]

    def until(self, steps: int) -> "_Curve":
        """What was trained by then."""
        trained = int(np.searchsorted(self.steps, steps, side="right"))
        return _Curve(self.values[:trained], self.episodes[:trained], self.steps[:trained])

    def shortened(self, stretch: int) -> "_Curve":
        """Means over so many epochs each, weighted by their episodes; the last may be over fewer."""
        starts = np.arange(0, len(self.values), stretch)
        episodes = np.add.reduceat(self.episodes, starts)
        sums = np.add.reduceat(np.nan_to_num(self.values) * self.episodes, starts)
        means = np.divide(sums, episodes, out=np.full(len(sums), np.nan), where=episodes > 0)
        return _Curve(means, episodes, self.steps[np.minimum(starts + stretch, len(self.steps)) - 1])


def replayed(session: Session, run: Run, changes: dict[str, Any]) -> PlateauReplay:
    """Every detection on the generalist's training until the first gate; that of a baseline until its end.

    `changes` are to the run's own settings. Raises `InvalidError` naming a setting out of range, and `ConflictError`
    if the run is read-only.
    """
    config = config_of(run)
    try:
        settings = PlateauSettings.model_validate(config.plateau.model_dump() | changes)
    except ValidationError as error:
        raise from_validation(error) from error
    curve = _curve(session, run, settings.metric)
    epochs = len(curve.values)
    return PlateauReplay(
        settings=settings,
        epochs=epochs,
        stretch=_stretch(epochs),
        steps=int(curve.steps[-1]) if epochs else 0,
        total_steps=run.total_steps,
        by_variation=config.sampling.name == "prioritized",
        detections=tuple(_detected(curve, settings)),
    )


def _stretch(epochs: int) -> int:
    """Epochs that each judged value stands for."""
    return max(1, -(-epochs // MOST))


def _detected(curve: _Curve, settings: PlateauSettings) -> Sequence[ReplayedPlateau]:
    epochs = len(curve.values)
    stretch = _stretch(epochs)
    return _detections(curve.shortened(stretch), settings, stretch, epochs) if epochs else ()


def found_before(session: Session, gate: Gate, evidence: GateEvidence, settings: PlateauSettings) -> PlateauFound:
    """Where criterion H fires with these settings on the training of the gate's cycle before it: within the plateau
    that opened the gate, or anywhere if its budget did. The same detections as those of a replay."""
    run = session.get_one(Run, gate.run_id)
    curve = _curve(session, run, settings.metric, gate.cycle).until(evidence.spent_steps)
    epochs = len(curve.values)
    since = 0 if evidence.plateau is None else evidence.plateau.start_steps
    within = (each.detected_epoch for each in _detected(curve, settings) if each.detected_steps >= since)
    return PlateauFound(next(within, None), epochs)


def _curve(session: Session, run: Run, metric: str, cycle: int = 1) -> _Curve:
    query = select(*_COLUMNS).join(Job, col(Job.id) == col(Epoch.job_id))
    generalists = query.where(Job.run_id == run.id, Job.kind == "generalist", Job.cycle == cycle)
    rows = session.execute(generalists.order_by(col(Job.id), col(Epoch.epoch))).all()
    values = [row.success_rate if metric == "success" else row.mean_return for row in rows]
    known = np.array([np.nan if value is None else value for value in values], np.float64)
    episodes = np.array([row.episodes for row in rows], np.float64) * np.isfinite(known)
    return _Curve(known, episodes, np.array([row.start_steps + row.job_steps for row in rows], np.int64))


def _detections(curve: _Curve, settings: PlateauSettings, stretch: int, epochs: int) -> Sequence[ReplayedPlateau]:
    """Of a curve whose values stand for `stretch` of the epochs each; the settings are for epochs."""
    own = settings.model_copy(
        update={
            "window": max(2, round(settings.window / stretch)),
            "sigma": min(settings.sigma / stretch, len(curve.values)),
            "min_epochs": round(settings.min_epochs / stretch),
        }
    )
    found = replay(own, [None if np.isnan(value) else value for value in curve.values], curve.episodes)
    smoothed = smoothed_whole(curve.values)
    return [_public(report, curve, smoothed, stretch, epochs) for report in found]


def _public(
    report: PlateauReport, curve: _Curve, smoothed: NDArray[np.float64], stretch: int, epochs: int
) -> ReplayedPlateau:
    start, detected = max(0, report.start_epoch - 1), report.detected_epoch - 1
    goes_on = detected + 1 < len(smoothed) and not np.isnan(smoothed).any()
    return ReplayedPlateau(
        **report.model_dump(exclude={"metric", "start_epoch", "detected_epoch", "window"}),
        start_epoch=max(1, report.start_epoch * stretch),
        detected_epoch=min(report.detected_epoch * stretch, epochs),
        window=report.window * stretch,
        start_steps=int(curve.steps[start]),
        detected_steps=int(curve.steps[detected]),
        rose_later=rose_later(smoothed, start, detected) if goes_on else None,
    )
