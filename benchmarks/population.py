"""Specialists that train as one against the same ones trained one by one: `python -m benchmarks.population`.

Specialists of the fork maze with eight environments each, from the first file to the last evaluation, by the trainer's
own code in one warm process. The two sides alternate, so that other load on the machine affects both. Only a few
specialists are trained one by one: the time of one is what counts.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from benchmarks.method.pages import ROOT
from gsl.config.learners import PPO
from gsl.config.method import BudgetSettings, EvaluationSettings
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.config.step_budget import specialist_reserve
from gsl.protocol.jobs import JobSpec
from gsl.worker.job.folder import EXIT_ENDED, JobFile, JobFolder
from gsl.worker.trainer.device import device_name
from gsl.worker.trainer.job import run
from gsl.worker.trainer.jobs import run_jobs
from gsl.worker.trainer.stop import StopRequest

RESULTS = ROOT / "benchmarks" / "results" / "population.json"
NUM_ENVS, EPISODES, ONE_BY_ONE = 8, 20, 4


def config(device: str) -> RunConfig:
    """The preset with eight environments a specialist."""
    preset = PRESETS["forkmaze"].config
    learner = preset.learner.model_dump() | {"num_envs": NUM_ENVS, "micro_batch": None, "device": device}
    parts = {
        "learner": PPO.model_validate(learner),
        "evaluation": EvaluationSettings(episodes=EPISODES, every_epochs=0),
        "budget": BudgetSettings(total_steps=100_000_000, generalist_steps=400_000),
    }
    return RunConfig.model_validate(preset.model_dump() | {name: part.model_dump() for name, part in parts.items()})


def specialist(config: RunConfig, index: int, epochs: int) -> JobSpec:
    """A specialist from scratch on one of the goals, with a budget of so many epochs and its last evaluation."""
    goals = config.suite.training_variations()
    steps = epochs * config.learner.batch_size
    return JobSpec(
        key=f"specialist-1-{index}", kind="specialist", phase="specialists", config=config, index=index, seed=index,
        variations=(goals[index % len(goals)],), budget_steps=steps + specialist_reserve(config, 1, 10**9),
    )  # fmt: skip


def measure(members: int, device: str, epochs: int, pairs: int) -> dict[str, Any]:
    """Seconds of a specialist on both sides, wall and processor, and the ratios, which are medians over the pairs."""
    settings = config(device)
    jobs = [specialist(settings, index, epochs) for index in range(members)]
    alone, together = [], []
    for _ in range(pairs):
        alone.append(_seconds(jobs[:ONE_BY_ONE], _one_by_one))
        together.append(_seconds(jobs, _as_one))
    return {
        "members": members,
        "epochs": epochs,
        "one_by_one_seconds": [wall for wall, _ in alone],
        "as_one_seconds": [wall for wall, _ in together],
        "one_by_one_processor_seconds": [busy for _, busy in alone],
        "as_one_processor_seconds": [busy for _, busy in together],
        "ratio": statistics.median(one[0] / other[0] for one, other in zip(alone, together, strict=True)),
        "processor_ratio": statistics.median(one[1] / other[1] for one, other in zip(alone, together, strict=True)),
    }


def _seconds(jobs: list[JobSpec], train: Callable[[list[JobFolder]], None]) -> tuple[float, float]:
    """Wall and processor seconds of one job."""
    with _folders(jobs) as folders:
        wall, busy = time.perf_counter(), time.process_time()
        train(folders)
        return (time.perf_counter() - wall) / len(jobs), (time.process_time() - busy) / len(jobs)


@contextmanager
def _folders(jobs: list[JobSpec]) -> Iterator[list[JobFolder]]:
    with tempfile.TemporaryDirectory(prefix="gsl-population-") as path:
        folders = [JobFolder(Path(path) / job.key) for job in jobs]
        for folder, job in zip(folders, jobs, strict=True):
            folder.path.mkdir()
            folder.write_job(JobFile(spec=job))
        yield folders


def _one_by_one(folders: list[JobFolder]) -> None:
    codes = [run(folder, StopRequest()) for folder in folders]
    _check(codes)


def _as_one(folders: list[JobFolder]) -> None:
    _check(run_jobs(folders, [StopRequest() for _ in folders]))


def _check(codes: list[Any]) -> None:
    if any(code != EXIT_ENDED for code in codes):
        raise RuntimeError(f"a job did not end: {codes}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.population", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--members", type=int, nargs="+", default=[8, 75])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    measure(2, given.device, 2, 1)  # warm: imports, threads, kernels
    cases = []
    for members in given.members:
        cases.append(measure(members, given.device, given.epochs, given.pairs))
        print(f"{members:3} specialists: {cases[-1]['ratio']:.2f} x, processor {cases[-1]['processor_ratio']:.2f} x")
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "device": device_name(torch.device(given.device)),
        "torch": torch.__version__,
        "num_envs": NUM_ENVS,
        "cases": cases,
    }
    given.results.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
