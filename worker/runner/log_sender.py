"""Sends the trainer's log to the API while it grows."""

import logging

from gsl.client.errors import Refused, Stale
from gsl.client.worker_api import WorkerApi
from gsl.protocol.lease import ClaimedJob
from gsl.worker.job.folder import JobFolder
from gsl.worker.runner.file_follower import AckedOffsets, FileFollower
from gsl.worker.runner.retry import RetryUntil

logger = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
POLL_S = 2.0


class LogSender:
    """The log of one attempt. Each piece is sent with its offset, so sending it twice is harmless.

    The API counts bytes from the attempt's first one. The file may begin earlier, with previous attempts: what they did
    not send becomes the beginning of this attempt's log.
    """

    def __init__(
        self, api: WorkerApi, claim: ClaimedJob, folder: JobFolder, acked: AckedOffsets, retry: RetryUntil
    ) -> None:
        self._api, self._claim, self._folder, self._acked, self._retry = api, claim, folder, acked, retry
        self._begin = acked.log
        self._refused = False

    def follower(self) -> FileFollower:
        """What sends the log while it grows."""
        return FileFollower(self.send_next, POLL_S, POLL_S)

    def send_next(self) -> int | None:
        """Send the next piece; returns how many bytes there were beyond it, or None if none. Raises Stale, Aborted.

        If the API refuses the log, it stays on this machine: training is worth more than its log.
        """
        if self._refused or not (text := self._unsent()):
            return None
        left = self._folder.log.stat().st_size - self._acked.log - len(text)
        try:
            self._send(text)
        except Stale:
            raise
        except Refused as refused:
            self._refused = True
            logger.error(
                "job %d: the API refused the log, which stays on this machine: %s", self._claim.job_id, refused
            )
        return None if self._refused else left

    def _unsent(self) -> bytes:
        if not self._folder.log.exists():
            return b""
        with self._folder.log.open("rb") as file:
            file.seek(self._acked.log)
            return file.read(MAX_BYTES)

    def _send(self, text: bytes) -> None:
        claim, offset = self._claim, self._acked.log - self._begin
        self._retry.call(lambda: self._api.append_log(claim.job_id, claim.attempt, offset, text))
        self._acked.commit(log=self._acked.log + len(text))
