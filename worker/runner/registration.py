"""Tells the API every few seconds that this slot lives, what it can run and what it is doing."""

import logging
import threading

from client.errors import ApiError
from client.worker_api import WorkerApi
from gsl.protocol.lease import WorkerInfo
from worker.runner.slot import Slot

logger = logging.getLogger(__name__)

EVERY_S = 10.0
_RETRY_S = 2.0


class Presence:
    """A thread beside Celery; a broker that is away or a job that keeps the slot busy does not silence it."""

    def __init__(self, api: WorkerApi, info: WorkerInfo, slot: Slot) -> None:
        self._api, self._info, self._slot = api, info, slot
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
        self._known: bool | None = None

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        wait = 0.0
        while not self._ended.wait(wait):
            wait = EVERY_S if self._announce() else _RETRY_S

    def _announce(self) -> bool:
        now = self._info.model_copy(update={"job_id": self._slot.job_id, "speeds": self._slot.speeds})
        try:
            self._api.announce(now)
        except ApiError as error:
            self._note(False, f"the API does not know of this worker: {error}")
            return False
        self._note(True, f"{self._info.name} is ready: {self._info.device}, {', '.join(self._info.suites)}")
        return True

    def _note(self, known: bool, message: str) -> None:
        """Say it when it changes, not every few seconds."""
        if known != self._known:
            logger.log(logging.INFO if known else logging.WARNING, message)
        self._known = known
