"""Ships the trainer's log to the API as it grows."""

import logging
import threading

from client.errors import Refused, Stale
from client.worker_api import WorkerApi
from gsl.protocol.lease import ClaimedJob
from worker.job.folder import JobFolder
from worker.runner.offsets import Sent
from worker.runner.retry import Patience

logger = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
POLL_S = 2.0


class LogShipper:
    """One attempt's log, from its folder to the API; an offset makes sending twice harmless.

    The API counts bytes from the attempt's begin. The folder's log may begin earlier, with attempts before this one:
    what they left unsent opens this attempt's log.
    """

    def __init__(self, api: WorkerApi, claim: ClaimedJob, folder: JobFolder, sent: Sent, patience: Patience) -> None:
        self._api, self._claim, self._folder, self._sent, self._patience = api, claim, folder, sent, patience
        self._begin = sent.log
        self._closed = threading.Event()

    def run(self) -> None:
        """Follow the log until `close`, then ship what is left. Raises `Stale`, `GaveUp`; no log is worth a job."""
        try:
            self._follow()
        except Stale:
            raise
        except Refused as refused:
            logger.error("job %d: the log is refused and stays here: %s", self._claim.job_id, refused)

    def close(self) -> None:
        self._closed.set()

    def _follow(self) -> None:
        while True:
            closed = self._closed.is_set()
            self._drain()
            if closed:
                return
            self._closed.wait(POLL_S)

    def _drain(self) -> None:
        while text := self._unsent():
            self._ship(text)

    def _unsent(self) -> bytes:
        if not self._folder.log.exists():
            return b""
        with self._folder.log.open("rb") as file:
            file.seek(self._sent.log)
            return file.read(MAX_BYTES)

    def _ship(self, text: bytes) -> None:
        claim, offset = self._claim, self._sent.log - self._begin
        self._patience.call(lambda: self._api.append_log(claim.job_id, claim.attempt, offset, text))
        self._sent.note(log=self._sent.log + len(text))
