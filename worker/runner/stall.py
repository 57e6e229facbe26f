"""Whether a trainer hangs: no sign of life for longer than it has ever been silent before, by a wide margin."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gsl.worker.job.folder import JobFolder

_TIMES_LONGEST = 10


class StallWatch:
    """A trainer's signs of life: between any two environment steps, and whatever it reports or prints.

    Start-up, compilation and a slow simulator are silent too, so the deadline is generous and grows with the longest
    silence that was measured.
    """

    def __init__(
        self, folders: Sequence[JobFolder], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`folders` are those of the trainer's jobs, `seconds` is the shortest deadline."""
        self._clock = clock
        self._signs = [path for folder in folders for path in (folder.alive, folder.spool, folder.log)]
        self._shortest, self._longest_silence = seconds, 0.0
        self._last = self._newest()
        self._seen_at = clock()

    @property
    def deadline(self) -> float:
        """Seconds without a sign of life after which the trainer counts as hanging."""
        return max(self._shortest, _TIMES_LONGEST * self._longest_silence)

    def stalled(self) -> bool:
        """To be asked several times a second. Clocks that are set back or forth do not matter."""
        newest, now = self._newest(), self._clock()
        if newest != self._last:
            self._longest_silence = max(self._longest_silence, now - self._seen_at)
            self._last, self._seen_at = newest, now
        return now - self._seen_at > self.deadline

    def _newest(self) -> tuple[int, ...]:
        return tuple(_modified_ns(path) for path in self._signs)


def _modified_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
