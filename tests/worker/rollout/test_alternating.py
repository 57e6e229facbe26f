"""Environments in two halves: what is gathered, that it repeats, and that it goes on exactly."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP
from gsl.config.suites import ForkMazeSuite
from gsl.worker.envs.base import Step
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.experience import Decision
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED
from gsl.worker.rollout.alternating import AlternatingLoop, make_loop
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner, Loop
from tests.worker.jobs import TINY_MAZE, done, numbers, prepare, spec, work
from tests.worker.rollout.test_collect import Scripted, Uniform, nothing
from tests.worker.trainer.test_training import StopAt

MAZE = ForkMazeSuite(goals=4, corridor=2, branch=1, time_limit=6)


def loop_of(overlap: bool, seed: int = 0) -> tuple[Loop, UniformSampler]:
    settings = PPOSettings(network=MLP(width=8), num_envs=6, num_steps=8, num_minibatches=1, overlap=overlap)
    sampler = UniformSampler(range(4), np.random.default_rng(seed))
    return make_loop(MAZE, settings, sampler, 3), sampler


DECISIONS = 8
"""Of two halves in four steps."""


class Slow(Scripted):
    """Each of its steps lasts until one more decision has been made; notes the threads in which they were made."""

    def __init__(self, decided: threading.Semaphore) -> None:
        super().__init__()
        self._decided, self.threads = decided, set[str]()

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        self.threads.add(threading.current_thread().name)
        assert self._decided.acquire(timeout=10)
        return super().step(actions)


class Counting(Uniform):
    """Lets a step end with every decision after the first; with the last the last step too, which has none after it."""

    def __init__(self) -> None:
        super().__init__()
        self.decided, self._count = threading.Semaphore(0), 0

    def decide(self, observation: NDArray[Any]) -> Decision:
        self._count += 1
        if self._count > 1:
            self.decided.release(2 if self._count == DECISIONS else 1)
        return super().decide(observation)


def test_one_half_steps_while_the_other_is_decided() -> None:
    actor = Counting()
    first, second = Slow(actor.decided), Slow(actor.decided)
    loop = AlternatingLoop(first, second)
    gathered, episodes = collect(loop, actor, 4, nothing)
    loop.close()
    assert first.threads == second.threads == {"environments_0"}
    assert gathered.observation[:, :, 0].tolist() == [[t] * 6 for t in range(4)]
    assert gathered.next_observation[:, 0].tolist() == [4] * 6
    assert gathered.variation[0].tolist() == [10, 20, 30] * 2
    alone, noted = collect(EnvRunner(Scripted()), Uniform(), 4, nothing)
    for half in (slice(0, 3), slice(3, 6)):
        assert torch.equal(gathered.reward[:, half], alone.reward)
        assert torch.equal(gathered.done[:, half], alone.done)
    assert sorted(episodes.variation) == sorted([*noted.variation, *noted.variation])


@pytest.mark.parametrize("overlap", [False, True])
def test_a_loop_goes_on_exactly(overlap: bool) -> None:
    (through, sampler), (resumed, other) = loop_of(overlap), loop_of(overlap, seed=9)
    assert isinstance(through, AlternatingLoop) == overlap
    collect(through, Uniform(1), 9, nothing)
    resumed.restore(through.state())
    other.restore(sampler.state())
    (a, _), (b, _) = (collect(loop, Uniform(2), 20, nothing) for loop in (through, resumed))
    for name in ("observation", "reward", "done", "variation", "next_observation"):
        assert torch.equal(getattr(a, name), getattr(b, name))
    for loop in (through, resumed):
        loop.close()


def test_a_stop_leaves_no_step_under_way() -> None:
    loop, _ = loop_of(overlap=True)
    calls = iter([None, None, RuntimeError("stop")])

    def on_step() -> None:
        if (error := next(calls)) is not None:
            raise error

    with pytest.raises(RuntimeError, match="stop"):
        collect(loop, Uniform(), 9, on_step)
    assert [part.observation.shape for part, _ in loop.groups] == [(3, *loop.env.observation_shape)] * 2
    loop.close()


def test_a_failure_in_the_other_thread_is_told() -> None:
    class Broken(Scripted):
        def step(self, actions: NDArray[np.integer[Any]]) -> Step:
            raise ValueError("the simulator has crashed")

    loop = AlternatingLoop(Scripted(), Broken())
    with pytest.raises(ValueError, match="has crashed"):
        collect(loop, Uniform(), 4, nothing)
    loop.close()


def test_a_stopped_job_in_halves_goes_on_number_for_number(tmp_path: Path) -> None:
    learner = TINY_MAZE.learner.model_copy(update={"overlap": True})
    job = spec("generalist", TINY_MAZE.model_copy(update={"learner": learner}), budget_steps=8 * learner.batch_size)
    undisturbed = done(tmp_path / "undisturbed", job)
    folder = prepare(tmp_path / "stopped", job)
    assert work(folder, StopAt(folder, 4)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)
