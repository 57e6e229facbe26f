"""A simulated trainer: it plays the jobs of runs by made-up curves, and its reports go the way of every trainer's.

Jobs are claimed over REST, reports are spooled to a job folder and sent by the worker's own sender.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gsl.client.api import Client
from gsl.client.worker_api import WorkerApi
from gsl.protocol.lease import ClaimedJob, FinishRequest, WorkerInfo
from gsl.protocol.reports import (
    ArtifactReport,
    DemonstrationCount,
    DemonstrationsReport,
    EpochReport,
    EvaluationReport,
    JobResult,
    PlateauReport,
    SpoolLine,
    StartedReport,
    VariationReturn,
)
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.spool import SpoolWriter
from gsl.worker.runner.file_follower import AckedOffsets
from gsl.worker.runner.report_sender import ReportSender
from gsl.worker.runner.retry import RetryUntil

WORKER, SUITE = "simulated", "procgen"
METRICS = ("policy_loss", "value_loss", "entropy", "approx_kl", "clip_fraction", "grad_norm", "explained_variance")


@dataclass(frozen=True)
class Shape:
    """Epochs of the generalist and of fine-tuning, of one specialist, and variations that end episodes in an epoch."""

    long: int
    short: int
    seen: int


class SimulatedTrainer:
    """Plays whatever is queued for its suite."""

    def __init__(self, address: str, worker_token: str, folder: Path, shape: Shape) -> None:
        self.api, self.folder, self._shape = WorkerApi(address, worker_token), folder, shape
        self._rng = np.random.default_rng(0)
        self.api.announce(WorkerInfo(name=WORKER, host="here", device="cpu", suites=(SUITE,), version="0"))

    def play(self, api: Client, run_id: int) -> None:
        """One run to its end; its gates are approved as proposed."""
        while (run := api.run(run_id)).status not in ("succeeded", "failed", "cancelled"):
            if run.status == "awaiting_approval":
                api.approve(run_id)
            while claim := self.api.claim_next(WORKER, (SUITE,)):
                self._do(claim)

    def hold(self, job_id: int) -> "HeldJob":
        """A job that goes on reporting for as long as its holder wishes."""
        return HeldJob(self, self.api.claim(job_id, WORKER))

    def _do(self, claim: ClaimedJob) -> None:
        held = HeldJob(self, claim)
        for line in self._lines(claim, held.folder):
            held.write(line)
        held.send()
        kind = claim.spec.kind
        outcome = {"generalist": "plateau", "evaluation": "completed", "demonstrations": "completed"}.get(
            kind, "budget"
        )
        result = JobResult.model_validate({"outcome": outcome, "epochs": held.epochs, "steps": held.steps})
        self.api.finish(claim.job_id, FinishRequest(attempt=claim.attempt, status="succeeded", result=result))

    def _lines(self, claim: ClaimedJob, folder: JobFolder) -> Iterator[SpoolLine]:
        yield StartedReport(epoch=0, device="cpu", num_envs=64)
        spec = claim.spec
        if spec.kind == "evaluation":
            yield self._evaluation(0, spec.variations, spec.held_out, 0.9)
        elif spec.kind == "demonstrations":
            counts = tuple(DemonstrationCount(variation=v, kept=1, tried=3, mean_return=9.0) for v in spec.variations)
            yield DemonstrationsReport(steps=0, seconds=1.0, counts=counts)
            yield _artifact(folder, "demonstrations", "demonstrations.npz", 0)
        else:
            epochs = self._shape.short if spec.kind == "specialist" else self._shape.long
            yield from (self.epoch(claim, number, epochs) for number in range(1, epochs + 1))
            yield _artifact(folder, "checkpoint", "last.ckpt", epochs)

    def epoch(self, claim: ClaimedJob, number: int, epochs: int) -> EpochReport:
        """A curve that rises towards its end; the generalist's last epoch shows a plateau."""
        level = 1 - float(np.exp(-5 * number / epochs)) + float(self._rng.normal(0, 0.02))
        steps = claim.spec.config.learner.batch_size
        seen = self._rng.choice(claim.spec.variations, min(self._shape.seen, len(claim.spec.variations)), replace=False)
        return EpochReport(
            epoch=number, steps=steps, job_steps=number * steps, seconds=1.0, episodes=2 * len(seen),
            mean_return=10 * level, success_rate=None, mean_length=50.0,
            metrics={name: float(self._rng.normal()) for name in METRICS}, returns=self._returns(seen.tolist(), level),
            plateau=_plateau(epochs) if claim.spec.stop_at_plateau and number == epochs else None,
        )  # fmt: skip

    def _evaluation(self, epoch: int, trained: tuple[int, ...], held_out: tuple[int, ...], level: float) -> SpoolLine:
        return EvaluationReport(
            epoch=epoch, steps=0, seconds=1.0, rounds=3, rounds_asked=3,
            training=self._returns(trained, level), held_out=self._returns(held_out, 0.8 * level),
        )  # fmt: skip

    def _returns(self, variations: list[int] | tuple[int, ...], level: float) -> tuple[VariationReturn, ...]:
        """The higher a variation's number, the easier it is."""
        means = 10 * np.clip(level * (0.3 + np.array(variations) / 1024), 0, 2)
        return tuple(
            VariationReturn(
                variation=v, episodes=2, mean_return=float(mean), std_return=1.0, success_rate=None, mean_length=50.0
            )
            for v, mean in zip(variations, means, strict=True)
        )


class HeldJob:
    """A claimed job with its folder: lines that are written to its spool, and their sending."""

    def __init__(self, trainer: SimulatedTrainer, claim: ClaimedJob) -> None:
        self._trainer, self._claim = trainer, claim
        self.folder = JobFolder(trainer.folder / str(claim.job_id))
        self.folder.checkpoints.mkdir(parents=True)
        self._spool = SpoolWriter(self.folder.spool)
        offsets, retry = AckedOffsets(self.folder.path), RetryUntil(lambda: False)
        self._follower = ReportSender(trainer.api, claim, self.folder, offsets, retry).follower()
        self.epochs = self.steps = 0

    def write(self, line: SpoolLine) -> None:
        if isinstance(line, EpochReport):
            self.epochs, self.steps = line.epoch, line.job_steps
        self._spool.write(line)

    def send(self) -> None:
        """Everything written so far."""
        self._follower.drain()

    def next_epoch(self, of: int) -> None:
        """One more epoch is reported."""
        if self.epochs == 0:
            self.write(StartedReport(epoch=0, device="cpu", num_envs=64))
        self.write(self._trainer.epoch(self._claim, self.epochs + 1, of))
        self.send()


def _artifact(folder: JobFolder, kind: str, name: str, epoch: int) -> ArtifactReport:
    path = folder.checkpoints / name
    path.write_bytes(b"simulated")
    return ArtifactReport.model_validate(
        {"kind": kind, "name": name, "epoch": epoch, "path": str(path.relative_to(folder.path))}
    )


def _plateau(epochs: int) -> PlateauReport:
    window = max(2, epochs // 3)
    return PlateauReport(
        start_epoch=epochs - window, detected_epoch=epochs, value=9.0, best_later=9.1, margin=0.2, window=window,
        metric="return",
    )  # fmt: skip
