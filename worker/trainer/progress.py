"""How far a training job is, and what it reports of each epoch."""

import logging
from dataclasses import dataclass
from typing import Any

from gsl.method.variation_returns import finite
from gsl.protocol.reports import EpochReport, Outcome, PlateauReport
from gsl.worker.rollout.episodes import Episodes
from gsl.worker.trainer.process_use import of_this_process

log = logging.getLogger(__name__)


@dataclass
class Progress:
    """Counters of a job; they are part of its checkpoints."""

    epoch: int = 0
    job_steps: int = 0  # environment steps that count: no measurements
    evaluated_epoch: int = 0
    best_score: float | None = None
    best_epoch: int | None = None
    outcome: Outcome | None = None
    message: str = ""  # the guide's diagnostics from before training

    def state(self) -> dict[str, Any]:
        return dict(vars(self))

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        vars(self).update(vars(Progress(**state)))


def epoch_report(
    progress: Progress, steps: int, seconds: float, episodes: Episodes, metrics: dict[str, float],
    plateau: PlateauReport | None,
) -> EpochReport:  # fmt: skip
    """The report of the epoch that has just ended, of so many environment steps."""
    return EpochReport(
        epoch=progress.epoch,
        steps=steps,
        job_steps=progress.job_steps,
        seconds=seconds,
        episodes=len(episodes),
        mean_return=episodes.mean_return,
        success_rate=episodes.success_rate,
        mean_length=episodes.mean_length,
        metrics={name: finite(value) for name, value in metrics.items()},
        system=of_this_process().sample(),
        returns=episodes.by_variation(),
        plateau=plateau,
    )


def log_epoch(report: EpochReport) -> None:
    speed = report.steps / max(report.seconds, 1e-9)
    mean_return = "-" if report.mean_return is None else f"{report.mean_return:.3f}"
    log.info("epoch %d: return %s, %d steps, %.0f steps/s", report.epoch, mean_return, report.job_steps, speed)
    if report.plateau is not None:
        log.info("plateau since epoch %d", report.plateau.start_epoch)
