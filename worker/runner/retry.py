"""Retrying requests while the API is unreachable: training continues meanwhile, and nothing is dropped."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from gsl.client.errors import Unreachable

T = TypeVar("T")
logger = logging.getLogger(__name__)

_SHORTEST_WAIT_S = 0.2
_LONGEST_WAIT_S = 30.0
_CHECK_EVERY_S = 0.2


class Aborted(Exception):
    """The answer is no longer needed: another worker has the job, or this one is shutting down."""


class RetryUntil:
    """Repeats a call until it succeeds or `abort` says that it is pointless.

    The waits are random and grow to 30 seconds, so that workers do not all retry at the same moment after an outage.
    """

    def __init__(self, abort: Callable[[], bool]) -> None:
        """`abort` is asked several times a second; what it raises ends the call."""
        self._abort = abort
        self._retrying = Retrying(
            retry=retry_if_exception_type(Unreachable),
            wait=wait_random_exponential(max=_LONGEST_WAIT_S, min=_SHORTEST_WAIT_S),
            sleep=self.sleep,
            before_sleep=_log_retry,
        )

    def call(self, request: Callable[[], T]) -> T:
        """The result of `request`. Raises Aborted, and whatever `request` raises except Unreachable."""
        self._check()
        return self._retrying(request)

    def sleep(self, seconds: float) -> None:
        """Wait; raises Aborted as soon as `abort` is true."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._check()
            time.sleep(min(left, _CHECK_EVERY_S))
        self._check()

    def _check(self) -> None:
        if self._abort():
            raise Aborted


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    wait = state.next_action.sleep if state.next_action else 0.0
    logger.warning("%s; retrying in %.1f s", error, wait)
