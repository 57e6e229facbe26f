"""The command of a learning check: so many seeds of one task, each of which must reach a figure."""

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.learning import Outcome, Task, learn_all

SEEDS = (1, 2, 3, 4, 5)
RESULTS = Path(__file__).parent / "results"


def check(
    name: str, about: str | None, task: Callable[[int], Task], figure: Callable[[Outcome], float], solved: float
) -> None:
    """Learn what `results/NAME.json` does not hold yet, and say of every seed whether `figure` reached `solved`."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--processes", type=int, default=1, help="seeds learned side by side, one core each")
    parser.add_argument("--results", type=Path, default=RESULTS / f"{name}.json")
    given = parser.parse_args()
    for outcome in learn_all([task(seed) for seed in given.seeds], given.processes, given.results):
        reached = figure(outcome)
        said = "ok" if reached >= solved else f"BELOW {solved:g}"
        print(f"seed {outcome.task.seed}: {reached:.2f} {said}, {outcome.seconds:.0f} s")
