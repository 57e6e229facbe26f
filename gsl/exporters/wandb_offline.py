"""W&B's offline folder: a W&B run for each job of a run, in one group, which `wandb sync` uploads when somebody asks.

The package's own process writes it, in a Python of its own, so that its threads and handlers stay out of the server. It
contacts nobody: W&B is offline, and its reports of errors are off. Runs become visible once they are whole.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event
from typing import Any

from gsl.exporters.about import About, Ending
from gsl.exporters.of_record import ExportedJob

PROJECT = "gsl-lab"
_PATIENCE_S = 120.0
_PATIENCE_FOR_JOB_S = 20.0
_LOOK_EVERY_S = 0.2


class WandbError(RuntimeError):
    """The package could not write the runs."""


@dataclass(frozen=True)
class WandbRun:
    """What the other process needs to write one run."""

    id: str
    name: str
    group: str
    job_type: str
    tags: Sequence[str]
    config: dict[str, Any]
    began: float
    summary: dict[str, float]
    points: Sequence[dict[str, Any]]


def write(folder: Path, about: About, jobs: Iterable[ExportedJob], ending: Ending, closed: Event) -> list[Path]:
    """The folders of the runs, in `folder`/wandb; those that were exported before are replaced.

    Raises OSError, `WandbError` with what the package says, and InterruptedError once `closed` is set.
    """
    runs = [_run(about, job, ending) for job in jobs]
    if not runs:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".wandb-", dir=folder) as work:
        _written(Path(work), runs, closed)
        return [_put(Path(work) / "wandb", folder / "wandb", run) for run in runs]


def earlier(folder: Path, about: About, jobs: Iterable[ExportedJob]) -> list[Path]:
    """What was exported of them before."""
    return [found for job in jobs for found in _earlier(folder / "wandb", about.digest(job.work.key))]


def _earlier(place: Path, run: str) -> list[Path]:
    return list(place.glob(f"offline-run-*-{run}"))


def _run(about: About, job: ExportedJob, ending: Ending) -> WandbRun:
    facts = {"run": about.id, "job": job.work.key, "cycle": job.work.cycle, "variations": list(job.work.variations)}
    return WandbRun(
        id=about.digest(job.work.key),
        name=f"{about.name}: {job.work.key}"[:128],
        group=about.folder[:128],
        job_type=job.work.kind,
        tags=[tag[:64] for tag in about.tags],
        config={**about.config, "gsl_lab": {**facts, **about.facts}},
        began=job.began.timestamp(),
        summary=dict(ending.scalars),
        points=[asdict(point) for point in job.points],
    )


def _written(work: Path, runs: Sequence[WandbRun], closed: Event) -> None:
    lines = "".join(json.dumps(asdict(run)) + "\n" for run in runs)
    source = work / "runs.jsonl"
    source.write_text(lines)
    with (work / "said").open("w+") as said:
        command = [sys.executable, "-m", "gsl.exporters.wandb_process", str(source), str(work)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=_environment(work), start_new_session=True
        )
        try:
            _await(process, _PATIENCE_S + _PATIENCE_FOR_JOB_S * len(runs), closed)
        finally:
            _end(process)
        said.seek(0)
        if process.returncode:
            lines_said = said.read().strip().splitlines() or ["it said nothing"]
            raise WandbError(f"wandb ended with code {process.returncode}: {lines_said[-1]}")


def _await(process: subprocess.Popen[bytes], patience_s: float, closed: Event) -> None:
    waited = 0.0
    while process.poll() is None:
        if closed.wait(_LOOK_EVERY_S):
            raise InterruptedError("the export was stopped")
        waited += _LOOK_EVERY_S
        if waited > patience_s:
            raise WandbError(f"wandb did not finish within {patience_s:.0f} seconds")


def _end(process: subprocess.Popen[bytes]) -> None:
    """With the process that the package starts."""
    if process.poll() is None:
        os.killpg(process.pid, 9)
        process.wait()


def _environment(work: Path) -> dict[str, str]:
    """Ours without any setting of W&B's, above all no key; what the package keeps goes into `work`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
    places = {f"WANDB_{name}_DIR": str(work / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "ARTIFACT")}
    return {**kept, **places, "WANDB_MODE": "offline", "WANDB_ERROR_REPORTING": "false", "WANDB_SILENT": "true",
            "XDG_CACHE_HOME": str(work / "cache"), "TMPDIR": str(work)}  # fmt: skip


def _put(made: Path, place: Path, run: WandbRun) -> Path:
    place.mkdir(exist_ok=True)
    if not (found := _earlier(made, run.id)):
        raise WandbError(f"wandb wrote nothing of {run.name}")
    for replaced in _earlier(place, run.id):
        shutil.rmtree(replaced)
    return found[0].rename(place / found[0].name)
