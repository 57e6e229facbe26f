"""Does GSL work, and which guide uses specialists best? Arms on the fork maze at equal total environment steps.

    python -m benchmarks.gsl_forkmaze --seeds 1 2 3 --arms dapg gail dagger bc generalist

Every run goes through the product's own state machine and trainer, without a server. Arms of one seed share the jobs
that are the same in all of them: generalist, evaluation, specialists, demonstrations are worked on once and counted in
the ledger of every arm as if it had done them alone, which a test shows to give the same numbers. Behaviour cloning is
offline and leaves the rest of its steps unspent. Outcomes are added to benchmarks/results/gsl_forkmaze.json as runs
end, and runs found there with the same configuration are not repeated; the figure lies beside it. A seed that was
interrupted goes on in its working folder; delete that folder after the code has changed.
"""

import argparse
import logging
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from benchmarks.forkmaze.arms import DEFAULT, TITLES, config_of
from benchmarks.forkmaze.figure import draw
from benchmarks.forkmaze.outcomes import Outcome, outcome_of, read, write
from benchmarks.forkmaze.table import table
from gsl.config.presets import PRESETS
from worker.alone import RunAlone

RESULTS = Path(__file__).parent / "results" / "gsl_forkmaze.json"
WORK = Path(tempfile.gettempdir()) / "gsl-forkmaze"


Chain = tuple[str, ...]
"""Arms of one seed, one after the other, so that the later ones find the jobs of the first."""


def one(arm: str, seed: int, preset: str, folder: Path) -> Outcome:
    """Work through one run; `folder` is the seed's."""
    logging.disable(logging.INFO)
    started = time.monotonic()
    this = RunAlone(config_of(arm, seed, preset), folder).finish()
    return outcome_of(arm, this, time.monotonic() - started)


def run_all(arms: Sequence[str], seeds: Sequence[int], preset: str, processes: int, file: Path) -> list[Outcome]:
    """Run what the file does not hold yet; the outcomes asked for. As many seeds as processes go on side by side."""
    asked = {(arm, seed): config_of(arm, seed, preset) for seed in seeds for arm in arms}
    known = [o for o in read(file) if asked.get((o.arm, o.seed), o.config) == o.config]
    held = {(o.arm, o.seed) for o in known}
    chains = {seed: tuple(arm for arm in arms if (arm, seed) not in held) for seed in seeds}
    waiting = [(seed, chain) for seed, chain in chains.items() if chain]
    running: dict[Future[Outcome], tuple[int, Chain]] = {}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, max_tasks_per_child=1) as pool:
        while waiting or running:
            while waiting and len(running) < processes:
                seed, (arm, *later) = waiting.pop(0)
                running[pool.submit(one, arm, seed, preset, WORK / str(seed))] = seed, tuple(later)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                seed, later_arms = running.pop(future)
                known.append(future.result())
                write(file, known)
                print(_line(known[-1]), flush=True)
                if later_arms:
                    waiting.insert(0, (seed, later_arms))
                else:
                    shutil.rmtree(WORK / str(seed))
    return [outcome for outcome in known if (outcome.arm, outcome.seed) in asked]


def _line(outcome: Outcome) -> str:
    figure = f"{outcome.final_success:.3f} after {outcome.steps} steps, {outcome.seconds:.0f} s"
    return f"{outcome.arm} seed {outcome.seed}: {outcome.status}, {figure}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gsl_forkmaze", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--preset", default="forkmaze", choices=sorted(PRESETS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 11)))
    parser.add_argument("--arms", nargs="+", default=list(DEFAULT), choices=sorted(TITLES))
    parser.add_argument("--processes", type=int, default=1, help="seeds that are worked on side by side")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    outcomes = run_all(given.arms, given.seeds, given.preset, given.processes, given.results)
    draw(outcomes, given.arms, given.results.with_suffix(".svg"))
    print(table(outcomes, given.arms))


if __name__ == "__main__":
    main()
