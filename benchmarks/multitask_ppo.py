"""Which of PopArt and LayerNorm in the critic make multi-task PPO stronger? Meta-World MT10, four arms:

    nice python -m benchmarks.multitask_ppo --arms plain layer_norm popart both --seeds 1001 1002 1003 --steps 1000000

The settings are those of the preset for two cores; a plain generalist, ten minutes a run on an idle core.
Runs follow one another; each is added to benchmarks/results/multitask_ppo.json as it ends, and with it the table of
docs/learning.md. What the file holds with the same settings and steps is not repeated. These seeds take no part in the
results of the method.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.learning import OUTCOMES, Outcome, Task, learn, line, read
from benchmarks.method.pages import ROOT, put
from gsl.atomic_file import write_text
from gsl.config.learners import PPO
from gsl.config.presets import PRESETS
from gsl.method.statistics import mean_std, paired_difference

RESULTS = Path(__file__).parent / "results" / "multitask_ppo.json"
PAGE = ROOT / "docs" / "learning.md"
NAME = "multitask_ppo"
SEEDS = (1001, 1002, 1003)
STEPS = 1_000_000
EPISODES = 20
"""Of each task in the test."""
BASELINE = "plain"

_POPART: dict[str, Any] = {"popart": True, "norm_reward": False}
_LAYER_NORM: dict[str, Any] = {"critic_layer_norm": True}
ARMS: dict[str, dict[str, Any]] = {
    BASELINE: {}, "layer_norm": _LAYER_NORM, "popart": _POPART, "both": _POPART | _LAYER_NORM,
}  # fmt: skip
TITLES = {BASELINE: "PPO", "layer_norm": "LayerNorm", "popart": "PopArt", "both": "PopArt and LayerNorm"}


def task(arm: str, seed: int, steps: int) -> Task:
    """Tested by sampled actions on twenty episodes of each task; one process simulates."""
    config = PRESETS["metaworld-mt10"].config
    learner = PPO.model_validate(config.learner.model_dump() | ARMS[arm])
    suite = config.suite.model_copy(update={"processes": 1})
    return Task(
        arm=arm, seed=seed, suite=suite, learner=learner, steps=steps, sampling=config.sampling,
        test_variations=len(suite.training_variations()), test_episodes=EPISODES, deterministic=False,
    )  # fmt: skip


def run_all(tasks: Sequence[Task], file: Path, page: Path) -> None:
    """Learn what the file does not hold yet, and write file and page after each."""
    known = read(file)
    for asked in tasks:
        if asked not in [outcome.task for outcome in known]:
            known.append(learn(asked))
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, json.dumps(OUTCOMES.dump_python(known, mode="json"), indent=1) + "\n")
            print(line(known, known[-1]), flush=True)
        put(page, NAME, table(known, asked.steps))


def table(known: Sequence[Outcome], steps: int) -> str:
    """Every arm with its interval against plain PPO, every seed, and every task."""
    mine = [outcome for outcome in known if outcome.task == task(outcome.task.arm, outcome.task.seed, steps)]
    by_arm = {arm: {o.task.seed: o for o in mine if o.task.arm == arm} for arm in ARMS}
    by_arm = {arm: dict(sorted(seeds.items())) for arm, seeds in by_arm.items() if seeds}
    if not by_arm:
        return "No run has ended yet."
    seeds = sorted({seed for found in by_arm.values() for seed in found})
    head = f"MT10, {steps:,} steps, {EPISODES} episodes of each task at the end."
    return "\n\n".join([head, _arms(by_arm), _seeds(by_arm, seeds), _tasks(by_arm)])


Found = dict[str, dict[int, Outcome]]


def _arms(by_arm: Found) -> str:
    rows = ["| | seeds | success at the end | minus PPO, paired [95 %] | success over the last quarter | minus PPO |"]
    rows.append("|---|---|---|---|---|---|")
    for arm, found in by_arm.items():
        cells = [TITLES[arm], str(len(found))]
        for figure in (_success, _last_quarter):
            cells.append(mean_std([figure(outcome) for outcome in found.values()]).text(".3f"))
            both = [seed for seed in found if seed in by_arm.get(BASELINE, {})]
            pair = [figure(found[s]) for s in both], [figure(by_arm[BASELINE][s]) for s in both]
            cells.append(paired_difference(*pair).text("+.3f") if both and arm != BASELINE else "-")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _seeds(by_arm: Found, seeds: Sequence[int]) -> str:
    rows = ["| seed | " + " | ".join(TITLES[arm] for arm in by_arm) + " |", "|---|" + "---|" * len(by_arm)]
    for seed in seeds:
        cells = (f"{_success(found[seed]):.3f}" if seed in found else "-" for found in by_arm.values())
        rows.append(f"| {seed} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _tasks(by_arm: Found) -> str:
    """Success of each task, the mean over seeds."""
    suite = task(BASELINE, 0, STEPS).suite
    rows = ["| task | " + " | ".join(TITLES[arm] for arm in by_arm) + " |", "|---|" + "---|" * len(by_arm)]
    means = [np.mean([outcome.training.each for outcome in found.values()], axis=0) for found in by_arm.values()]
    for place, variation in enumerate(suite.training_variations()):
        rows.append(f"| {suite.variation_name(variation)} | {' | '.join(f'{mean[place]:.2f}' for mean in means)} |")
    return "\n".join(rows)


def _success(outcome: Outcome) -> float:
    return outcome.training.success_rate or 0.0


def _last_quarter(outcome: Outcome) -> float:
    """Of the training's own episodes: less noisy than the test, for it has more of them."""
    points = [p.success_rate for p in outcome.curve if p.steps > 0.75 * outcome.task.steps]
    return float(np.mean([rate for rate in points if rate is not None]))


def main() -> None:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=list(ARMS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--steps", type=int, default=STEPS, help="environment steps of each run")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table goes, between its marks")
    given = parser.parse_args()
    tasks = [task(arm, seed, given.steps) for seed in given.seeds for arm in given.arms]
    if any(given.steps < each.learner.batch_size for each in tasks):
        parser.error(f"--steps must be at least an epoch: {tasks[0].learner.batch_size}")
    run_all(tasks, given.results, given.page)


if __name__ == "__main__":
    main()
