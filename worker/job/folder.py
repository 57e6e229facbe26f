"""The folder of one job: what the runner puts there and what the trainer leaves.

    job.json                     what to do: `JobFile`
    spool.jsonl                  the trainer's reports (see spool.py)
    checkpoints/epoch-000123.ckpt
    resume.ckpt                  the newest checkpoint (see checkpoint.py)
    result.json                  `JobResult`, once the job has completed
    stop                         its existence asks the trainer to write a checkpoint and exit
    exit                         the exit code of this job, if its trainer had several
    alive                        touched by the trainer while it works: its time is the last sign of life
    trainer.log                  what the trainer prints

This package does not import torch, because the runner uses it too.
"""

from dataclasses import dataclass
from pathlib import Path

from gsl.atomic_file import write_text
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import JobResult, Wire

EXIT_ENDED = 0
EXIT_FAILED = 1
EXIT_STOPPED = 75
"""The trainer stopped on request and can resume later (os.EX_TEMPFAIL)."""


class TeacherFile(Wire):
    """A checkpoint, and the variations on which its policy teaches."""

    path: str
    variations: tuple[int, ...]


class JobFile(Wire):
    """A job with its inputs; paths are relative to the job's folder, or absolute."""

    spec: JobSpec
    source: str | None = None
    demonstrations: tuple[str, ...] = ()
    teachers: tuple[TeacherFile, ...] = ()
    attempt: int = 1
    threads: int | None = None
    """Threads that networks may use; if empty, as many as there are cores. A checkpoint's number takes precedence."""


@dataclass(frozen=True)
class JobFolder:
    """Paths of the files in one job's folder."""

    path: Path

    @property
    def job(self) -> Path:
        return self.path / "job.json"

    @property
    def spool(self) -> Path:
        return self.path / "spool.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def resume(self) -> Path:
        return self.path / "resume.ckpt"

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    @property
    def stop(self) -> Path:
        return self.path / "stop"

    @property
    def exit(self) -> Path:
        return self.path / "exit"

    @property
    def alive(self) -> Path:
        return self.path / "alive"

    @property
    def log(self) -> Path:
        return self.path / "trainer.log"

    def read_job(self) -> JobFile:
        return JobFile.model_validate_json(self.job.read_text())

    def write_job(self, job: JobFile) -> None:
        write_text(self.job, job.model_dump_json(indent=1))

    def write_exit(self, code: int) -> None:
        write_text(self.exit, str(code))

    def read_exit(self) -> int | None:
        """The job's exit code from a trainer with several jobs; None if it has not ended there."""
        return int(self.exit.read_text()) if self.exit.exists() else None

    def read_result(self) -> JobResult | None:
        """The job's result; None if it has not completed."""
        return JobResult.model_validate_json(self.result.read_text()) if self.result.exists() else None

    def write_result(self, result: JobResult) -> None:
        write_text(self.result, result.model_dump_json())
