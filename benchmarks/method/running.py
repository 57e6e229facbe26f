"""Working through the runs of a study: side by side by seed, resumable, every end written down at once."""

import logging
import multiprocessing
import os
import shutil
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.method.outcomes import Outcome, add, locked, outcome_of, read
from benchmarks.method.study import TITLES, Case, Study
from gsl import record
from gsl.config.run import RunConfig
from gsl.worker.local_run import LocalRun
from gsl.worker.local_run.record import record_of


@dataclass(frozen=True)
class Asked:
    """What a command shall do. `work` holds what is under way, `file` the outcomes."""

    study: Study
    cases: Sequence[str]
    arms: Sequence[str]
    seeds: Sequence[int]
    processes: int
    file: Path
    work: Path
    again: bool = False

    def configs(self) -> dict[tuple[str, str, int], RunConfig]:
        """Each run's configuration by case, arm and seed; an arm that a case does not know is left out of it."""
        return {
            (case.name, arm, seed): case.config(arm, seed)
            for case in map(self.study.case, self.cases)
            for seed in self.seeds
            for arm in TITLES
            if arm in self.arms and arm in case.arms
        }


@dataclass(frozen=True)
class Chain:
    """Arms of one seed, one after the other, so that the later ones find the jobs of the first."""

    case: Case
    seed: int
    arms: tuple[str, ...]


def run_all(asked: Asked) -> list[Outcome]:
    """Run what the file does not hold yet; the outcomes asked for. As many seeds as processes go on side by side."""
    configs = asked.configs()
    waiting = list(_chains(asked, set(configs) - {outcome.key for outcome in held(asked, configs)}))
    running: dict[Future[Outcome], Chain] = {}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        asked.processes, mp_context=spawn, initializer=_end_with, initargs=(os.getpid(),), max_tasks_per_child=1
    ) as pool:
        while waiting or running:
            while waiting and len(running) < asked.processes:
                chain = waiting.pop(0)
                arguments = (chain.case, chain.arms[0], chain.seed, _folder(asked.work, chain), asked.file)
                running[pool.submit(one, *arguments)] = chain
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                chain = running.pop(future)
                print(_line(future.result()), flush=True)
                if later := chain.arms[1:]:
                    waiting.insert(0, Chain(chain.case, chain.seed, later))
                else:
                    shutil.rmtree(_folder(asked.work, chain), ignore_errors=True)
    return held(asked, configs)


def held(asked: Asked, configs: dict[tuple[str, str, int], RunConfig]) -> list[Outcome]:
    """Outcomes of the runs asked for, of exactly these configurations; with `again` those that failed are not held."""
    known = [outcome for outcome in read(asked.file) if configs.get(outcome.key) == outcome.config]
    return [outcome for outcome in known if not (asked.again and outcome.status == "failed")]


def one(case: Case, arm: str, seed: int, folder: Path, file: Path) -> Outcome:
    """Work through one run and write down how it ended; `folder` is the seed's.

    Waits while another process works there, as one that a killed command left behind for a moment.
    """
    logging.disable(logging.INFO)
    with locked(folder):
        started, error = time.monotonic(), ""
        this = LocalRun(case.config(arm, seed), folder)
        try:
            this.finish()
        except Exception:  # noqa: BLE001 - a run that fails, by whatever, is an outcome
            error = traceback.format_exc()
        outcome = outcome_of(case, arm, this, time.monotonic() - started, error)
        record.write(record_file(file, outcome), _record(case, arm, this, error))
        add(file, outcome)
    return outcome


def record_file(file: Path, outcome: Outcome) -> Path:
    """Where the whole run is kept, beside the file of outcomes: `gsl import` takes it to a server."""
    return file.with_suffix("") / f"{outcome.case}-{outcome.arm}-{outcome.seed}.json.gz"


def _record(case: Case, arm: str, this: LocalRun, error: str) -> record.RunRecord:
    name = f"{case.title}, {TITLES[arm]}, seed {this.config.seed}"
    found = record_of(this, name, datetime.now(UTC), arm_name=arm, error=error)
    return found.model_copy(update={"tags": ("benchmark", case.name)})


def _end_with(parent: int) -> None:
    """Let this process end when the command is gone, however it was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _chains(asked: Asked, missing: set[tuple[str, str, int]]) -> Iterator[Chain]:
    """Seed by seed, so that every case has its first seed early."""
    for seed in asked.seeds:
        for case in map(asked.study.case, asked.cases):
            arms = tuple(arm for arm in TITLES if (case.name, arm, seed) in missing)
            if arms:
                yield Chain(case, seed, arms)


def _folder(work: Path, chain: Chain) -> Path:
    return work / chain.case.name / str(chain.seed)


def _line(outcome: Outcome) -> str:
    figure = f"{outcome.figure:.3f} after {outcome.steps} steps, {outcome.seconds:.0f} s"
    return f"{outcome.case} {outcome.arm} seed {outcome.seed}: {outcome.status}, {figure} {outcome.message}"
