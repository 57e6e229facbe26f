"""Criterion H over the epochs that a run has already trained, with other settings than its own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError
from sqlmodel import Session, col, select

from gsl.backend.db.models import Epoch, Job, Run
from gsl.backend.errors import from_validation
from gsl.backend.store.configs import config_of
from gsl.config.plateau import PlateauSettings
from gsl.method.curves import rose_later, smoothed_whole
from gsl.method.plateau import replay
from gsl.protocol.api import PlateauReplay, ReplayedPlateau
from gsl.protocol.reports import PlateauReport

_COLUMNS: tuple[Any, ...] = (
    Job.id, Job.start_steps, Epoch.job_steps, Epoch.mean_return, Epoch.success_rate, Epoch.episodes,
)  # fmt: skip


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
    query = select(*_COLUMNS).join(Job, col(Job.id) == col(Epoch.job_id))
    generalists = query.where(Job.run_id == run.id, Job.kind == "generalist", Job.cycle == 1)
    rows = session.execute(generalists.order_by(col(Job.id), col(Epoch.epoch))).all()
    values = [row.success_rate if settings.metric == "success" else row.mean_return for row in rows]
    steps = [row.start_steps + row.job_steps for row in rows]
    found = replay(settings, values, [row.episodes for row in rows])
    return PlateauReplay(
        settings=settings,
        epochs=len(rows),
        steps=steps[-1] if steps else 0,
        total_steps=run.total_steps,
        by_variation=config.sampling.name == "prioritized",
        detections=_judged(found, values, steps),
    )


def _judged(
    found: Sequence[PlateauReport], values: Sequence[float | None], steps: Sequence[int]
) -> tuple[ReplayedPlateau, ...]:
    """With their steps, and whether the curve rose later, where it goes on."""
    smoothed = smoothed_whole([np.nan if value is None else value for value in values])
    return tuple(
        ReplayedPlateau(
            **report.model_dump(exclude={"metric"}),
            start_steps=steps[max(0, report.start_epoch - 1)],
            detected_steps=steps[report.detected_epoch - 1],
            rose_later=_rose_later(smoothed, report),
        )
        for report in found
    )


def _rose_later(smoothed: np.ndarray[Any, np.dtype[np.float64]], report: PlateauReport) -> bool | None:
    if report.detected_epoch >= len(smoothed) or np.isnan(smoothed).any():
        return None
    return rose_later(smoothed, max(0, report.start_epoch - 1), report.detected_epoch - 1)
