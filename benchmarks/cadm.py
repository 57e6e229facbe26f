"""Does a context help where physics are new? Predictions and returns by range of the parameters:

    nice python -m benchmarks.cadm --suites pendulum --seeds 1 2 3 4 5

Plain and ensemble models (PE-TS), each without and with a context (CaDM), learn from equally many steps on the training
range; then they predict fresh episodes of random actions on training, moderate and extreme variations, and plan there.
PPO and PPO + CaDM are compared in the same way, on the pendulum alone. Each training that ends is added to
benchmarks/results/cadm.json, and with it the tables of docs/dynamics.md; what the file holds is not repeated. Settings
were chosen with seeds 1001 and 1002. Exit code 1 where the context does not help the plain model on the moderate range,
with intervals over seeds: smaller errors after twenty steps, larger returns.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import TypeAdapter

from benchmarks.method.pages import ROOT, put
from gsl.atomic_file import write_text
from gsl.config.learners import CaDM as CaDMSettings
from gsl.config.learners import LearnerSettings, PPOCaDM
from gsl.config.recommended import recommended
from gsl.config.suites import CartPoleSuite, PendulumSuite
from gsl.config.suites.physics import PhysicsSuite
from gsl.method.statistics import Interval, mean_interval, paired_difference
from gsl.protocol.reports import Wire
from gsl.seeds import derive
from gsl.worker import plugins
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import QueueSampler, training_sampler
from gsl.worker.experience import Decision
from gsl.worker.learners import Learner
from gsl.worker.learners.cadm.learner import CaDM
from gsl.worker.learners.cadm.losses import rollout_errors
from gsl.worker.learners.cadm.steps import Steps, of_rollout
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.rollout.evaluate import measure
from gsl.worker.spaces import Actions

RESULTS = Path(__file__).parent / "results" / "cadm.json"
PAGE = ROOT / "docs" / "dynamics.md"
SUITES: dict[str, PhysicsSuite] = {"pendulum": PendulumSuite(), "cartpole": CartPoleSuite()}
RANGES = ("training", "moderate", "extreme")
STEPS, STEPS_OF_PPO = 10_000, 200_000
AHEAD = 20
PLAIN = {"members": 1, "particles": 1, "probabilistic": False}
ARMS: dict[str, dict[str, Any]] = {
    "plain": PLAIN | {"context": 0},
    "plain + CaDM": PLAIN,
    "PE-TS": {"context": 0},
    "PE-TS + CaDM": {},
}
POLICIES = ("PPO", "PPO + CaDM")


class Measured(Wire):
    """On one range: mean squared errors in deviations of the states in the training range, and the mean return.

    PPO predicts nothing, so it has no errors.
    """

    one_step: float | None
    many_steps: float | None
    mean_return: float


class Outcome(Wire):
    """One training."""

    suite: str
    arm: str
    seed: int
    settings: dict[str, Any]
    steps: int
    ranges: dict[str, Measured]
    seconds: float


OUTCOMES: TypeAdapter[list[Outcome]] = TypeAdapter(list[Outcome])


def settings_of(suite: str, arm: str) -> LearnerSettings:
    """An arm's learner. Both PPO have the same settings."""
    informed = recommended("ppo_cadm", SUITES[suite], "two_cores").learner
    if isinstance(informed, PPOCaDM) and arm in POLICIES:
        return informed if arm == "PPO + CaDM" else informed.of_ppo
    base = recommended("cadm", SUITES[suite], "two_cores").learner.model_dump(mode="json")
    return CaDMSettings.model_validate(base | ARMS[arm])


def learn(suite: str, arm: str, seed: int, steps: int) -> Outcome:
    """Train one seed and test it on every range."""
    started, chosen, settings = time.monotonic(), SUITES[suite], settings_of(suite, arm)
    rng = np.random.default_rng(derive(seed, "sampler"))
    sampler = training_sampler(chosen, chosen.training_variations(), rng)
    env = make_env(chosen, settings.num_envs, sampler, derive(seed, "env"), _trial(settings))
    spaces = plugins.spaces_for(chosen, spaces_of(env))
    learner: Learner = plugins.load(settings)(settings, spaces, derive(seed, "learner"), torch.device("cpu"))
    loop = EnvRunner(env)
    for _ in range(steps // settings.batch_size):
        learner.update(collect(loop, learner, settings.num_steps, lambda: None)[0])
    loop.close()
    ranges = {name: _tested(chosen, learner, settings, name, seed) for name in RANGES}
    return Outcome(
        suite=suite, arm=arm, seed=seed, settings=settings.model_dump(mode="json"), steps=steps, ranges=ranges,
        seconds=round(time.monotonic() - started, 1),
    )  # fmt: skip


def _trial(settings: LearnerSettings) -> Trial | None:
    return Trial() if settings.has_memory else None


def _variations(suite: PhysicsSuite, name: str, seed: int) -> list[int]:
    """Eight of the range."""
    if name != "training":
        return list(suite.held_out_set(name))
    rng = np.random.default_rng(derive(seed, "tested"))
    return sorted(rng.choice(suite.training_variations(), 8, replace=False).tolist())


def _tested(suite: PhysicsSuite, learner: Learner, settings: LearnerSettings, name: str, seed: int) -> Measured:
    code: object = learner  # whose `network` is of a narrower type
    errors = _errors(suite, code, name, seed) if isinstance(code, CaDM) else None
    policy = learner.policy(deterministic=True, seed=derive(seed, "planning", name))
    played = measure(
        suite, policy, _variations(suite, name, seed), 1, 8, derive(seed, "played", name), lambda: None,
        trial=_trial(settings),
    )  # fmt: skip
    returns = [each.mean_return for each in played.returns if each.mean_return is not None]
    return Measured(
        one_step=None if errors is None else float(errors[0]),
        many_steps=None if errors is None else float(errors[-1]),
        mean_return=round(float(np.mean(returns)), 2),
    )


def _errors(suite: PhysicsSuite, learner: CaDM, name: str, seed: int) -> torch.Tensor:
    unit, steps = _random_steps(suite, "training", seed).columns["state"].std(0), _random_steps(suite, name, seed)
    first = steps.starts(learner.network.history).nonzero().squeeze(1)
    return rollout_errors(learner.network, steps.stretches(first[::3], AHEAD, learner.network), unit)


def _random_steps(suite: PhysicsSuite, name: str, seed: int) -> Steps:
    """Fresh steps of random actions on the range's variations, the same for every arm of a seed."""
    slots, sizes = 8, {"pendulum": (3, 1), "cartpole": (4, 2)}[suite.name]
    queue = [variation for _ in range(100) for variation in _variations(suite, name, seed)]
    env = make_env(suite, slots, QueueSampler(queue), derive(seed, "random", name), Trial())
    rng = np.random.default_rng(derive(seed, "random actions", name))
    rollout = collect(EnvRunner(env), _Random(env.actions, rng), suite.time_limit, lambda: None)[0]
    made = Steps(sizes, 1, slots * suite.time_limit, torch.device("cpu"))
    made.add(of_rollout(rollout, sizes, torch.zeros(slots, dtype=torch.int64))[0], torch.Generator())
    return made


class _Random:
    """An Actor with uniform actions."""

    def __init__(self, actions: Actions, rng: np.random.Generator) -> None:
        self._actions, self._rng = actions, rng

    def decide(self, observation: NDArray[Any]) -> Decision:
        slots = len(observation)
        if self._actions.kind == "discrete":
            return Decision(self._rng.integers(self._actions.size, size=slots), torch.zeros(slots))
        chosen = self._rng.uniform(-1, 1, (slots, self._actions.size)).astype(np.float32)
        return Decision(chosen, torch.zeros(slots))


def read(file: Path) -> list[Outcome]:
    return OUTCOMES.validate_json(file.read_bytes()) if file.exists() else []


def learn_all(suites: Sequence[str], arms: Sequence[str], seeds: Sequence[int], file: Path, page: Path | None) -> None:
    """Learn what the file does not hold yet, seed by seed, and write file and page after each."""
    for seed in seeds:
        for suite, arm in product(suites, arms):
            steps, settings = _steps(arm), settings_of(suite, arm).model_dump(mode="json")
            wanted, known = (suite, arm, seed, steps, settings), read(file)
            held = any((each.suite, each.arm, each.seed, each.steps, each.settings) == wanted for each in known)
            if held or (arm in POLICIES and suite != "pendulum"):
                continue
            outcome = learn(suite, arm, seed, steps)
            others = [each for each in known if (each.suite, each.arm, each.seed) != (suite, arm, seed)]
            write(file, [*others, outcome])
            print(f"{suite}, {arm}, seed {seed}: {outcome.ranges}, {outcome.seconds:.0f} s", flush=True)
            if page is not None:
                put_tables(page, read(file))


def _steps(arm: str) -> int:
    return STEPS_OF_PPO if arm in POLICIES else STEPS


def write(file: Path, known: Sequence[Outcome]) -> None:
    """All outcomes, in the tables' order."""
    order = [*ARMS, *POLICIES]
    whole = sorted(known, key=lambda each: (each.suite, order.index(each.arm), each.seed))
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, json.dumps(OUTCOMES.dump_python(whole, mode="json"), indent=1) + "\n")


def put_tables(page: Path, known: Sequence[Outcome]) -> None:
    for suite in SUITES:
        put(page, f"cadm {suite}", table(known, suite, tuple(ARMS)))
    put(page, "cadm ppo", table(known, "pendulum", POLICIES))


def table(known: Sequence[Outcome], suite: str, arms: Sequence[str]) -> str:
    """A row for each range and arm: means with intervals over seeds, and what the context changes, paired by seed."""
    rows = [
        "| range | model | seeds | error, 1 step | error, 20 steps [95 %] | return [95 %] | gain by the context |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, arm in product(RANGES, arms):
        mine = {each.seed: each.ranges[name] for each in known if (each.suite, each.arm) == (suite, arm)}
        if mine:
            one, many = (
                [error for each in mine.values() if (error := getattr(each, what)) is not None]
                for what in ("one_step", "many_steps")
            )
            earned = mean_interval([each.mean_return for each in mine.values()]).text(".0f", seeds=False)
            gain = gained(known, suite, name, arm, "mean_return")
            cells = [
                f"{np.mean(one):.4f}" if one else "-", mean_interval(many).text(".2f", seeds=False) if many else "-",
                earned, "-" if gain is None else gain.text("+.0f", seeds=False),
            ]  # fmt: skip
            rows.append(f"| {name} | {arm} | {len(mine)} | {' | '.join(cells)} |")
    return "\n".join(rows)


def gained(known: Sequence[Outcome], suite: str, name: str, arm: str, what: str) -> Interval | None:
    """An arm with context minus the same without, over the seeds that both have; None for an arm without."""
    without = arm.removesuffix(" + CaDM")
    pair = [
        {each.seed: getattr(each.ranges[name], what) for each in known if (each.suite, each.arm) == (suite, one)}
        for one in (arm, without)
    ]
    both = sorted(pair[0].keys() & pair[1].keys())
    if arm == without or not both:
        return None
    ours, theirs = ([one[seed] for seed in both] for one in pair)
    return paired_difference(ours, theirs)


def holds(known: Sequence[Outcome], suite: str) -> bool:
    """Whether the context helps the plain model on the moderate range, in both measures."""
    error, earned = (gained(known, suite, "moderate", "plain + CaDM", what) for what in ("many_steps", "mean_return"))
    if error is None or earned is None or error.high is None or earned.low is None:
        return False
    return error.high < 0 < earned.low


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cadm", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--suites", nargs="+", default=list(SUITES), choices=list(SUITES))
    parser.add_argument("--arms", nargs="+", default=[*ARMS, *POLICIES], choices=[*ARMS, *POLICIES])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    page = PAGE if given.results.resolve() == RESULTS else None
    learn_all(given.suites, given.arms, given.seeds, given.results, page)
    return 0 if all(holds(read(given.results), suite) for suite in given.suites) else 1


if __name__ == "__main__":
    sys.exit(main())
