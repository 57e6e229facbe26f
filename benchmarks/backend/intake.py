"""How much a worker's reports cost: small batches, as of a slow environment, and large ones."""

import statistics
import time

from benchmarks.backend.routes import Api
from gsl.protocol.reports import Wire
from tests.backend.api_driver import epoch, returns, started

ROUNDS = 12
SIZES = {"small": (1, 8), "large": (25, 100)}
"""Epochs in a batch, and returns in an epoch."""
METRICS = {f"metric_{number}": 0.1 * number for number in range(10)}


class Intake(Wire):
    """Points are numbers that a report names: metrics, and returns of variations (each with its spread and length)."""

    points: int
    cpu_ms: float
    ms: float
    points_per_second: float
    points_per_cpu_second: float


class Reporter:
    """A job of the large suite that reports, epoch after epoch."""

    def __init__(self, api: Api, name: str) -> None:
        driver = api.driver
        self._driver, self._epoch = driver, 0
        self.run_id = driver.launch(preset="procgen-paper", name=name)
        self.job_id = driver.job(self.run_id)
        driver.claim(self.job_id)
        driver.report(self.job_id, started())

    def batch(self, epochs: int, seen: int, metrics: dict[str, float]) -> list[dict[str, object]]:
        """The next reports."""
        first, self._epoch = self._epoch + 1, self._epoch + epochs
        measured = returns([0.5] * seen)
        return [epoch(number, steps=1, returns=measured, metrics=metrics) for number in range(first, first + epochs)]

    def send(self, batch: list[dict[str, object]]) -> None:
        self._driver.report(self.job_id, *batch)


def intake(api: Api) -> dict[str, Intake]:
    return {name: _intake(api, Reporter(api, f"intake {name}"), *size) for name, size in SIZES.items()}


def _intake(api: Api, reporter: Reporter, epochs: int, seen: int) -> Intake:
    batches = [reporter.batch(epochs, seen, METRICS) for _ in range(ROUNDS + 1)]
    reporter.send(batches[0])
    before, seconds = api.server.cpu_seconds(), []
    for batch in batches[1:]:
        begun = time.perf_counter()
        reporter.send(batch)
        seconds.append(time.perf_counter() - begun)
    return of_rounds(epochs * (seen + len(METRICS)), (api.server.cpu_seconds() - before) / ROUNDS, seconds)


def of_rounds(points: int, cpu: float, seconds: list[float]) -> Intake:
    """From the points of one request, its mean processor time, and the seconds of several."""
    wall = statistics.median(seconds)
    return Intake(
        points=points, cpu_ms=round(1000 * cpu, 3), ms=round(1000 * wall, 3),
        points_per_second=round(points / wall), points_per_cpu_second=round(points / cpu),
    )  # fmt: skip
