"""Asking again while the API is away: training goes on meanwhile, and nothing is given up."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from client.errors import Unreachable

T = TypeVar("T")
logger = logging.getLogger(__name__)

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
_LOOK_EVERY_S = 0.2


class GaveUp(Exception):
    """Whoever asked no longer wants the answer: the job is somebody else's now, or this worker shuts down."""


class Patience:
    """Repeats a call for as long as it takes, waiting twice as long each time up to half a minute."""

    def __init__(self, give_up: Callable[[], bool]) -> None:
        self._give_up = give_up

    def call(self, ask: Callable[[], T]) -> T:
        """The answer of `ask`. Raises `GaveUp`; what is not `Unreachable` passes through."""
        wait = _FIRST_WAIT_S
        while True:
            if self._give_up():
                raise GaveUp
            try:
                return ask()
            except Unreachable as error:
                logger.warning("%s; asking again in %.0f s at most", error, wait)
            self.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_S)

    def sleep(self, seconds: float) -> None:
        """Raises `GaveUp` as soon as there is a reason to."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._give_up():
                raise GaveUp
            time.sleep(min(left, _LOOK_EVERY_S))
