"""Does RL² learn to learn? Returns by episode of the trial on variations that it has never seen, and where it forgets:

    nice python -m benchmarks.rl2 --tasks gridnavi bandits --seeds 1 2 3 4 5

GridNavi (four episodes, five goals held out) and bandits (ten pulls) with the settings of their presets; four minutes a
seed and one, on an idle core. Each seed that ends is added to benchmarks/results/rl2.json, and with it the table of
docs/memory.md; what the file holds is not repeated. Exit code 1 where the last episode is not above the first on
held-out variations, with an interval of the difference over seeds above 0.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import TypeAdapter

from benchmarks.method.pages import ROOT, put
from gsl.atomic_file import write_text
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.method.statistics import mean_std, paired_difference
from gsl.seeds import derive
from gsl.worker.envs import evaluation_trial, training_trial
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import training_sampler
from gsl.worker.learners.base import Policy
from gsl.worker.learners.rl2.learner import RL2
from gsl.worker.rollout.alternating import make_loop
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.evaluate import measure
from gsl.worker.spaces import FORGET

RESULTS = Path(__file__).parent / "results" / "rl2.json"
PAGE = ROOT / "docs" / "memory.md"
NAME = "rl2"
SEEDS = (1, 2, 3, 4, 5)
TASKS = {"gridnavi": "gridnavi-rl2", "bandits": "bandits-rl2"}
TRIALS = 20
"""Of each variation in the test."""


@dataclass(frozen=True)
class Outcome:
    """Mean returns by episode of the trial."""

    task: str
    seed: int
    steps: int
    training: list[float]
    held_out: list[float]
    forgetful: list[float]  # on the held-out variations, where the memory is cleared after every episode


def learn(task: str, seed: int, steps: int | None) -> Outcome:
    """Train one seed for so many steps, by default those of the preset, and test it by sampled actions."""
    config = PRESETS[TASKS[task]].config
    settings, steps = config.learner, steps or config.budget.total_steps
    sampler = training_sampler(
        config.suite, config.suite.training_variations(), np.random.default_rng(derive(seed, "sampler"))
    )
    loop = make_loop(config.suite, settings, sampler, derive(seed, "env"), training_trial(config))
    learner = RL2(settings, spaces_of(loop.env), derive(seed, "learner"), torch.device("cpu"))  # type: ignore[arg-type]  # the presets' learner
    try:
        for _ in range(steps // settings.batch_size):
            learner.update(collect(loop, learner, settings.num_steps, lambda: None)[0])
    finally:
        loop.close()
    held_out, seen = config.suite.held_out_variations(), spaces_of(loop.env).actions.size + 3
    policy = learner.policy(deterministic=False, seed=derive(seed, "policy"))
    return Outcome(
        task,
        seed,
        steps,
        training=_tested(config, policy, config.suite.training_variations()[:100], seed),
        held_out=_tested(config, policy, held_out, seed),
        forgetful=_tested(config, forgetting(policy, seen), held_out, seed),
    )


def _tested(config: RunConfig, policy: Policy, variations: Sequence[int], seed: int) -> list[float]:
    found = measure(
        config.suite, policy, variations, TRIALS, 100, derive(seed, "test"), lambda: None,
        trial=evaluation_trial(config),
    )  # fmt: skip
    return [round(place.mean_return or 0.0, 4) for place in found.by_place]


def forgetting(policy: Policy, appended: int) -> Policy:
    """The policy with a memory that lasts for an episode; `appended` numbers follow the suite's own observation."""

    def choose(observation: NDArray[Any]) -> NDArray[Any]:
        begins = observation[:, -2] == 1  # the step before ended an episode
        observation = observation.copy()
        observation[begins, -appended:-1], observation[begins, -1] = 0.0, FORGET
        return policy(observation)

    return choose


def run_all(tasks: Sequence[str], seeds: Sequence[int], steps: int | None, file: Path, page: Path) -> list[Outcome]:
    """Learn what the file does not hold yet, and write file and page after each."""
    for task in tasks:
        for seed in seeds:
            if not any((each.task, each.seed) == (task, seed) for each in read(file)):
                outcome = learn(task, seed, steps)
                print(outcome, flush=True)
                known = sorted([*read(file), outcome], key=lambda each: (each.task, each.seed))
                write_text(file, json.dumps([asdict(each) for each in known], indent=1) + "\n")
            put(page, NAME, table(read(file)))
    return read(file)


def read(file: Path) -> list[Outcome]:
    return TypeAdapter(list[Outcome]).validate_json(file.read_bytes()) if file.exists() else []


def table(known: Sequence[Outcome]) -> str:
    """A row for each task and what was tested: the first episode, the last, and the difference over seeds."""
    rows = ["| | seeds | steps | first episode | last episode | last minus first [95 %] |", "|---|---|---|---|---|---|"]
    for task in TASKS:
        mine = [each for each in known if each.task == task]
        for title, which in (("training", "training"), ("held out", "held_out"), ("held out, forgetting", "forgetful")):
            if mine:
                first, last = _ends(mine, which)
                cells = [str(len(mine)), f"{mine[0].steps:,}", mean_std(first).text(".2f"), mean_std(last).text(".2f")]
                gain = paired_difference(last, first).text("+.2f", seeds=False)
                rows.append(f"| {PRESETS[TASKS[task]].config.suite.title}, {title} | {' | '.join(cells)} | {gain} |")
    return "\n".join(rows)


def _ends(outcomes: Sequence[Outcome], which: str) -> tuple[list[float], list[float]]:
    found = [getattr(each, which) for each in outcomes]
    return [each[0] for each in found], [each[-1] for each in found]


def holds(known: Sequence[Outcome], task: str) -> bool:
    """Whether later episodes are better on held-out variations, and not where it forgets."""
    mine = [each for each in known if each.task == task]
    ends = [_ends(mine, which) for which in ("held_out", "forgetful")]
    gain, flat = (paired_difference(last, first) for first, last in ends)
    return (gain.low or 0.0) > 0 and flat.estimate < gain.estimate / 4


def main() -> int:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--steps", type=int, help="environment steps of each run; by default those of the presets")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table goes, between its marks")
    given = parser.parse_args()
    torch.set_num_threads(1)
    known = run_all(given.tasks, given.seeds, given.steps, given.results, given.page)
    return 0 if all(holds(known, task) for task in given.tasks) else 1


if __name__ == "__main__":
    sys.exit(main())
