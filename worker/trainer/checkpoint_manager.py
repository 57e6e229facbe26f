"""When a training job's state is written to disk, under which name, and what is announced of it."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from gsl.protocol.reports import ArtifactReport
from worker.job.folder import JobFolder
from worker.job.spool import Spool
from worker.trainer import checkpoint
from worker.trainer.checkpoint import State

LOCAL_SECONDS = 5.0
"""Longest that a killed trainer has to do again on the same machine, one epoch aside."""
ANNOUNCE_SECONDS = 60.0
ANNOUNCE_EPOCHS = 25
CHEAP_SECONDS, LIGHT_BYTES = 0.5, 32_000_000
"""A checkpoint that takes longer or is larger, as one with a replay is, is announced by the clock alone."""
TRAINING_TO_WRITING = 9.0
"""Seconds of training for each second of writing: no more than a tenth of the time goes into checkpoints."""
ANNOUNCED_BYTES_A_SECOND = 200_000
"""What is announced is uploaded and stays: 0.7 GB an hour at most, beside the light ones."""


class Keeper:
    """Writes `resume.ckpt` often and announces a checkpoint now and then; training does not depend on when."""

    def __init__(self, folder: JobFolder, spool: Spool) -> None:
        self._folder, self._spool = folder, spool
        self._written_at = self._announced_at = time.monotonic()
        self._resume_epoch = self._announced_epoch = -1
        self._cost, self._bytes = 0.0, 0  # seconds that the newest checkpoint took, and its size

    def resumed(self, epoch: int) -> None:
        """`resume.ckpt` was there already, and is of this epoch."""
        self._resume_epoch = epoch
        self.announce()

    def after_epoch(self, epoch: int, state: Callable[[], State]) -> None:
        """Write and announce as far as it is time."""
        now, cost = time.monotonic(), self._cost
        by_epochs = epoch % ANNOUNCE_EPOCHS == 0 and cost < CHEAP_SECONDS and self._bytes < LIGHT_BYTES
        rested = now - self._written_at >= TRAINING_TO_WRITING * cost
        by_clock = now - self._announced_at >= max(ANNOUNCE_SECONDS, self._bytes / ANNOUNCED_BYTES_A_SECOND)
        if by_epochs or (by_clock and rested):
            self._write_measured(epoch, state)
            self.announce()
        elif now - self._written_at >= LOCAL_SECONDS and rested:
            self._write_measured(epoch, state)

    def last(self, epoch: int, state: State, *, learned: bool = False) -> None:
        """Write and announce where the job ended: for others alone, so without experience.

        What was `learned` since the epoch's own checkpoint is announced beside it, under another name.
        """
        self.write(epoch, _for_others(state))
        if learned and self._announced_epoch == epoch:
            self._announce(f"epoch-{epoch:06d}-end.ckpt")
        self.announce()

    def _write_measured(self, epoch: int, state: Callable[[], State]) -> None:
        started = time.monotonic()
        self.write(epoch, state())
        self._cost, self._bytes = time.monotonic() - started, self._folder.resume.stat().st_size

    def write(self, epoch: int, state: State) -> None:
        """Make this the place where the job goes on."""
        checkpoint.save(self._folder.resume, state | {"spool_offset": self._spool.offset})
        self._resume_epoch, self._written_at = epoch, time.monotonic()

    def announce(self) -> None:
        """Let `resume.ckpt` be uploaded under its epoch's name; a second time does nothing.

        The checkpoint stands for the spool up to here, without this line: a trainer that goes on announces it again.
        """
        if self._resume_epoch != self._announced_epoch:
            self._announce(f"epoch-{self._resume_epoch:06d}.ckpt")

    def _announce(self, name: str) -> None:
        path = self._folder.checkpoints / name
        _link(self._folder.resume, path)
        self._say("checkpoint", path, self._resume_epoch)
        self._announced_epoch, self._announced_at = self._resume_epoch, time.monotonic()

    def best(self, epoch: int, state: State) -> None:
        """Keep the policy that evaluated best so far."""
        path = self._folder.checkpoints / f"best-{epoch:06d}.ckpt"
        checkpoint.save(path, _for_others(state) | {"spool_offset": self._spool.offset})
        self._say("best", path, epoch)

    def candidate(self, epoch: int, state: State, window: int) -> None:
        """Keep a state that may turn out to be where a plateau began; forget those too old for that.

        Long windows keep a twentieth of their epochs: the nearest before the plateau is close enough.
        """
        spacing = max(1, window // 20)
        if epoch % spacing == 0:
            checkpoint.save(self._candidate(epoch), _for_others(state) | {"spool_offset": 0})
            self._candidate(epoch - window - 2 * spacing).unlink(missing_ok=True)

    def rewind_to(self, start_epoch: int) -> None:
        """Announce the newest kept state that is not after `start_epoch`, where the plateau began, as that epoch's."""
        kept = sorted(self._folder.checkpoints.glob("plateau-*.ckpt"))
        early = [path for path in kept if _epoch(path) <= start_epoch] or kept[:1]
        if early:
            self._say("checkpoint", early[-1], start_epoch)

    def _candidate(self, epoch: int) -> Path:
        return self._folder.checkpoints / f"plateau-{epoch:06d}.ckpt"

    def _say(self, kind: str, path: Path, epoch: int) -> None:
        relative = path.relative_to(self._folder.path).as_posix()
        self._spool.say(
            ArtifactReport.model_validate({"kind": kind, "name": path.name, "epoch": epoch, "path": relative})
        )


def _epoch(path: Path) -> int:
    return int(path.stem.split("-")[-1])


def _for_others(state: State) -> State:
    """Without the experience with which only the same job goes on: a replay may have gigabytes."""
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
