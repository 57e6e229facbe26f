"""What was measured on a GPU, as it is kept in benchmarks/results/gpu.json, and its table."""

import os
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch
from pydantic import Field

from benchmarks.peers.windows import Window
from gsl.atomic_file import write_text
from gsl.protocol.reports import Wire

FILE = Path(__file__).parents[1] / "results" / "gpu.json"


class Row(Wire):
    """One line of the table. Speeds are environment steps a second of the whole loop, medians over the windows."""

    what: str
    speed: float | None = None
    ratio: float | None = None  # to the section's first row that has a speed, the median over the rounds
    ratios: tuple[float, ...] = ()
    note: str = ""


class Section(Wire):
    """A question, its answer, and how long that took."""

    title: str
    seconds: float
    rows: tuple[Row, ...]


class Results(Wire):
    """One run of the command."""

    measured_at: datetime
    device: str
    cores: int
    python: str
    torch: str
    sections: dict[str, Section] = Field(default_factory=dict)


def begin(device: torch.device) -> Results:
    """Results without a section, of this machine."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    return Results(
        measured_at=datetime.now(UTC), device=name, cores=os.cpu_count() or 1, python=platform.python_version(),
        torch=torch.__version__,
    )  # fmt: skip


def store(file: Path, results: Results) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, results.model_dump_json(indent=1) + "\n")


def speed_row(what: str, windows: Sequence[Window], reference: Sequence[Window], note: str = "") -> Row:
    """The speed of these windows, and in each round its ratio to the reference's; without windows only the note."""
    if not windows:
        return Row(what=what, note=note)
    ratios = tuple(a.speed / b.speed for a, b in zip(windows, reference, strict=False))
    speed = statistics.median(window.speed for window in windows)
    return Row(what=what, speed=speed, ratio=statistics.median(ratios) if ratios else None, ratios=ratios, note=note)


def table(results: Results) -> str:
    """Markdown."""
    lines = [
        f"{results.device}, {results.cores} cores, Python {results.python}, PyTorch {results.torch}, "
        f"{results.measured_at:%d %B %Y}.",
        "",
        "| | steps/s | ratio | |",
        "|---|---|---|---|",
    ]
    for section in results.sections.values():
        lines.append(f"| **{section.title}** | | | |")
        lines += [line(row) for row in section.rows]
    return "\n".join(lines)


def line(row: Row) -> str:
    """A row of the table."""
    speed = "" if row.speed is None else f"{row.speed:,.0f}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    if len(row.ratios) > 1:
        ratio += f" ({min(row.ratios):.2f} to {max(row.ratios):.2f})"
    return f"| {row.what} | {speed} | {ratio} | {row.note} |"
