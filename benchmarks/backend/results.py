"""What a measurement found, as it is kept in benchmarks/results/backend.json, its goals, and its tables."""

import math
import os
import platform
from datetime import datetime
from pathlib import Path

from benchmarks.backend.cost import Cost, Growth
from benchmarks.backend.crowd import Crowd
from benchmarks.backend.intake import Intake
from benchmarks.backend.peers import Compared
from gsl.protocol.reports import Wire

FILE = Path(__file__).parents[1] / "results" / "backend.json"
MOST_CPU_MS = 100.0
LEAST_RATIO = 3.0
MOST_EXPONENT = 1.1
"""A little over 1, because short requests are measured less exactly."""


class Machine(Wire):
    cores: int
    python: str

    @classmethod
    def here(cls) -> "Machine":
        return cls(cores=len(os.sched_getaffinity(0)), python=platform.python_version())


class Measured(Wire):
    """One database: growth by what became ten times as large, intake, and many at once."""

    returns: int
    growth: dict[str, dict[str, Growth]]
    intake: dict[str, Intake]
    crowd: Crowd
    peak_mib: float


class Results(Wire):
    measured_at: datetime
    machine: Machine
    databases: dict[str, Measured]
    peers: dict[str, Compared]

    @property
    def broken(self) -> list[str]:
        """The goals that were missed."""
        return [
            *(f"{name}: {miss}" for name, measured in self.databases.items() for miss in _misses(measured)),
            *_lost(self.peers),
        ]


def _misses(measured: Measured) -> list[str]:
    missed = [
        f"{name} takes {growth.large.cpu_ms:.0f} ms of processor time at {measured.returns:,} returns"
        for name, growth in measured.growth.get("returns", {}).items()
        if growth.large.cpu_ms > MOST_CPU_MS
    ]
    missed += [
        f"{name} grows with the {exponent:.1f}th power of {what}"
        for what, routes in measured.growth.items()
        for name, growth in routes.items()
        if (exponent := growth.exponent) > MOST_EXPONENT
    ]
    return missed + [f"{measured.crowd.errors} errors in the crowd"] * bool(measured.crowd.errors)


def _lost(peers: dict[str, Compared]) -> list[str]:
    """Where a peer is faster than it may be, in processor time."""
    ours, others = peers.get("GSL Lab"), {name: each for name, each in peers.items() if name != "GSL Lab"}
    if ours is None:
        return []
    mlflow = others.get("MLflow")
    lost = [
        f"{size}: {ratio:.1f} times MLflow's intake, instead of {LEAST_RATIO:.0f}"
        for size, intake in (mlflow.intake if mlflow else {}).items()
        if (ratio := ours.intake[size].points_per_cpu_second / intake.points_per_cpu_second) < LEAST_RATIO
    ]
    return lost + [
        f"search: {name} takes {each.search.cpu_ms:.0f} ms, we take {ours.search.cpu_ms:.0f}"
        for name, each in others.items()
        if each.search and ours.search and each.search.cpu_ms < ours.search.cpu_ms
    ]


def tables(results: Results) -> str:
    """In Markdown."""
    parts = [_peers(results.peers)] if results.peers else []
    for name, measured in results.databases.items():
        parts += [_intake(name, measured), *(_growth(name, what, of) for what, of in measured.growth.items())]
    return "\n\n".join(parts)


def _growth(database: str, what: str, routes: dict[str, Growth]) -> str:
    head = f"| {database}, ten times the {what} | ms before | ms after | exponent | exponent of the answer |"
    rows = [
        f"| {name} | {growth.small.cpu_ms:.1f} | {growth.large.cpu_ms:.1f} | {growth.exponent:.2f} | {_shown(growth)} |"
        for name, growth in routes.items()
    ]
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _shown(growth: Growth) -> str:
    return "" if math.isnan(growth.shown) else f"{abs(growth.shown):.2f}"


def _intake(database: str, measured: Measured) -> str:
    crowd = measured.crowd
    rows = [
        f"| reports, {each.points} points a request | {each.cpu_ms:.1f} ms of processor time, "
        f"{each.points_per_cpu_second:,.0f} points per second of it |"
        for each in measured.intake.values()
    ]
    rows.append(
        f"| {crowd.streams} streams and {crowd.reporters} workers | reports {crowd.report_p50_ms:.0f} ms "
        f"(99 %: {crowd.report_p99_ms:.0f}), pages {crowd.page_p50_ms:.0f} ms (99 %: {crowd.page_p99_ms:.0f}), "
        f"{crowd.errors} errors, {crowd.cpu_share:.2f} cores |"
    )
    rows.append(f"| most memory of the server | {measured.peak_mib:.0f} MiB |")
    return "\n".join([f"| {database} | |", "|---|---|", *rows])


def _peers(peers: dict[str, Compared]) -> str:
    names = list(peers)
    versions = [f"{name} {each.version}".strip() for name, each in peers.items()]
    sizes = list(next(iter(peers.values())).intake)
    intakes = {size: [each.intake[size] for each in peers.values()] for size in sizes}
    rows = [
        _row(f"intake, {size}, points per second of processor time", [f"{i.points_per_cpu_second:,.0f}" for i in each])
        for size, each in intakes.items()
    ]
    rows += [
        _row(f"intake, {size}, points per second", [f"{i.points_per_second:,.0f}" for i in each])
        for size, each in intakes.items()
    ]
    for title, of in (
        ("50 newest runs, ms", [each.runs for each in peers.values()]),
        ("search in names, ms", [each.search for each in peers.values()]),
        ("history of a metric, ms", [each.history for each in peers.values()]),
    ):
        rows.append(_row(title, [_cpu(each) for each in of]))
    rows.append(_row("most memory, MiB", [f"{each.peak_mib:.0f}" for each in peers.values()]))
    return "\n".join([_row("", versions), "|---" * (len(names) + 1) + "|", *rows])


def _row(title: str, cells: list[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


def _cpu(cost: Cost | None) -> str:
    return "none" if cost is None else f"{cost.cpu_ms:.1f}"
