"""One learner on one suite for so many steps, then tested on fresh episodes: what the learning checks are made of.

Outcomes are added to a JSON file as they come in; what it holds already is not repeated.
"""

import json
import logging
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
from pydantic import Field, TypeAdapter

from gsl.atomic_file import write_text
from gsl.config.run import Learner, Suite
from gsl.config.sampling import Sampling, UniformSampling
from gsl.protocol.reports import Wire
from gsl.seeds import derive
from gsl.worker import plugins
from gsl.worker.envs import make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import Sharing, training_sampler
from gsl.worker.learners import Learner as LearnerCode
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.rollout.episodes import Episodes, join
from gsl.worker.rollout.evaluate import measure
from gsl.worker.trainer.device import choose_device, limit_threads

POINTS = 100
"""Of a learning curve."""


class Task(Wire):
    """What is learned, by what, for how long, and how it is tested."""

    arm: str
    seed: int
    suite: Suite
    learner: Learner
    steps: int = Field(description="Environment steps of training.")
    test_variations: int = Field(description="How many training variations are tested, and how many held-out ones.")
    test_episodes: int = Field(description="Fresh episodes on each of them.")
    deterministic: bool = Field(description="Whether the test takes the most probable action.")
    sampling: Sampling = Field(UniformSampling(), description="How the next training variation is chosen.")


class Point(Wire):
    """The episodes that ended in one stretch of training."""

    steps: int
    mean_return: float | None
    success_rate: float | None


class Measured(Wire):
    """Means over variations of their episodes."""

    episodes: int
    mean_return: float
    success_rate: float | None
    each: tuple[float, ...] = Field((), description="Success, or return where there is none, by variation.")


class Outcome(Wire):
    """How one task ended; `held_out` is null where the suite holds nothing out."""

    task: Task
    curve: tuple[Point, ...]
    training: Measured
    held_out: Measured | None
    seconds: float

    @property
    def held_out_return(self) -> float:
        """Mean over the variations that were held out. Raises ValueError where the suite has none."""
        if self.held_out is None:
            raise ValueError(f"{self.task.suite.name} holds nothing out here")
        return self.held_out.mean_return


OUTCOMES: TypeAdapter[list[Outcome]] = TypeAdapter(list[Outcome])


def learn(task: Task) -> Outcome:
    """Train and test in this process."""
    logging.disable(logging.INFO)
    limit_threads(task.learner)
    started = time.monotonic()
    curve: list[Point] = []
    learner = train(task, curve.append)
    held_out = task.suite.held_out_variations()
    return Outcome(
        task=task,
        curve=tuple(curve),
        training=_test(task, learner, task.suite.training_variations(), "training"),
        held_out=_test(task, learner, held_out, "held_out") if held_out else None,
        seconds=time.monotonic() - started,
    )


def train(task: Task, note: Callable[[Point], None]) -> LearnerCode:
    """The learner after the task's steps; `note` is told of every hundredth of them."""
    settings, suite = task.learner, task.suite
    rng = np.random.default_rng(derive(task.seed, "sampler"))
    sharing = Sharing(settings.num_envs, settings.policies, task.seed)
    sampler = training_sampler(suite, suite.training_variations(), rng, task.sampling, sharing)
    env = make_env(suite, settings.num_envs, sampler, derive(task.seed, "env"))
    try:
        spaces = plugins.spaces_for(suite, spaces_of(env))
        learner: LearnerCode = plugins.load(settings)(
            settings, spaces, derive(task.seed, "learner"), choose_device(settings)
        )
        loop, ended, noted = EnvRunner(env), list[Episodes](), 0
        for steps in range(settings.batch_size, task.steps + 1, settings.batch_size):
            rollout, episodes = collect(loop, learner, settings.num_steps, _nothing)
            learner.update(rollout, progress=(steps - settings.batch_size) / task.steps)
            ended.append(episodes)
            if (steps - noted) * POINTS >= task.steps or steps + settings.batch_size > task.steps:
                together = join(ended)
                note(Point(steps=steps, mean_return=together.mean_return, success_rate=together.success_rate))
                ended, noted = [], steps
    finally:
        env.close()
    return learner


def read(file: Path) -> list[Outcome]:
    return OUTCOMES.validate_json(file.read_bytes()) if file.exists() else []


def learn_all(tasks: Sequence[Task], processes: int, file: Path) -> list[Outcome]:
    """Do what the file does not hold yet; the outcomes of all `tasks`, in their order."""
    known = [outcome for outcome in read(file) if outcome.task in tasks]
    done = [outcome.task for outcome in known]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, max_tasks_per_child=1) as pool:
        for future in as_completed([pool.submit(learn, task) for task in tasks if task not in done]):
            known.append(future.result())
            known.sort(key=lambda outcome: tasks.index(outcome.task))
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, json.dumps(OUTCOMES.dump_python(known, mode="json"), indent=1) + "\n")
            print(line(known, future.result()), flush=True)
    return known


def line(known: Sequence[Outcome], outcome: Outcome) -> str:
    """For people: one outcome."""
    task, test = outcome.task, outcome.training
    success = "" if test.success_rate is None else f", success {test.success_rate:.2f}"
    figure = f"return {test.mean_return:.1f}{success}"
    return (
        f"{task.arm} seed {task.seed}: {figure} after {task.steps} steps, {outcome.seconds:.0f} s ({len(known)} done)"
    )


def _test(task: Task, learner: LearnerCode, variations: Sequence[int], name: str) -> Measured:
    variations = variations[: task.test_variations]
    policy = learner.policy(deterministic=task.deterministic, seed=derive(task.seed, "test policy", name))
    measured = measure(
        task.suite, policy, variations, task.test_episodes, min(64, task.learner.num_envs),
        derive(task.seed, "test", name), _nothing,
    )  # fmt: skip
    returns = [entry.mean_return for entry in measured.returns if entry.mean_return is not None]
    successes = [entry.success_rate for entry in measured.returns if entry.success_rate is not None]
    return Measured(
        episodes=sum(entry.episodes for entry in measured.returns),
        mean_return=float(np.mean(returns)),
        success_rate=float(np.mean(successes)) if successes else None,
        each=tuple(round(figure, 4) for figure in successes or returns),
    )


def _nothing() -> None:
    """Nobody interrupts a benchmark."""
