"""What a comparison found, as it is kept in benchmarks/results/peers.json."""

import os
import platform
import statistics
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.peers.alternation import Alternation, median_speed
from benchmarks.peers.cases import CASES, Case
from benchmarks.peers.limit import Limit
from gsl.atomic_file import write_text
from gsl.protocol.reports import Wire

FILE = Path(__file__).parents[1] / "results" / "peers.json"


class Result(Wire):
    """One case on one machine. Speeds are environment steps a second of the whole loop, medians over the windows."""

    case: str
    title: str
    measured_at: datetime
    machine: str
    cores: int
    load: float
    ours: float
    theirs: float
    ratio: float
    ratios: tuple[float, ...]
    cpu_ratio: float
    claim: float
    our_cpu_microseconds: float
    their_cpu_microseconds: float
    our_peak_mib: float
    their_peak_mib: float
    env_speed: float
    forward_mflop: float
    training_mflop: float
    matrix_gflops: float
    best_gflops: float
    limit_by_best_rate: float
    limit_by_layers: float
    our_versions: dict[str, str]
    their_versions: dict[str, str]
    our_notes: dict[str, str]
    their_notes: dict[str, str]
    settings: dict[str, str | int | float]

    @property
    def holds(self) -> bool:
        """Whether the ratio that the project promises was reached."""
        return self.ratio >= self.claim


RESULTS: TypeAdapter[dict[str, Result]] = TypeAdapter(dict[str, Result])


def result_of(case: Case, run: Alternation, limit: Limit) -> Result:
    """Medians, with what they were taken from."""
    return Result(
        case=case.name,
        title=case.title,
        measured_at=datetime.now(UTC),
        machine=_processor(),
        cores=os.cpu_count() or 1,
        load=os.getloadavg()[0],
        ours=median_speed(run.ours),
        theirs=median_speed(run.theirs),
        ratio=statistics.median(run.ratios),
        ratios=run.ratios,
        cpu_ratio=statistics.median(run.cpu_ratios),
        claim=case.claim,
        our_cpu_microseconds=statistics.median(1e6 * window.cpu_seconds / window.steps for window in run.ours),
        their_cpu_microseconds=statistics.median(1e6 * window.cpu_seconds / window.steps for window in run.theirs),
        our_peak_mib=max(window.peak_mib for window in run.ours),
        their_peak_mib=max(window.peak_mib for window in run.theirs),
        env_speed=limit.env_speed,
        forward_mflop=limit.forward_mflop,
        training_mflop=limit.training_mflop,
        matrix_gflops=limit.matrix_gflops,
        best_gflops=limit.best_gflops,
        limit_by_best_rate=limit.by_best_rate,
        limit_by_layers=limit.by_layers,
        our_versions=run.our_side.versions,
        their_versions=run.their_side.versions,
        our_notes=run.our_side.notes,
        their_notes=run.their_side.notes,
        settings={
            "num_envs": case.num_envs, "num_steps": case.num_steps, "update_epochs": case.update_epochs,
            "minibatch": case.minibatch, "network": case.network, "width": case.width, "algorithm": case.algorithm,
            "our_threads": run.our_side.threads, "their_threads": run.their_side.threads,
        },
    )  # fmt: skip


def stored(file: Path) -> dict[str, Result]:
    return RESULTS.validate_json(file.read_bytes()) if file.exists() else {}


def store(file: Path, results: dict[str, Result]) -> None:
    """In the order of the cases."""
    file.parent.mkdir(parents=True, exist_ok=True)
    ordered = {name: results[name] for name in CASES if name in results}
    write_text(file, RESULTS.dump_json(ordered, indent=1).decode() + "\n")


def table(results: dict[str, Result]) -> str:
    """Markdown."""
    rows = [
        "| | ours, steps/s | Stable-Baselines3 | ratio | by CPU time | limit by best rate / by layers | share | MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results.values():
        share = f"{result.ours / result.limit_by_best_rate:.0%} / {result.ours / result.limit_by_layers:.0%}"
        limits = f"{result.limit_by_best_rate:,.0f} / {result.limit_by_layers:,.0f}"
        memory = f"{result.our_peak_mib:.0f}, theirs {result.their_peak_mib:.0f}"
        promised = f"{result.ratio:.2f} ({result.claim:g} promised)"
        speeds = f"{result.ours:,.0f} | {result.theirs:,.0f} | {promised} | {result.cpu_ratio:.2f}"
        rows.append(f"| {result.title} | {speeds} | {limits} | {share} | {memory} |")
    return "\n".join(rows)


def _processor() -> str:
    """The processor's name, where Linux tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
