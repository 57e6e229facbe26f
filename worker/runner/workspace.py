"""Makes a claimed job's folder ready: kept where the attempt before was here, fetched from the API otherwise."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from client import files
from client.worker_api import WorkerApi
from gsl.protocol.lease import ArtifactRef, ClaimedJob
from gsl.protocol.reports import Wire
from worker.job.folder import JobFile, JobFolder, TeacherFile, write_atomically
from worker.runner.retry import Patience

_LOCK_WAIT_S = 60.0


class FolderBusy(RuntimeError):
    """A process of an earlier attempt at this job still lives here and does not end."""


class _Origin(Wire):
    """Which attempt at which server's job a folder belongs to."""

    api_url: str
    claim: ClaimedJob


def job_folder(worker_dir: Path, job_id: int) -> JobFolder:
    return JobFolder(worker_dir / "jobs" / str(job_id))


@contextmanager
def locked(folder: JobFolder, patience: Patience) -> Iterator[int]:
    """An open file that stands for being alone in the folder: this process, and the trainers that inherit it.

    Raises `FolderBusy` when an earlier trainer is not gone after a minute, `GaveUp`.
    """
    folder.path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(_lock_file(folder), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, folder, patience)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: JobFolder, patience: Patience) -> None:
    waited = 0.0
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waited >= _LOCK_WAIT_S:
                raise FolderBusy(f"an earlier trainer still works in {folder.path}") from None
        patience.sleep(0.5)
        waited += 0.5


def is_kept(folder: JobFolder, claim: ClaimedJob, api_url: str) -> bool:
    """Whether the folder is this very job's, left by the attempt just before, and so newer than what the API has."""
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


def fill(api: WorkerApi, claim: ClaimedJob, folder: JobFolder, api_url: str, patience: Patience) -> None:
    """Put everything the trainer starts from into the folder; what is there already is checked, not fetched again."""
    folder.path.mkdir(parents=True, exist_ok=True)
    write_atomically(_origin_file(folder), _Origin(api_url=api_url, claim=claim).model_dump_json())
    if claim.resume and not folder.resume.exists():
        _fetch(api, claim.resume, folder.resume, patience)
    source = _input(api, claim.source, folder, patience) if claim.source else None
    demonstrations = tuple(_input(api, each, folder, patience) for each in claim.demonstrations)
    teachers = tuple(
        TeacherFile(path=_input(api, each.checkpoint, folder, patience), variations=each.variations)
        for each in claim.teachers
    )
    folder.stop.unlink(missing_ok=True)
    folder.write_job(
        JobFile(spec=claim.spec, source=source, demonstrations=demonstrations, teachers=teachers, attempt=claim.attempt)
    )


def wipe(folder: JobFolder) -> None:
    if folder.path.exists():
        shutil.rmtree(folder.path)


def forget(folder: JobFolder) -> None:
    """Wipe the folder of a job that has ended, and its lock: nobody will ask for either again."""
    wipe(folder)
    _lock_file(folder).unlink(missing_ok=True)


def tidy(worker_dir: Path, older_than_s: float = 14 * 24 * 3600.0) -> None:
    """Forget folders that nobody came back to, as those of jobs that went on at another machine."""
    for path in (worker_dir / "jobs").glob("*/"):
        if time.time() - path.stat().st_mtime > older_than_s:
            forget(JobFolder(path))


def _input(api: WorkerApi, artifact: ArtifactRef, folder: JobFolder, patience: Patience) -> str:
    """Fetch one input; returns its path relative to the folder. The id keeps equal names of two jobs apart."""
    relative = f"inputs/{artifact.id}-{Path(artifact.name).name}"
    path = folder.path / relative
    if not path.exists() or files.sha256(path) != artifact.sha256:
        _fetch(api, artifact, path, patience)
    return relative


def _fetch(api: WorkerApi, artifact: ArtifactRef, path: Path, patience: Patience) -> None:
    patience.call(lambda: api.download(artifact, path))


def _lock_file(folder: JobFolder) -> Path:
    return folder.path.with_suffix(".lock")


def _origin_file(folder: JobFolder) -> Path:
    return folder.path / "claim.json"
