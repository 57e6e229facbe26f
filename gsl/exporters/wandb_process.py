"""The process in which the package `wandb` writes runs: `python -m gsl.exporters.wandb_process RUNS.jsonl FOLDER`."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import wandb

from gsl.exporters.wandb_offline import PROJECT

STEPS = "environment_steps"
_MOST_BINS = 64


def write(run: Mapping[str, Any], folder: str) -> None:
    """One run: a row for each point, charted over environment steps."""
    settings = wandb.Settings(
        mode="offline", root_dir=folder, x_start_time=run["began"], silent=True, console="off", symlink=False,
        disable_git=True, disable_job_creation=True, save_code=False, x_disable_meta=True, x_disable_stats=True,
        x_disable_machine_info=True, x_save_requirements=False,
    )  # fmt: skip
    opened = wandb.init(
        project=PROJECT, id=run["id"], name=run["name"], group=run["group"], job_type=run["job_type"],
        tags=run["tags"], config=run["config"], settings=settings, reinit="finish_previous",
    )  # fmt: skip
    opened.define_metric(STEPS, hidden=True)
    opened.define_metric("*", step_metric=STEPS)
    for number, point in enumerate(run["points"]):
        opened.log(row(point), step=number)
    opened.summary.update(run["summary"])
    opened.finish(exit_code=0)


def row(point: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: _histogram(values) for name, values in point["histograms"].items()}
    return {STEPS: point["step"], "_timestamp": point["at"], **point["scalars"], **shown, **point["texts"]}


def _histogram(values: Sequence[float]) -> wandb.Histogram:
    counts, edges = np.histogram(values, bins=min(_MOST_BINS, max(1, len(values))))
    return wandb.Histogram(np_histogram=(counts.tolist(), edges.tolist()))


def main(source: str, folder: str) -> None:
    with Path(source).open() as lines:
        for line in lines:
            write(json.loads(line), folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
