"""The line of queued jobs, gone through once for all runs and jobs that ask for their place in it.

A list asks for a hundred runs, and there may be a thousand jobs before each of them.
"""

from bisect import bisect_left
from collections.abc import Sequence

from gsl.backend.db.models import Worker
from gsl.backend.domain.line import Line
from gsl.backend.store.turns import Place
from gsl.protocol.dispatch import Need, meets


class WaitingLine:
    """`queued`: in the order in which workers take them."""

    def __init__(self, queued: Sequence[Place]) -> None:
        self._queued = queued
        self._jobs: dict[int, int] = {}
        self._runs: dict[int, int] = {}
        self._needs: dict[Need, list[int]] = {}
        for index, place in enumerate(queued):
            self._jobs[place.job_id] = index
            self._runs.setdefault(place.run_id, index)
            self._needs.setdefault(place.need, []).append(index)

    def __len__(self) -> int:
        return len(self._queued)

    def of(self, which: tuple[int, int], able: Sequence[Worker], own: int = 0, held: str = "") -> Line:
        """As the first one sees it of a job or a run, the other id being 0; `able` workers can run it, and `own` of
        them are busy with jobs that do not count."""
        here = self._jobs.get(which[0], self._runs.get(which[1], len(self._queued)))
        busy = sum(worker.job_id is not None for worker in able) - own
        return Line(len(able), busy, self._ahead(here, able), held)

    def _ahead(self, here: int, able: Sequence[Worker]) -> int:
        """Jobs before that place which need the same, or what these workers can run too."""
        same = self._queued[here].need if here < len(self._queued) else None
        return sum(
            bisect_left(places, here)
            for need, places in self._needs.items()
            if need == same or any(meets(worker, need) for worker in able)
        )
