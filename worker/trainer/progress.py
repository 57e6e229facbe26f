"""How far a training job is, and what its log says of that."""

import logging
from dataclasses import dataclass

from gsl.protocol.reports import EpochReport, Outcome

log = logging.getLogger(__name__)


@dataclass
class Progress:
    """Counters of a job; they travel in its checkpoints."""

    epoch: int = 0
    job_steps: int = 0  # environment steps that count: no measurements
    evaluated_epoch: int = 0
    best_score: float | None = None
    best_epoch: int | None = None
    outcome: Outcome | None = None
    message: str = ""  # what the guide did before training


def log_epoch(report: EpochReport) -> None:
    speed = report.steps / max(report.seconds, 1e-9)
    figure = "-" if report.mean_return is None else f"{report.mean_return:.3f}"
    log.info("epoch %d: return %s, %d steps, %.0f steps/s", report.epoch, figure, report.job_steps, speed)
    if report.plateau is not None:
        log.info("plateau since epoch %d", report.plateau.start_epoch)
