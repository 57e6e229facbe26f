"""Renews the lease on a job every few seconds and receives the state that the backend wants the job to be in."""

import logging
import threading
import time

from gsl.client.errors import Refused, Stale, Unreachable
from gsl.client.worker_api import WorkerApi
from gsl.protocol.jobs import DesiredState
from gsl.protocol.lease import ClaimedJob

logger = logging.getLogger(__name__)

_RETRY_S = 5.0


class Heartbeat:
    """Runs in a thread of its own, so that no upload or download delays it."""

    def __init__(self, api: WorkerApi, claim: ClaimedJob, worker: str) -> None:
        self._api, self._claim, self._worker = api, claim, worker
        self._ended = threading.Event()
        self._silent_since: float | None = None
        self.desired_state: DesiredState = "run"
        self.stale: Stale | None = None

    def run(self) -> None:
        """Beat until `end`, or until another worker holds the job."""
        wait = self._claim.heartbeat_seconds
        while not self._ended.wait(wait) and self.stale is None:
            wait = self._beat()

    def end(self) -> None:
        self._ended.set()

    def _beat(self) -> float:
        """Send one heartbeat; returns the seconds until the next."""
        every = self._claim.heartbeat_seconds
        try:
            self.desired_state = self._api.heartbeat(self._claim.job_id, self._claim.attempt, self._worker).wish
        except Stale as stale:
            self.stale = stale
        except (Unreachable, Refused) as error:
            # A refusal for another reason than the attempt is the server's problem, a changed token for example.
            self._log_failure(error)
            return min(every, _RETRY_S)
        else:
            self._silent_since = None
        return every

    def _log_failure(self, error: Unreachable | Refused) -> None:
        if self._silent_since is None:
            self._silent_since = time.monotonic()
            logger.warning("job %d: heartbeat failed, training continues: %s", self._claim.job_id, error)
