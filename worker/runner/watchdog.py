"""Ends a slot that no longer receives messages: it is idle although messages were sent for jobs that it can run.

Whatever made it deaf, its supervisor then starts a new process in its place. The database is the queue of record, so
nothing is lost.
"""

import logging
import os
import time
from collections.abc import Callable

from kombu.connection import Connection

from gsl.protocol.dispatch import BROKER_ERRORS, celery_settings
from gsl.protocol.lease import RegistrationReply

logger = logging.getLogger(__name__)

EXIT_DEAF = 75
"""Temporary failure, as in sysexits.h: whoever supervises the slot should start it again."""


class Watchdog:
    """Judges by what the API says: the job that the slot holds, and the number of jobs that wait for it."""

    def __init__(
        self,
        seconds: float,
        broker_answers: Callable[[], bool],
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`end` must end the process at once, because a slot that is stuck may not react to anything else."""
        self._seconds, self._broker_answers, self._end, self._clock = seconds, broker_answers, end, clock
        self._deaf_since: float | None = None

    def look(self, reply: RegistrationReply, able: bool) -> None:
        """Called with each reply of the API; `able` is whether the slot takes jobs at all."""
        if not able or reply.job_id is not None or not reply.waiting_jobs:
            self._deaf_since = None
            return
        now = self._clock()
        self._deaf_since = now if self._deaf_since is None else self._deaf_since
        if now - self._deaf_since < self._seconds or not self._broker_answers():
            return
        logger.error(
            "%d jobs are waiting for this slot, but it receives no messages; restarting it", reply.waiting_jobs
        )
        self._end(EXIT_DEAF)


def broker_answers(redis_url: str) -> bool:
    """Whether a new connection to the broker gets an answer."""
    try:
        options = {**celery_settings(redis_url)["broker_transport_options"], "max_retries": 0}
        with Connection(redis_url, transport_options=options) as fresh:  # type: ignore[no-untyped-call]  # kombu's
            return bool(fresh.default_channel.client.ping())
    except BROKER_ERRORS as error:
        logger.warning("the broker does not answer: %s", error)
        return False
