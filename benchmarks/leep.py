"""How to act when unsure: PPO and LEEP on sequential classification, at equal steps: python -m benchmarks.leep.

Each policy is trained once on a hundred images and then plays a thousand others in several ways. Every seed has other
images. Results go to benchmarks/results/leep.json as trainings end, and their table to docs/leep.md; trainings that are
in the file with the same settings are not repeated. Settings were chosen with seeds 1001 to 1003.
"""

import argparse
import json
import logging
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import TypeAdapter

from benchmarks.learning import Task, train
from benchmarks.method.pages import ROOT, put
from gsl.atomic_file import write_text
from gsl.config.learners import LearnerSettings
from gsl.config.recommended import recommended
from gsl.config.sampling import BootstrapSampling, Sampling, UniformSampling
from gsl.config.suites import ClassificationSuite
from gsl.config.suites.classification import PIXELS
from gsl.method.statistics import mean_interval, paired_difference
from gsl.protocol.reports import Wire
from gsl.seeds import derive
from gsl.worker.learners import Learner
from gsl.worker.learners.base import Policy
from gsl.worker.learners.leep import LEEP
from gsl.worker.rollout.evaluate import measure
from gsl.worker.trainer.device import limit_threads

NAME = "leep"
RESULTS = Path(__file__).parent / "results" / f"{NAME}.json"
PAGE = ROOT / "docs" / "leep.md"
STEPS = 200_000
IMAGES, HELD_OUT, EPISODES = 100, 1000, 10
PPO_LIKELIEST, PPO_SAMPLED, PPO_UNTRIED = "PPO: likeliest label", "PPO: sampled", "PPO: likeliest label not tried yet"
OBSERVED = "PPO, guesses observed: sampled"
LINK, LINK_LIKELIEST, MEMBER = "LEEP: link, sampled", "LEEP: link's likeliest label", "LEEP: one member, sampled"
APART = "LEEP without the penalty: link, sampled"
WAYS = (PPO_LIKELIEST, PPO_SAMPLED, LINK_LIKELIEST, MEMBER, APART, LINK, OBSERVED, PPO_UNTRIED)
"""What acts, in the table's order; the last two know what they have guessed."""


class Returns(Wire):
    """Means over images, of a policy that acts in one way."""

    training: float
    held_out: float


class Outcome(Wire):
    """One training, played in each of its ways."""

    task: Task
    ways: dict[str, Returns]
    seconds: float


OUTCOMES: TypeAdapter[list[Outcome]] = TypeAdapter(list[Outcome])


def tasks(seeds: Sequence[int], steps: int = STEPS) -> list[Task]:
    """The four trainings of every seed."""
    suite = ClassificationSuite(images=IMAGES, held_out_images=HELD_OUT)
    ppo, leep = (recommended(name, suite, "two_cores").learner for name in ("ppo", "leep"))
    arms: dict[str, tuple[LearnerSettings, Sampling, dict[str, Any]]] = {
        "ppo": (ppo, UniformSampling(), {}),
        "ppo, guesses observed": (ppo, UniformSampling(), {"guesses_observed": True}),
        "leep": (leep, BootstrapSampling(), {}),
        "leep, no penalty": (leep.model_copy(update={"link_coef": 0.0}), BootstrapSampling(), {}),
    }
    return [
        Task(
            arm=arm, seed=seed, suite=suite.model_copy(update={"split_seed": seed} | changes), learner=learner,
            steps=steps, test_variations=HELD_OUT, test_episodes=EPISODES, deterministic=False, sampling=sampling,
        )
        for seed in seeds
        for arm, (learner, sampling, changes) in arms.items()
    ]  # fmt: skip


def learn(task: Task) -> Outcome:
    """Train, then play in every way."""
    logging.disable(logging.INFO)
    limit_threads(task.learner)
    started = time.monotonic()
    learner = train(task, lambda point: None)
    ways = {name: _returns(task, policy, name) for name, policy in _ways(task, learner).items()}
    return Outcome(task=task, ways=ways, seconds=time.monotonic() - started)


def _ways(task: Task, learner: Learner) -> dict[str, Policy]:
    seed = derive(task.seed, "way")
    likeliest, sampled = (learner.policy(deterministic=greedy, seed=seed) for greedy in (True, False))
    if task.arm == "ppo, guesses observed":
        return {OBSERVED: sampled}
    if task.arm == "leep, no penalty":
        return {APART: sampled}
    code: object = learner  # whose `network` is of a narrower type
    if isinstance(code, LEEP):
        members = code.policy_of_members(deterministic=False, seed=seed)
        return {LINK: sampled, LINK_LIKELIEST: likeliest, MEMBER: members}
    return {PPO_SAMPLED: sampled, PPO_LIKELIEST: likeliest, PPO_UNTRIED: _likeliest_untried(learner)}


def _likeliest_untried(learner: Learner) -> Policy:
    """The likeliest label that was not guessed in this episode; plays where guesses are observed."""

    @torch.no_grad()
    def choose(observation: NDArray[Any]) -> NDArray[Any]:
        seen = torch.as_tensor(observation)
        tried = seen[:, PIXELS:] > 0
        chances = learner.network.policy_parameters(seen[:, :PIXELS]).masked_fill(tried, float("-inf"))
        return np.asarray(chances.argmax(-1).numpy())

    return choose


def _returns(task: Task, policy: Policy, way: str) -> Returns:
    suite = task.suite.model_copy(update={"guesses_observed": True}) if way == PPO_UNTRIED else task.suite

    def mean(variations: Sequence[int], kind: str) -> float:
        seed = derive(task.seed, "played", kind)
        played = measure(suite, policy, variations, task.test_episodes, 64, seed, lambda: None).returns
        return round(float(np.mean([each.mean_return for each in played if each.mean_return is not None])), 4)

    return Returns(
        training=mean(suite.training_variations(), "training"), held_out=mean(suite.held_out_variations(), "held_out")
    )


def read(file: Path) -> list[Outcome]:
    return OUTCOMES.validate_json(file.read_bytes()) if file.exists() else []


def learn_all(wanted: Sequence[Task], processes: int, file: Path) -> None:
    """Train what the file does not hold yet, and add it as it ends."""
    known = [outcome for outcome in read(file) if outcome.task in wanted]
    done = [outcome.task for outcome in known]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, max_tasks_per_child=1) as pool:
        for future in as_completed([pool.submit(learn, task) for task in wanted if task not in done]):
            known.append(outcome := future.result())
            known.sort(key=lambda each: wanted.index(each.task))
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, json.dumps(OUTCOMES.dump_python(known, mode="json"), indent=1) + "\n")
            print(
                f"{outcome.task.arm} seed {outcome.task.seed}: {outcome.seconds:.0f} s ({len(known)} done)", flush=True
            )


def table(outcomes: Sequence[Outcome]) -> str:
    """Markdown: every way with intervals over seeds, and its difference to LEEP's sampled link, paired by seed."""
    by_way = {way: {o.task.seed: o.ways[way] for o in outcomes if way in o.ways} for way in WAYS}
    rows = ["| what acts | seeds | training images | held-out images [95 %] | LEEP's sampled link minus it [95 %] |"]
    rows.append("|---|---|---|---|---|")
    for way, seeds in by_way.items():
        if seeds:
            rows.append(f"| {way} | {len(seeds)} | {_means(list(seeds.values()))} | {_ahead(by_way[LINK], seeds)} |")
    return "\n".join(rows)


def _means(returns: Sequence[Returns]) -> str:
    training, held_out = [each.training for each in returns], [each.held_out for each in returns]
    return f"{np.mean(training).round(2) + 0.0:.2f} | {mean_interval(held_out).text('.2f', seeds=False)}"


def _ahead(link: dict[int, Returns], other: dict[int, Returns]) -> str:
    both = sorted(link.keys() & other.keys())
    if link == other or not both:
        return "-"
    ours, theirs = ([returns[seed].held_out for seed in both] for returns in (link, other))
    return paired_difference(ours, theirs).text("+.2f", seeds=len(both) < len(other))


def main() -> None:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=tuple(range(1, 11)))
    parser.add_argument("--processes", type=int, default=1, help="trainings side by side, one core each")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--show", action="store_true", help="train nothing: the table of what the file holds")
    given = parser.parse_args()
    if not given.show:
        learn_all(tasks(given.seeds), given.processes, given.results)
    print(made := table(read(given.results)))
    if given.results.resolve() == RESULTS:
        put(PAGE, NAME, made)


if __name__ == "__main__":
    main()
