"""Who writes next on SQLite, which has one writer at a time: in order of arrival, but bulk after everything else.

Without turns, writers try again at random until the file is free, so that a heartbeat may lose to reports for long.
"""

import threading
from heapq import heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import TimeoutError as WaitedTooLongError

_TURN = "gsl_turn"


class WriteTurns:
    """The queue of one process. A turn may be taken in one thread and given back in another."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._queue: list[tuple[bool, int]] = []
        self._numbers = count()
        self._taken = False

    def take(self, *, bulk: bool) -> None:
        """Wait for a turn. Raises SQLAlchemy's `TimeoutError` if none comes."""
        with self._changed:
            ticket = (bulk, next(self._numbers))
            heappush(self._queue, ticket)
            if not self._changed.wait_for(lambda: not self._taken and self._queue[0] == ticket, self._patience_s):
                self._leave(ticket)
                raise WaitedTooLongError(f"other writers kept the database busy for {self._patience_s:g} s")
            heappop(self._queue)
            self._taken = True

    def give_back(self) -> None:
        with self._changed:
            self._taken = False
            self._changed.notify_all()

    def _leave(self, ticket: tuple[bool, int]) -> None:
        self._queue = sorted(other for other in self._queue if other != ticket)  # a sorted list is a heap
        self._changed.notify_all()


def take_turns(engine: Engine, patience_s: float) -> None:
    """From the begin of a writing transaction until its connection is back in the pool, which is after its end."""
    turns = WriteTurns(patience_s)

    def begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("gsl_write")
        if kind:
            turns.take(bulk=kind == "bulk")
            connection.info[_TURN] = True

    def end(_connection: Any, record: Any) -> None:
        if record.info.pop(_TURN, False):
            turns.give_back()

    event.listen(engine, "begin", begin)
    event.listen(engine, "checkin", end)
