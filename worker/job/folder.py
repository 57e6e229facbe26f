"""The folder one job lives in: what the supervisor puts there and what the trainer leaves.

    job.json                     what to do: `JobFile`
    spool.jsonl                  everything the trainer says, one `SpoolLine` a line, in order
    checkpoints/epoch-000123.ckpt
    resume.ckpt                  the newest complete checkpoint
    result.json                  `JobResult`, at a good end
    stop                         appears when the trainer should write a checkpoint and go

Free of torch: the supervisor reads it too.
"""

import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import JobResult, Wire

EXIT_ENDED = 0
EXIT_STOPPED = 75
"""The trainer stopped as it was asked to; the job goes on later (os.EX_TEMPFAIL)."""


class TeacherFile(Wire):
    """A checkpoint beside a job, and the variations on which its policy teaches."""

    path: str
    variations: tuple[int, ...]


class JobFile(Wire):
    """A job with its inputs; paths are relative to the file's folder, or absolute."""

    spec: JobSpec
    source: str | None = None
    demonstrations: tuple[str, ...] = ()
    teachers: tuple[TeacherFile, ...] = ()
    attempt: int = 1


@dataclass(frozen=True)
class JobFolder:
    """Names of the files in one job's folder."""

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
    def log(self) -> Path:
        return self.path / "trainer.log"

    def read_job(self) -> JobFile:
        return JobFile.model_validate_json(self.job.read_text())

    def write_job(self, job: JobFile) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        write_atomically(self.job, job.model_dump_json(indent=1))

    def read_result(self) -> JobResult | None:
        """How the job ended; None while it has not ended well."""
        return JobResult.model_validate_json(self.result.read_text()) if self.result.exists() else None

    def write_result(self, result: JobResult) -> None:
        write_atomically(self.result, result.model_dump_json())


def spool_offset(resume: Path) -> int:
    """How many bytes of the spool the checkpoint stands for: what follows is said again by a trainer that goes on."""
    if not resume.exists():
        return 0
    with zipfile.ZipFile(resume) as archive:
        return int(json.loads(archive.read("state.json"))["state"]["spool_offset"])


def rewind_spool(folder: JobFolder) -> int:
    """Cut the spool back to what the newest checkpoint stands for, and say where it ends now.

    Doing so twice is harmless: a supervisor does it before it starts a trainer and its reporter, so that both agree.
    """
    keep = min(spool_offset(folder.resume), folder.spool.stat().st_size if folder.spool.exists() else 0)
    folder.path.mkdir(parents=True, exist_ok=True)
    with folder.spool.open("ab") as spool:
        spool.truncate(keep)
    return keep


def write_atomically(path: Path, text: str) -> None:
    """The file appears whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
