"""Prepares the folder of a claimed job: reused if the previous attempt ran here, filled from the API otherwise.

Before a job is claimed, `disk_trouble` says whether there is room for its files at all.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from gsl.atomic_file import write_text
from gsl.client import files
from gsl.client.worker_api import WorkerApi
from gsl.protocol.lease import ArtifactRef, ClaimedJob
from gsl.protocol.reports import Wire
from gsl.worker.job.folder import JobFile, JobFolder, TeacherFile
from gsl.worker.runner.retry import RetryUntil

_LOCK_WAIT_S = 60.0
_NEEDED_BYTES = 64 << 20
_PROBE = b"x" * 4096


class FolderBusy(RuntimeError):
    """A process of an earlier attempt still uses the folder and does not end."""


class _Origin(Wire):
    """The attempt, job and server that a folder belongs to."""

    api_url: str
    claim: ClaimedJob


def disk_trouble(worker_dir: Path) -> str | None:
    """What is wrong with the disk of this folder, and what to do; None if files can be written there."""
    probe = worker_dir / "slots" / "disk-probe"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(worker_dir).free
        if free < _NEEDED_BYTES:
            return f"The disk of {worker_dir} has {free >> 20} MiB left. Free at least {_NEEDED_BYTES >> 20} MiB there."
        probe.write_bytes(_PROBE)
        probe.unlink(missing_ok=True)
    except OSError as error:
        return f"Files cannot be written in {worker_dir}: {error.strerror or error}."
    return None


def job_folder(worker_dir: Path, job_id: int) -> JobFolder:
    return JobFolder(worker_dir / "jobs" / str(job_id))


@contextmanager
def locked(folder: JobFolder, retry: RetryUntil) -> Iterator[int]:
    """Exclusive use of the folder; yields the descriptor of the lock file, which trainers inherit and so hold too.

    Raises FolderBusy if an earlier trainer is still running after a minute, and Aborted.
    """
    folder.path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(_lock_file(folder), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, folder, retry)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: JobFolder, retry: RetryUntil) -> None:
    waited = 0.0
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waited >= _LOCK_WAIT_S:
                raise FolderBusy(f"The trainer of an earlier attempt is still running in {folder.path}.") from None
        retry.sleep(0.5)
        waited += 0.5


def is_reusable(folder: JobFolder, claim: ClaimedJob, api_url: str) -> bool:
    """Whether the folder was left by this job's previous attempt, and so is newer than what the API has."""
    try:
        origin = _Origin.model_validate_json(_origin_file(folder).read_text())
    except (FileNotFoundError, ValidationError):
        return False
    before = origin.claim
    return (
        origin.api_url == api_url
        and before.attempt == claim.attempt - 1
        and (before.job_id, before.run_id, before.spec) == (claim.job_id, claim.run_id, claim.spec)
    )


def prepare(
    api: WorkerApi, claim: ClaimedJob, folder: JobFolder, api_url: str, retry: RetryUntil, threads: int | None = None
) -> None:
    """Put everything that the trainer starts from into the folder; files that are there and intact are kept."""
    write_text(_origin_file(folder), _Origin(api_url=api_url, claim=claim).model_dump_json())
    if claim.resume and not folder.resume.exists():
        _fetch(api, claim.resume, folder.resume, retry)
    source = _input(api, claim.source, folder, retry) if claim.source else None
    demonstrations = tuple(_input(api, each, folder, retry) for each in claim.demonstrations)
    teachers = tuple(
        TeacherFile(path=_input(api, each.checkpoint, folder, retry), variations=each.variations)
        for each in claim.teachers
    )
    folder.stop.unlink(missing_ok=True)
    folder.exit.unlink(missing_ok=True)
    folder.write_job(
        JobFile(
            spec=claim.spec, source=source, demonstrations=demonstrations, teachers=teachers, attempt=claim.attempt,
            threads=threads,
        )
    )  # fmt: skip


def clear(folder: JobFolder) -> None:
    """Delete the folder's content; its lock stays."""
    if folder.path.exists():
        shutil.rmtree(folder.path)


def delete(folder: JobFolder) -> None:
    """Delete the folder of a finished job, and its lock: nobody will need either again."""
    clear(folder)
    _lock_file(folder).unlink(missing_ok=True)


def prune(worker_dir: Path, older_than_s: float = 14 * 24 * 3600.0) -> None:
    """Delete folders that were not used for long, such as those of jobs that another machine took over, and of slots
    whose names do not come again, as in a batch system."""
    for path in (worker_dir / "jobs").glob("*/"):
        if time.time() - path.stat().st_mtime > older_than_s:
            delete(JobFolder(path))
    for path in (worker_dir / "slots").glob("*/"):
        if time.time() - path.stat().st_mtime > older_than_s:
            shutil.rmtree(path)


def _input(api: WorkerApi, artifact: ArtifactRef, folder: JobFolder, retry: RetryUntil) -> str:
    """Fetch one input; returns its path relative to the folder. The id keeps apart files of the same name."""
    relative = f"inputs/{artifact.id}-{Path(artifact.name).name}"
    path = folder.path / relative
    if not path.exists() or files.sha256(path) != artifact.sha256:
        _fetch(api, artifact, path, retry)
    return relative


def _fetch(api: WorkerApi, artifact: ArtifactRef, path: Path, retry: RetryUntil) -> None:
    retry.call(lambda: api.download(artifact, path))


def _lock_file(folder: JobFolder) -> Path:
    return folder.path.with_suffix(".lock")


def _origin_file(folder: JobFolder) -> Path:
    return folder.path / "claim.json"
