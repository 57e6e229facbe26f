"""Sends the trainer's reports and artifacts to the API: in order, in batches, retrying for as long as necessary.

The trainer never waits for it. An artifact is uploaded once every report before it has arrived.
"""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from gsl.client.worker_api import WorkerApi
from gsl.protocol.lease import ClaimedJob, ReportBatch
from gsl.protocol.reports import ArtifactReport, EpochReport, Report
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.spool import SpoolError, read_batch
from gsl.worker.runner.file_follower import AckedOffsets, FileFollower
from gsl.worker.runner.retry import RetryUntil

POLL_S = 0.25
JOIN_S = 1.0
"""For so long reports are joined into one batch; the page shows them every 1.5 s."""
_SPEED_EPOCHS = 20


class ReportSender:
    """The reports and artifacts of one job."""

    def __init__(
        self,
        api: WorkerApi,
        claim: ClaimedJob,
        folder: JobFolder,
        acked: AckedOffsets,
        retry: RetryUntil,
        on_speed: Callable[[float], None] = lambda steps_per_second: None,
        on_upload: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._api, self._claim, self._folder, self._acked, self._retry = api, claim, folder, acked, retry
        self._on_speed, self._on_upload = on_speed, on_upload
        self._epochs: deque[EpochReport] = deque(maxlen=_SPEED_EPOCHS)

    def follower(self) -> FileFollower:
        """What sends the spool while it grows."""
        return FileFollower(self.send_next, POLL_S, JOIN_S)

    def send_next(self) -> int | None:
        """Send the next batch; returns how many bytes there were beyond it, or None if there is no batch.

        Raises Stale, Refused, Aborted, SpoolError.
        """
        if not self._folder.spool.exists():
            return None
        size = self._folder.spool.stat().st_size
        offset = min(self._acked.spool, size)
        batch = read_batch(self._folder.spool, offset)
        if batch.end == offset:
            return None
        if batch.reports:
            self._post(batch.reports)
        if batch.artifact:
            self._upload(batch.artifact)
        self._acked.commit(spool=batch.end)
        if batch.artifact and _is_epoch_checkpoint(batch.artifact):
            self._file_of(batch.artifact).unlink()  # otherwise a long job would fill the disk; resume.ckpt stays
        return max(0, size - batch.end)

    def _post(self, reports: tuple[Report, ...]) -> None:
        batch = ReportBatch(attempt=self._claim.attempt, reports=reports)
        self._retry.call(lambda: self._api.report(self._claim.job_id, batch))
        self._measure(reports)

    def _upload(self, artifact: ArtifactReport) -> None:
        path, began = self._file_of(artifact), time.monotonic()
        self._retry.call(lambda: self._api.upload(self._claim.job_id, self._claim.attempt, artifact, path))
        self._on_upload(time.monotonic() - began)

    def _file_of(self, artifact: ArtifactReport) -> Path:
        folder = self._folder.path.resolve()
        path = (folder / artifact.path).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise SpoolError(f"the spool announces the {artifact.kind} {artifact.path}, which the job folder lacks")
        return path

    def _measure(self, reports: tuple[Report, ...]) -> None:
        """Report the training steps per second of the latest epochs."""
        self._epochs.extend(report for report in reports if isinstance(report, EpochReport))
        seconds = sum(epoch.seconds for epoch in self._epochs)
        if seconds > 0:
            self._on_speed(sum(epoch.steps for epoch in self._epochs) / seconds)


def _is_epoch_checkpoint(artifact: ArtifactReport) -> bool:
    """Whether the trainer will not read the file again. It may still read the candidates for a plateau's start."""
    return artifact.kind == "checkpoint" and artifact.name.startswith("epoch-")
