"""How often somebody may try a password: counted by name and address, for a while, in each process of the server."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from gsl.backend.errors import TooManyError

WITHIN_S = 600.0
OF_ONE_NAME_AND_ADDRESS, OF_ONE_ADDRESS, OF_ONE_NAME = 10, 50, 100
"""A name has a limit of its own, so that many addresses do not guess together; it is high, because whoever reaches it
keeps its owner out too."""
_MOST_KEYS = 10_000


class Attempts:
    """Those that have not succeeded (yet). Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._times: dict[tuple[str, str], deque[float]] = {}

    def begin(self, name: str, address: str) -> None:
        """Counts an attempt before it is known how it ends. Raises `TooManyError` if there were too many."""
        limits = _limits(name, address)
        with self._lock:
            self._forget()
            for key, most in limits.items():
                times = self._times.get(key, deque())
                if len(times) >= most:
                    left = times[0] + WITHIN_S - self._clock()
                    raise TooManyError(f"Too many attempts to sign in. Try again in {left / 60:.0f} minutes.", left)
            for key in limits:
                self._times.setdefault(key, deque()).append(self._clock())

    def succeeded(self, name: str, address: str) -> None:
        """What was tried before is forgiven, except to others."""
        with self._lock:
            for key in _limits(name, address):
                times = self._times.get(key)
                if times and key == (name, address):
                    times.clear()
                elif times:
                    times.pop()

    def _forget(self) -> None:
        since = self._clock() - WITHIN_S
        for key, times in list(self._times.items()):
            while times and times[0] < since:
                times.popleft()
            if not times:
                del self._times[key]
        while len(self._times) > _MOST_KEYS:
            del self._times[next(iter(self._times))]


def _limits(name: str, address: str) -> Mapping[tuple[str, str], int]:
    return {(name, address): OF_ONE_NAME_AND_ADDRESS, ("", address): OF_ONE_ADDRESS, (name, ""): OF_ONE_NAME}
