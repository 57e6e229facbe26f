"""Stands in for the trainer where a real one would not misbehave: `odd_trainer.py FOLDER WAY`."""

import errno
import os
import signal
import sys
import time
from pathlib import Path

import psutil

from gsl.protocol.reports import ArtifactReport, EpochReport, JobResult, StartedReport
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.spool import SpoolWriter, rewind


def trainers(folder: Path) -> list[int]:
    """Process ids of those that work in this folder, without their shims."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if "odd_trainer" in command and str(folder) in command and "gsl.worker.runner.shim" not in command:
            found.append(process.pid)
    return found


def epoch(number: int) -> EpochReport:
    return EpochReport(
        epoch=number, steps=10, job_steps=10 * number, seconds=0.01, episodes=0, mean_return=None, success_rate=None,
        mean_length=None, metrics={},
    )  # fmt: skip


def say_epochs(folder: JobFolder, first: int, last: int) -> None:
    spool = SpoolWriter(folder.spool)
    spool.write(StartedReport(epoch=first - 1, device="cpu", num_envs=1))
    for number in range(first, last + 1):
        spool.write(epoch(number))
    spool.close()


def succeed(folder: JobFolder, epochs: int = 3) -> None:
    """With a checkpoint, as a job that succeeded has one."""
    path = folder.path / "last.ckpt"
    path.write_bytes(b"policy")
    spool = SpoolWriter(folder.spool)
    spool.write(ArtifactReport(kind="checkpoint", name=path.name, epoch=epochs, path=path.name))
    spool.close()
    folder.write_result(JobResult(outcome="completed", epochs=epochs, steps=10 * epochs))


def wait_for_ever() -> None:
    while True:
        time.sleep(0.05)


def fail(way: str) -> None:
    if way == "hanging":
        os.kill(os.getpid(), signal.SIGSTOP)
    if way == "crashing":
        os.kill(os.getpid(), signal.SIGSEGV)
    if way == "broken":
        raise RuntimeError("the simulator is broken")
    if way == "diskless":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def main(folder: JobFolder, way: str) -> None:
    rewind(folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(75))
    if way == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if way == "slow":  # its first epoch takes longer than the test
        wait_for_ever()
    say_epochs(folder, 1, 3)
    if way in ("stoppable", "stubborn"):
        wait_for_ever()
    if way == "patient":  # ends once the test says so
        while not (folder.path / "go").exists():
            time.sleep(0.05)
        say_epochs(folder, 4, 6)
    fail(way)
    if way == "babbling":
        with folder.spool.open("a") as spool:
            spool.write("this is no report\n")
        wait_for_ever()
    if way != "resultless":
        succeed(folder)


if __name__ == "__main__":
    main(JobFolder(Path(sys.argv[1])), sys.argv[2])
