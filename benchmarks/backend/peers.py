"""The same work at this server, MLflow's and Trackio's, in turns on one machine."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx

from benchmarks.backend.cost import Cost, cost
from benchmarks.backend.intake import Intake, of_rounds
from benchmarks.backend.tracker import HISTORY, KEYS, TRACKERS, Tracker
from gsl.protocol.reports import Wire

RUNS, POINTS, ROUNDS = 60, 5_000, 8
STEPS = {"100 points a request": 1, "1000 points a request": 10}
_MOST_POINTS = 1000  # of one request to MLflow


class Compared(Wire):
    """One tracker's share of the comparison; `search` is null where the API has none."""

    version: str
    intake: dict[str, Intake]
    runs: Cost
    search: Cost | None
    history: Cost
    peak_mib: float


def compare(folder: Path, runs: int = RUNS, points: int = POINTS) -> dict[str, Compared]:
    """By name, with `runs` runs stored and one history of `points` points."""
    with ExitStack() as stack:
        trackers = [stack.enter_context(kind.serving(_made(folder / kind.name))) for kind in TRACKERS]
        intakes = {tracker.name: dict[str, Intake]() for tracker in trackers}
        for size, steps in STEPS.items():
            for name, measured in _intakes(trackers, size, steps).items():
                intakes[name][size] = measured
        histories = {tracker.name: _filled(tracker, runs, points) for tracker in trackers}
        return {tracker.name: _compared(tracker, intakes[tracker.name], histories) for tracker in trackers}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _intakes(trackers: list[Tracker], size: str, steps: int) -> dict[str, Intake]:
    """Rounds of all sides alternate, so that other load on the machine meets each alike."""
    metrics = {f"metric_{number}": 0.1 * number for number in range(KEYS)}
    runs = {tracker.name: tracker.run(f"intake of {size}") for tracker in trackers}
    seconds: dict[str, list[float]] = {tracker.name: [] for tracker in trackers}
    cpu = dict.fromkeys(seconds, 0.0)
    for number in range(ROUNDS + 1):
        for tracker in trackers:
            before, begun = tracker.server.cpu_seconds(), time.perf_counter()
            tracker.log(runs[tracker.name], number * steps, steps, metrics)
            if number:  # the first request prepares
                seconds[tracker.name].append(time.perf_counter() - begun)
                cpu[tracker.name] += tracker.server.cpu_seconds() - before
    return {name: of_rounds(KEYS * steps, cpu[name] / ROUNDS, times) for name, times in seconds.items()}


def _filled(tracker: Tracker, runs: int, points: int) -> str:
    """Stores runs, every seventh with another word in its name, and returns the one with a long history."""
    for number in range(runs):
        tracker.run(f"run {number} {'maze' if number % 7 == 0 else 'climber'}")
    long = tracker.run("long")
    for first in range(0, points, _MOST_POINTS):
        tracker.log(long, first, min(_MOST_POINTS, points - first), {HISTORY: 0.5})
    return long


def _compared(tracker: Tracker, intake: dict[str, Intake], histories: dict[str, str]) -> Compared:
    return Compared(
        version=tracker.version,
        intake=intake,
        runs=cost(tracker.server, tracker.list),
        search=_search(tracker, lambda: tracker.search("maze")),
        history=cost(tracker.server, lambda: tracker.history(histories[tracker.name])),
        peak_mib=round(tracker.server.peak_mib(), 1),
    )


def _search(tracker: Tracker, ask: Callable[[], httpx.Response | None]) -> Cost | None:
    def asked() -> httpx.Response:
        answer = ask()
        assert answer is not None
        return answer

    return None if ask() is None else cost(tracker.server, asked)
