"""When a training job writes its state to disk, under which name, and which files are published for upload."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from gsl.protocol.reports import ArtifactReport
from gsl.worker.job import checkpoint
from gsl.worker.job.checkpoint import State
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.spool import SpoolWriter

LOCAL_SECONDS = 5.0
"""Training that a killed trainer has to repeat on the same machine, at most, plus one epoch."""
PUBLISH_SECONDS = 60.0
PUBLISH_EPOCHS = 25
CHEAP_SECONDS, LIGHT_BYTES = 0.5, 32_000_000
"""A checkpoint that takes longer or is larger, for example one with a replay, is published by the clock alone."""
TRAINING_TO_WRITING = 9.0
"""Seconds of training for each second of writing: at most a tenth of the time goes into checkpoints."""
PUBLISHED_BYTES_A_SECOND = 200_000
"""Published files are uploaded and stored: at most 0.7 GB an hour, apart from light checkpoints."""


class CheckpointManager:
    """Writes `resume.ckpt` often and publishes some of these; when it does so has no influence on training."""

    def __init__(self, folder: JobFolder, spool: SpoolWriter) -> None:
        self._folder, self._spool = folder, spool
        self._written_at = self._published_at = time.monotonic()
        self._resume_epoch = self._published_epoch = -1
        self._cost, self._bytes = 0.0, 0  # seconds that the newest checkpoint took, and its size
        self.jobs = 1
        """How many jobs this process trains: all write about as often, so the cost of one counts so many times."""

    def resumed(self, epoch: int) -> None:
        """`resume.ckpt` existed already, and is of this epoch."""
        self._resume_epoch = epoch
        self.publish()

    def after_epoch(self, epoch: int, state: Callable[[], State]) -> None:
        """Write and publish if it is time to."""
        now, cost = time.monotonic(), self._cost * self.jobs
        by_epochs = epoch % PUBLISH_EPOCHS == 0 and cost < CHEAP_SECONDS and self._bytes < LIGHT_BYTES
        rested = now - self._written_at >= TRAINING_TO_WRITING * cost
        by_clock = now - self._published_at >= max(PUBLISH_SECONDS, self._bytes / PUBLISHED_BYTES_A_SECOND)
        if by_epochs or (by_clock and rested):
            self._write_measured(epoch, state)
            self.publish()
        else:
            self.within_epoch(epoch, state)

    def within_epoch(self, epoch: int, state: Callable[[], State]) -> None:
        """Write if it is time to, but publish nothing."""
        since = time.monotonic() - self._written_at
        if since >= max(LOCAL_SECONDS, TRAINING_TO_WRITING * self._cost * self.jobs):
            self._write_measured(epoch, state)

    def last(self, epoch: int, state: State, *, learned: bool = False) -> None:
        """Write and publish the job's final state: for other jobs only, so without experience.

        If the policy `learned` after this epoch was published, the file gets another name than the epoch's.
        """
        self.write(epoch, _for_other_jobs(state))
        if learned and self._published_epoch == epoch:
            self._publish(f"epoch-{epoch:06d}-end.ckpt")
        self.publish()

    def _write_measured(self, epoch: int, state: Callable[[], State]) -> None:
        started = time.monotonic()
        self.write(epoch, state())
        self._cost, self._bytes = time.monotonic() - started, self._folder.resume.stat().st_size

    def write(self, epoch: int, state: State) -> None:
        """Let the job resume from this state."""
        checkpoint.save(self._folder.resume, state | {"spool_offset": self._spool.offset})
        self._resume_epoch, self._written_at = epoch, time.monotonic()

    def publish(self) -> None:
        """Have `resume.ckpt` uploaded under its epoch's name; a second call does nothing.

        The checkpoint's spool offset is from before this line, so a resumed trainer publishes it again.
        """
        if self._resume_epoch != self._published_epoch:
            self._publish(f"epoch-{self._resume_epoch:06d}.ckpt")

    def _publish(self, name: str) -> None:
        path = self._folder.checkpoints / name
        _link(self._folder.resume, path)
        self._report("checkpoint", path, self._resume_epoch)
        self._published_epoch, self._published_at = self._resume_epoch, time.monotonic()

    def best(self, epoch: int, state: State) -> None:
        """Keep and publish the policy with the best evaluation so far."""
        path = self._folder.checkpoints / f"best-{epoch:06d}.ckpt"
        checkpoint.save(path, _for_other_jobs(state) | {"spool_offset": self._spool.offset})
        self._report("best", path, epoch)

    def candidate(self, epoch: int, state: State, window: int) -> None:
        """Keep a state that may turn out to be the start of a plateau; delete those that are too old for that.

        A long window keeps a twentieth of its epochs: the last one before the plateau is close enough.
        """
        spacing = max(1, window // 20)
        if epoch % spacing == 0:
            checkpoint.save(self._candidate(epoch), _for_other_jobs(state) | {"spool_offset": 0})
            self._candidate(epoch - window - 2 * spacing).unlink(missing_ok=True)

    def rewind_to(self, start_epoch: int) -> None:
        """Publish the newest candidate that is not after `start_epoch`, where the plateau began, as that epoch's."""
        kept = sorted(self._folder.checkpoints.glob("plateau-*.ckpt"))
        early = [path for path in kept if _epoch(path) <= start_epoch] or kept[:1]
        if early:
            self._report("checkpoint", early[-1], start_epoch)

    def _candidate(self, epoch: int) -> Path:
        return self._folder.checkpoints / f"plateau-{epoch:06d}.ckpt"

    def _report(self, kind: str, path: Path, epoch: int) -> None:
        relative = path.relative_to(self._folder.path).as_posix()
        self._spool.write(
            ArtifactReport.model_validate({"kind": kind, "name": path.name, "epoch": epoch, "path": relative})
        )


def _epoch(path: Path) -> int:
    return int(path.stem.split("-")[-1])


def _for_other_jobs(state: State) -> State:
    """Without the experience that only the same job needs to resume: a replay may have gigabytes."""
    learner = {name: value for name, value in state["learner"].items() if name != "experience"}
    return state | {"learner": learner}


def _link(source: Path, target: Path) -> None:
    """The same content under a second name, without copying where the file system can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
