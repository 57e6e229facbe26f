"""Do meta-learners adapt to goals that they have never seen? Returns before and after, and where they must not adapt:

    nice python -m benchmarks.meta_learning --learners maml pearl --seeds 1 2 3 4 5

MAML-TRPO on 2-D navigation and PEARL on the point robot, with the settings of their presets and other goals for every
seed; a minute or two a seed, on an idle core. Each seed that ends is added to benchmarks/results/meta_learning.json,
and with it the table of docs/meta-learning.md; what the file holds is not repeated. Exit code 1 where adapted is not
above unadapted on held-out goals, with an interval of the difference over seeds above 0.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from pydantic import TypeAdapter

from benchmarks.method.pages import ROOT, put
from gsl.atomic_file import write_text
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.method.statistics import mean_std, paired_difference
from gsl.seeds import derive
from gsl.worker import plugins
from gsl.worker.envs import evaluation_trial, training_trial
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import training_sampler
from gsl.worker.learners.base import Policy
from gsl.worker.learners.maml.learner import MAML
from gsl.worker.learners.pearl.learner import PEARL
from gsl.worker.nets.actor_critic import FullyConnected
from gsl.worker.rollout.alternating import make_loop
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.evaluate import measure

RESULTS = Path(__file__).parent / "results" / "meta_learning.json"
PAGE = ROOT / "docs" / "meta-learning.md"
NAME = "meta_learning"
SEEDS = (1, 2, 3, 4, 5)
PRESET_OF = {"maml": "navigation-maml", "pearl": "robot-pearl"}
CONTROLS = {"maml": "without the inner step", "pearl": "with z = 0"}
TRIALS = 3
"""Of each variation in the test."""


@dataclass(frozen=True)
class Outcome:
    """Mean returns by episode of the trial."""

    learner: str
    seed: int
    steps: int
    seconds: float  # of the processor, for training
    training: list[float]
    held_out: list[float]
    control: list[float]  # on the held-out variations, by a policy that cannot adapt


def config_of(learner: str, seed: int) -> RunConfig:
    """The preset's, with goals of the seed's own."""
    config = PRESETS[PRESET_OF[learner]].config
    return config.model_copy(update={"suite": config.suite.model_copy(update={"goal_seed": seed})})


def learn(name: str, seed: int, steps: int | None) -> Outcome:
    """Train one seed for so many steps, by default those of the preset, and test it by sampled actions."""
    config, begun = config_of(name, seed), time.process_time()
    settings, steps = config.learner, steps or config.budget.total_steps
    rng = np.random.default_rng(derive(seed, "sampler"))
    sampler = training_sampler(config.suite, config.suite.training_variations(), rng)
    loop = make_loop(config.suite, settings, sampler, derive(seed, "env"), training_trial(config))
    spaces = plugins.spaces_for(config.suite, spaces_of(loop.env))
    learner: MAML | PEARL = plugins.load(settings)(settings, spaces, derive(seed, "learner"), torch.device("cpu"), None)
    try:
        for _ in range(steps // settings.batch_size):
            if settings.whole_trials:
                loop.restart()
            learner.update(collect(loop, learner, settings.num_steps, lambda: None)[0])
    finally:
        loop.close()
    seconds, held_out = time.process_time() - begun, config.suite.held_out_variations()
    policy = learner.policy(deterministic=False, seed=derive(seed, "policy"))
    return Outcome(
        name,
        seed,
        steps,
        round(seconds, 1),
        training=_tested(config, policy, config.suite.training_variations(), seed),
        held_out=_tested(config, policy, held_out, seed),
        control=_tested(config, control(learner, seed), held_out, seed),
    )


def control(learner: MAML | PEARL, seed: int) -> Policy:
    """The same policy, unable to adapt."""
    if isinstance(learner, MAML):
        learner.settings = learner.settings.model_copy(update={"learning_rate": 0.0})
    elif isinstance(body := learner.network.policy_body, FullyConnected):
        body.linear[0].weight.data[:, learner.network.seen :] = 0.0  # as if the latent numbers, which follow, were 0
    return learner.policy(deterministic=False, seed=derive(seed, "policy"))


def _tested(config: RunConfig, policy: Policy, variations: Sequence[int], seed: int) -> list[float]:
    found = measure(
        config.suite, policy, variations, TRIALS, 200, derive(seed, "test"), lambda: None,
        trial=evaluation_trial(config),
    )  # fmt: skip
    return [round(place.mean_return or 0.0, 4) for place in found.by_place]


def run_all(learners: Sequence[str], seeds: Sequence[int], steps: int | None, file: Path, page: Path) -> list[Outcome]:
    """Learn what the file does not hold yet, and write file and page after each."""
    for name in learners:
        for seed in seeds:
            if not any((each.learner, each.seed) == (name, seed) for each in read(file)):
                outcome = learn(name, seed, steps)
                print(outcome, flush=True)
                known = sorted([*read(file), outcome], key=lambda each: (each.learner, each.seed))
                write_text(file, json.dumps([asdict(each) for each in known], indent=1) + "\n")
            put(page, NAME, table(read(file)))
    return read(file)


def read(file: Path) -> list[Outcome]:
    return TypeAdapter(list[Outcome]).validate_json(file.read_bytes()) if file.exists() else []


def table(known: Sequence[Outcome]) -> str:
    """A row for each learner and what was tested: unadapted, adapted, and the difference over seeds."""
    rows = [
        "| | seeds | steps | minutes of a core | unadapted | adapted | adapted minus unadapted [95 %] |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in PRESET_OF:
        mine = [each for each in known if each.learner == name]
        for title, which in (
            ("training", "training"), ("held out", "held_out"), (f"held out, {CONTROLS[name]}", "control"),
        ):  # fmt: skip
            if mine:
                first, last = halves(mine, which)
                minutes = np.mean([each.seconds for each in mine]) / 60
                cells = [str(len(mine)), f"{mine[0].steps:,}", f"{minutes:.1f}"]
                cells += [mean_std(first).text(".1f"), mean_std(last).text(".1f")]
                gain = paired_difference(last, first).text("+.1f", seeds=False)
                title = f"{PRESETS[PRESET_OF[name]].config.learner.title}, {title}"
                rows.append(f"| {title} | {' | '.join(cells)} | {gain} |")
    return "\n".join(rows)


def halves(outcomes: Sequence[Outcome], which: str) -> tuple[list[float], list[float]]:
    """By seed: the mean returns of the episodes before the policy adapts, and of those after."""
    before = [PRESETS[PRESET_OF[each.learner]].config.learner.fewest_episodes - 1 for each in outcomes]
    found = [getattr(each, which) for each in outcomes]
    parts = [(each[:count], each[count:]) for each, count in zip(found, before, strict=True)]
    return [float(np.mean(one)) for one, _ in parts], [float(np.mean(other)) for _, other in parts]


def holds(known: Sequence[Outcome], name: str) -> bool:
    """Whether adapted is above unadapted on held-out variations, and not where it cannot adapt."""
    mine = [each for each in known if each.learner == name]
    gain, flat = (paired_difference(last, first) for first, last in (halves(mine, w) for w in ("held_out", "control")))
    return (gain.low or 0.0) > 0 and abs(flat.estimate) < gain.estimate / 4


def main() -> int:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--learners", nargs="+", default=list(PRESET_OF), choices=list(PRESET_OF))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--steps", type=int, help="environment steps of each run; by default those of the presets")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table goes, between its marks")
    given = parser.parse_args()
    torch.set_num_threads(1)
    known = run_all(given.learners, given.seeds, given.steps, given.results, given.page)
    return 0 if all(holds(known, name) for name in given.learners) else 1


if __name__ == "__main__":
    sys.exit(main())
