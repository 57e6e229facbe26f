"""Carries what the trainer says to the API: in order, in batches, as often as it takes; the trainer never waits.

The trainer writes lines to its spool, a file; the reporter reads behind it and remembers on disk how far it came. An
artifact is uploaded once everything said before it has arrived.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from client.worker_api import WorkerApi
from gsl.protocol.lease import ClaimedJob, ReportBatch
from gsl.protocol.reports import ArtifactReport, EpochReport, Report, SpoolLine
from worker.job.folder import JobFolder
from worker.runner.offsets import Sent
from worker.runner.retry import Patience

MAX_REPORTS = 1000
MAX_BYTES = 1 << 20
POLL_S = 0.25
_SPEED_EPOCHS = 20

_LINE: TypeAdapter[SpoolLine] = TypeAdapter(SpoolLine)


class SpoolError(RuntimeError):
    """The spool holds something that no trainer says, or announces a file that is not there."""


@dataclass(frozen=True)
class Lines:
    """Whole lines from the spool and the byte offset behind the last of them."""

    reports: tuple[Report, ...]
    artifact: ArtifactReport | None
    end: int


def read_lines(spool: Path, offset: int) -> Lines:
    """What comes next: reports up to the batch's limits, then at most one artifact. Empty when there is nothing whole.

    A last line without its newline is still being written, or was cut off; it is left for later. Raises `SpoolError`.
    """
    reports: list[Report] = []
    end = offset
    with spool.open("rb") as file:
        file.seek(offset)
        while len(reports) < MAX_REPORTS and (end == offset or end - offset < MAX_BYTES):
            text = file.readline()
            if not text.endswith(b"\n"):
                break
            line = _parsed(text, end)
            end += len(text)
            if isinstance(line, ArtifactReport):
                return Lines(tuple(reports), line, end)
            reports.append(line)
    return Lines(tuple(reports), None, end)


def _is_epoch_checkpoint(artifact: ArtifactReport) -> bool:
    """Whether the trainer never looks at the file again once it is announced; it may at a plateau's candidates."""
    return artifact.kind == "checkpoint" and artifact.name.startswith("epoch-")


def _parsed(text: bytes, offset: int) -> SpoolLine:
    try:
        return _LINE.validate_json(text)
    except ValidationError as error:
        raise SpoolError(f"the spool holds no report at byte {offset}: {text[:200]!r}") from error


class Reporter:
    """One job's reports and artifacts, from its folder to the API."""

    def __init__(
        self,
        api: WorkerApi,
        claim: ClaimedJob,
        folder: JobFolder,
        sent: Sent,
        patience: Patience,
        on_speed: Callable[[float], None] = lambda steps_per_second: None,
    ) -> None:
        self._api, self._claim, self._folder, self._sent, self._patience = api, claim, folder, sent, patience
        self._on_speed = on_speed
        self._epochs: deque[EpochReport] = deque(maxlen=_SPEED_EPOCHS)
        self._closed = threading.Event()

    def run(self) -> None:
        """Follow the spool until `close`, then send what is left. Raises `Stale`, `Refused`, `GaveUp`, `SpoolError`."""
        while True:
            closed = self._closed.is_set()  # asked before the last look, so that nothing said until then is missed
            self.drain()
            if closed:
                return
            self._closed.wait(POLL_S)

    def close(self) -> None:
        """The trainer has ended: nothing more will be said."""
        self._closed.set()

    def drain(self) -> None:
        """Send everything whole that the spool holds now."""
        while self._send_next():
            pass

    def _send_next(self) -> bool:
        if not self._folder.spool.exists():
            return False
        offset = min(self._sent.spool, self._folder.spool.stat().st_size)
        lines = read_lines(self._folder.spool, offset)
        if lines.end == offset:
            return False
        if lines.reports:
            self._post(lines.reports)
        if lines.artifact:
            self._upload(lines.artifact)
        self._sent.note(spool=lines.end)
        if lines.artifact and _is_epoch_checkpoint(lines.artifact):
            self._file_of(lines.artifact).unlink()  # or a long job fills the disk; resume.ckpt stays
        return True

    def _post(self, reports: tuple[Report, ...]) -> None:
        batch = ReportBatch(attempt=self._claim.attempt, reports=reports)
        self._patience.call(lambda: self._api.report(self._claim.job_id, batch))
        self._measure(reports)

    def _upload(self, artifact: ArtifactReport) -> None:
        path = self._file_of(artifact)
        self._patience.call(lambda: self._api.upload(self._claim.job_id, self._claim.attempt, artifact, path))

    def _file_of(self, artifact: ArtifactReport) -> Path:
        folder = self._folder.path.resolve()
        path = (folder / artifact.path).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise SpoolError(f"the announced {artifact.kind} {artifact.path} is no file in the job's folder")
        return path

    def _measure(self, reports: tuple[Report, ...]) -> None:
        """Training steps per second over the latest epochs."""
        self._epochs.extend(report for report in reports if isinstance(report, EpochReport))
        seconds = sum(epoch.seconds for epoch in self._epochs)
        if seconds > 0:
            self._on_speed(sum(epoch.steps for epoch in self._epochs) / seconds)
