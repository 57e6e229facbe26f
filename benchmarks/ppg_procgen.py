"""PPG against PPO on a Procgen game with the small CNN, at equal steps: python -m benchmarks.ppg_procgen.

Both learn the same levels for the same steps with the settings recommended for two cores, and are tested on training
and held-out levels. Results go to benchmarks/results/ppg_procgen.json as runs end, and their table to
docs/learners.md; runs that are in the file with the same settings are not repeated. A step of PPG costs about four
times the computation of a step of PPO: it has two networks and an auxiliary phase.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.learning import Outcome, Task, learn_all, read
from benchmarks.method.pages import ROOT, put
from gsl.config.recommended import recommended
from gsl.config.suites import ProcgenSuite
from gsl.method.statistics import mean_interval, paired_difference, probability_of_improvement

ARMS = ("ppg", "ppo")
NAME = "ppg_procgen"
RESULTS = Path(__file__).parent / "results" / f"{NAME}.json"
PAGE = ROOT / "docs" / "learners.md"


def tasks(game: str, seeds: Sequence[int], steps: int) -> list[Task]:
    """Both arms of every seed; tested by sampled actions on a hundred levels of each kind, three episodes each."""
    suite = ProcgenSuite.model_validate({"game": game, "num_levels": 200, "held_out_levels": 100, "num_threads": 0})
    return [
        Task(
            arm=arm, seed=seed, suite=suite, learner=recommended(arm, suite, "two_cores").learner, steps=steps,
            test_variations=100, test_episodes=3, deterministic=False,
        )
        for seed in seeds
        for arm in ARMS
    ]  # fmt: skip


def table(outcomes: Sequence[Outcome]) -> str:
    """Markdown: every seed, then means with intervals and the comparison."""
    by_arm = {arm: {o.task.seed: o for o in outcomes if o.task.arm == arm} for arm in ARMS}
    seeds = sorted(by_arm["ppg"].keys() & by_arm["ppo"].keys())
    rows = ["| seed | PPG, train | PPO, train | PPG, held out | PPO, held out |", "|---|---|---|---|---|"]
    scores = {
        (arm, kind): [_score(by_arm[arm][seed], kind) for seed in seeds] for arm in ARMS for kind in ("train", "test")
    }
    columns = [scores["ppg", "train"], scores["ppo", "train"], scores["ppg", "test"], scores["ppo", "test"]]
    rows += [
        f"| {seed} | " + " | ".join(f"{column[i]:.2f}" for column in columns) + " |" for i, seed in enumerate(seeds)
    ]
    if not seeds:
        return "\n".join(rows)
    rows.append("| mean, 95 % | " + " | ".join(mean_interval(column).text(".2f") for column in columns) + " |")
    for kind, name in (("train", "training"), ("test", "held-out")):
        ours, theirs = scores["ppg", kind], scores["ppo", kind]
        rows += [
            "",
            f"PPG minus PPO on {name} levels: {paired_difference(ours, theirs).text('.2f')}, paired by seed; "
            f"probability of improvement {probability_of_improvement(ours, theirs).text('.2f')}.",
        ]
    return "\n".join(rows)


def _score(outcome: Outcome, kind: str) -> float:
    return outcome.training.mean_return if kind == "train" else outcome.held_out_return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--game", default="starpilot")
    parser.add_argument("--seeds", type=int, nargs="+", default=(1, 2, 3, 4, 5))
    parser.add_argument("--steps", type=int, default=500_000)
    parser.add_argument("--processes", type=int, default=1, help="runs side by side, one core each")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--show", action="store_true", help="train nothing: the table of what the file holds")
    given = parser.parse_args()
    if given.show:
        outcomes = [outcome for outcome in read(given.results) if outcome.task.seed in given.seeds]
    else:
        outcomes = learn_all(tasks(given.game, given.seeds, given.steps), given.processes, given.results)
    print(made := table(outcomes))
    if given.results.resolve() == RESULTS:
        put(PAGE, NAME, made)


if __name__ == "__main__":
    main()
