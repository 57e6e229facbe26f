"""When a slot ends by itself: it had nothing to do for a while, or its time is almost over, as in a batch system.

Before its time is over, its trainer is asked for a checkpoint, and its job goes back to the queue. What that takes is
known: `GSL_STOP_SECONDS` for the trainer, and twice what the slowest file took to send. A job that would not get as far
as its first epoch until then is not claimed.
"""

import logging
import threading
import time
from collections.abc import Callable

from gsl.worker.runner.settings import WorkerSettings
from gsl.worker.runner.slot import Slot

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.5
_FIRST_START_S = 60.0
"""Taken for a job's start while no job has been measured, but no more than a quarter of the whole time."""


class Limits:
    """Watched by a thread of its own; without limits, there is none."""

    def __init__(
        self,
        slot: Slot,
        settings: WorkerSettings,
        leave: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`leave` ends the loop that takes jobs, once the slot has none."""
        self._slot, self._leave, self._clock = slot, leave, clock
        self._idle_s, self._stop_s = settings.idle_seconds, settings.stop_seconds
        self._whole = None if settings.until_minutes is None else 60 * settings.until_minutes
        self._began = clock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="limits", daemon=True)

    def start(self) -> None:
        if self._idle_s is not None or self._whole is not None:
            self._thread.start()

    def end(self) -> None:
        self._ended.set()

    def look(self) -> None:
        """Decide by the clock what the slot may still do."""
        if self._slot.stopping:
            return
        left = None if self._whole is None else self._whole - (self._clock() - self._began)
        if left is not None and left <= self._handing_back():
            logger.info("its time is almost over, so this slot gives back what it has and ends")
            self._slot.stop(out_of_time=True)
            self._leave()
        elif not self._slot.closing and (why := self._why_close(left)):
            logger.info("%s", why)
            self._slot.close()
        elif self._slot.closing and self._slot.job_id is None:
            self._leave()

    def _why_close(self, left: float | None) -> str:
        """Why it takes no further job; empty if it does."""
        if left is not None and left <= self._handing_back() + self._starting():
            return f"this slot takes no further job, as it has to end in {left:.0f} s"
        if self._idle_s is not None and self._slot.idle_seconds >= self._idle_s:
            return f"this slot ends, as it had no job for {self._idle_s:g} s"
        return ""

    def _handing_back(self) -> float:
        return self._stop_s + self._slot.sending_seconds

    def _starting(self) -> float:
        return self._slot.longest_start or min(_FIRST_START_S, (self._whole or 0.0) / 4)

    def _run(self) -> None:
        while not self._ended.wait(_LOOK_EVERY_S):
            self.look()
