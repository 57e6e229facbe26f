"""What one request costs, and how that grows."""

import math
import statistics
import time
from collections.abc import Callable

import httpx

from benchmarks.backend.servers import Server
from gsl.protocol.reports import Wire

_MOST, _FEWEST, _ENOUGH_S = 15, 3, 0.5


class Cost(Wire):
    """Of one request: processor time of server and database, time until the whole answer, and the answer's size."""

    cpu_ms: float
    ms: float
    kib: float


class Growth(Wire):
    """The same request with something ten times as large; an exponent of 1 is linear growth, 0 is none."""

    small: Cost
    large: Cost

    @property
    def exponent(self) -> float:
        """Of processor time."""
        return math.log10(self.large.cpu_ms / self.small.cpu_ms)

    @property
    def shown(self) -> float:
        """The exponent of the answer's size."""
        return math.log10(self.large.kib / self.small.kib) if self.small.kib else 0.0


def cost(server: Server, ask: Callable[[], httpx.Response]) -> Cost:
    """Of a request that was made once before; for at least half a second or fifteen times."""
    size = len(ask().content) / 1024
    times: list[float] = []
    before = server.cpu_seconds()
    while len(times) < _MOST and (len(times) < _FEWEST or sum(times) < _ENOUGH_S):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    used = (server.cpu_seconds() - before) / len(times)
    return Cost(cpu_ms=round(1000 * used, 3), ms=round(1000 * statistics.median(times), 3), kib=round(size, 1))
