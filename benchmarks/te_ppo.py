"""Does TE-PPO reach every goal, and do its embeddings tell the goals apart?

    nice python -m benchmarks.te_ppo --seeds 1 2 3 4 5

Four goals on a circle, with the settings of the preset circle-te-ppo, which were chosen on seeds 101 and 102; a minute
a seed on an idle core. Each seed that ends is added to benchmarks/results/te_ppo.json, and with it the table of
docs/task-embeddings.md; what the file holds is not repeated. Exit code 1 where a seed misses a goal, or where
embeddings of two goals are less than four of their standard deviations apart.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from pydantic import TypeAdapter

from benchmarks.method.pages import ROOT, put
from gsl.atomic_file import write_text
from gsl.config.presets import PRESETS
from gsl.method.statistics import mean_interval
from gsl.seeds import derive
from gsl.worker import plugins
from gsl.worker.envs import Trial, training_trial
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import training_sampler
from gsl.worker.learners.te_ppo.learner import TEPPO, separation
from gsl.worker.rollout.alternating import make_loop
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.evaluate import measure

RESULTS = Path(__file__).parent / "results" / "te_ppo.json"
PAGE = ROOT / "docs" / "task-embeddings.md"
NAME = "te_ppo"
CONFIG = PRESETS["circle-te-ppo"].config
SEEDS = (1, 2, 3, 4, 5)
EPISODES = 20
"""Of each goal in the test."""
REACHED, APART = 0.5, 4.0
"""Success rate from which a goal counts as reached; deviations between two embeddings that are separate."""


@dataclass(frozen=True)
class Outcome:
    """Success rates and returns of each goal with sampled embeddings and actions, and how the embeddings lie."""

    seed: int
    steps: int
    success: list[float]
    returns: list[float]
    separation: float
    embedding_std: float
    inference_loss: float  # of the last update, nats

    @property
    def goals(self) -> int:
        return sum(rate >= REACHED for rate in self.success)

    @property
    def holds(self) -> bool:
        return self.goals == len(self.success) and self.separation >= APART


def learn(seed: int, steps: int | None) -> Outcome:
    """Train one seed for so many steps, by default those of the preset, and test it."""
    suite, settings, steps = CONFIG.suite, CONFIG.learner, steps or CONFIG.budget.total_steps
    sampler = training_sampler(suite, suite.training_variations(), np.random.default_rng(derive(seed, "sampler")))
    loop = make_loop(suite, settings, sampler, derive(seed, "env"), training_trial(CONFIG))
    spaces = plugins.spaces_for(suite, spaces_of(loop.env))
    learner = TEPPO(settings, spaces, derive(seed, "learner"), torch.device("cpu"))  # type: ignore[arg-type]  # the preset's learner
    loss = float("nan")
    try:
        for _ in range(steps // settings.batch_size):
            loss = learner.update(collect(loop, learner, settings.num_steps, lambda: None)[0])["inference_loss"]
    finally:
        loop.close()
    policy = learner.policy(deterministic=False, seed=derive(seed, "policy"))
    found = measure(
        suite, policy, suite.training_variations(), EPISODES, 80, derive(seed, "test"), lambda: None, trial=Trial(1)
    ).returns
    with torch.no_grad():
        tasks = learner.network.of_every_task()
    return Outcome(
        seed,
        steps,
        success=[each.success_rate or 0.0 for each in found],
        returns=[round(each.mean_return or 0.0, 2) for each in found],
        separation=round(float(separation(tasks.mean, tasks.log_std)), 2),
        embedding_std=round(float(tasks.log_std.exp().mean()), 4),
        inference_loss=round(loss, 3),
    )


def run_all(seeds: Sequence[int], steps: int | None, file: Path, page: Path) -> list[Outcome]:
    """Learn what the file does not hold yet, and write file and page after each."""
    for seed in seeds:
        if all(each.seed != seed for each in read(file)):
            outcome = learn(seed, steps)
            print(outcome, flush=True)
            known = sorted([*read(file), outcome], key=lambda each: each.seed)
            write_text(file, json.dumps([asdict(each) for each in known], indent=1) + "\n")
        put(page, NAME, table(read(file)))
    return read(file)


def read(file: Path) -> list[Outcome]:
    return TypeAdapter(list[Outcome]).validate_json(file.read_bytes()) if file.exists() else []


def table(known: Sequence[Outcome]) -> str:
    """Means over seeds with their 95 % intervals."""
    columns: dict[str, tuple[Sequence[float], str]] = {
        "goals reached, of 4": ([each.goals for each in known], ".1f"),
        "success rate": ([float(np.mean(each.success)) for each in known], ".2f"),
        "return": ([float(np.mean(each.returns)) for each in known], ".1f"),
        "separation of embeddings": ([each.separation for each in known], ".1f"),
        "their spread": ([each.embedding_std for each in known], ".2f"),
    }
    head = ["seeds", "steps", *columns]
    cells = [str(len(known)), f"{known[0].steps:,}" if known else "-"]
    cells += [_cell(values, form) if values else "-" for values, form in columns.values()]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), f"| {' | '.join(cells)} |"])


def _cell(values: Sequence[float], form: str) -> str:
    """The mean with its interval, or alone where all seeds are equal."""
    found = mean_interval(values).within(0, 1) if form == ".2f" else mean_interval(values)
    return f"{found.estimate:{form}}" if found.low is None else found.text(form, seeds=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--steps", type=int, help="environment steps of each run; by default those of the preset")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table goes, between its marks")
    given = parser.parse_args()
    torch.set_num_threads(1)
    known = run_all(given.seeds, given.steps, given.results, given.page)
    return 0 if known and all(each.holds for each in known) else 1


if __name__ == "__main__":
    sys.exit(main())
