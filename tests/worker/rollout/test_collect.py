"""Rollouts: every episode noted with its variation, idle slots left out, exact keeping."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gsl.config.suites import ForkMazeSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import IDLE, EnvError, State, Step
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler
from gsl.worker.experience import Decision
from gsl.worker.rollout.collect import collect, play
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import Actions

MAZE = ForkMazeSuite(goals=4, corridor=2, branch=1, time_limit=6)


class Scripted:
    """Three slots; slot s ends an episode every s + 1 steps and earns s + 1 each; slot 2 idles after one episode.

    The others idle after step `last`, where that is given.
    """

    num_envs, actions = 3, Actions("discrete", 2)
    observation_shape: tuple[int, ...] = (1,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)

    def __init__(self, last: int | None = None) -> None:
        self.variation = np.array([10, 20, 30])
        self._steps, self._last = 0, last

    def reset(self) -> NDArray[Any]:
        return np.zeros((3, 1), np.float32)

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        self._steps += 1
        done = self._steps % np.array([1, 2, 3]) == 0
        variation = self.variation.copy()
        if self._steps == 3:
            self.variation[2] = IDLE
        if self._steps == self._last:
            self.variation[:2] = IDLE
        observation = np.full((3, 1), self._steps, np.float32)
        return Step(observation, np.array([1, 2, 3], np.float32), done, variation, done & (np.arange(3) == 1))

    def state(self) -> State:
        return {}

    def restore(self, state: State) -> NDArray[Any]:
        return self.reset()

    def close(self) -> None:
        """Nothing to free."""


class Uniform:
    """Acts at random, by its own generator."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)

    def decide(self, observation: NDArray[Any]) -> Decision:
        slots = len(observation)
        return Decision(self.rng.integers(4, size=slots), torch.zeros(slots), torch.zeros(slots))

    def __call__(self, observation: NDArray[Any]) -> NDArray[np.int64]:
        return self.rng.integers(4, size=len(observation))


def nothing() -> None:
    """Nobody interrupts."""


def test_episodes_that_end_together_are_all_noted() -> None:
    _, episodes = collect(EnvRunner(Scripted()), Uniform(), 6, nothing)
    noted = sorted(zip(episodes.variation, episodes.returns, episodes.length, strict=True))
    assert noted == [(10, 1.0, 1)] * 6 + [(20, 4.0, 2)] * 3 + [(30, 9.0, 3)]
    assert episodes.success is not None
    assert episodes.success.sum() == 3
    summary = {entry.variation: entry for entry in episodes.by_variation()}
    assert (summary[20].episodes, summary[20].mean_return, summary[20].success_rate) == (3, 4.0, 1.0)
    assert summary[30].std_return is None


def test_idle_slots_count_neither_steps_nor_episodes() -> None:
    episodes, steps = play(Scripted(last=6), Uniform(), episodes=10, on_step=nothing)
    assert len(episodes) == 10
    assert IDLE not in episodes.variation
    assert steps == 6 * 2 + 3


def test_a_rollout_holds_what_was_seen_before_each_action() -> None:
    gathered, _ = collect(EnvRunner(Scripted()), Uniform(), 4, nothing)
    assert gathered.observation[:, 0, 0].tolist() == [0, 1, 2, 3]
    assert gathered.next_observation[:, 0].tolist() == [4, 4, 4]
    assert gathered.done[:, 1].tolist() == [False, True, False, True]
    assert gathered.variation[:, 2].tolist() == [30, 30, 30, IDLE]


def test_episodes_that_would_be_lost_under_way_are_refused() -> None:
    """Of an endless sampler the quick ones alone would be kept."""
    with pytest.raises(EnvError, match="9"):
        play(Scripted(), Uniform(), episodes=9, on_step=nothing)


def test_every_variation_gets_exactly_its_episodes() -> None:
    queue = [0, 1, 2, 3] * 7
    episodes, _ = play(make_env(MAZE, 5, QueueSampler(queue), 0), Uniform(), len(queue), nothing)
    assert {entry.variation: entry.episodes for entry in episodes.by_variation()} == {0: 7, 1: 7, 2: 7, 3: 7}


def test_a_loop_goes_on_exactly() -> None:
    def loop_of(sampler: UniformSampler) -> EnvRunner:
        return EnvRunner(make_env(MAZE, 5, sampler, 0))

    samplers = [UniformSampler(range(4), np.random.default_rng(seed)) for seed in (0, 9)]
    through, resumed = loop_of(samplers[0]), loop_of(samplers[1])
    collect(through, Uniform(1), 9, nothing)
    resumed.restore(through.state())
    samplers[1].restore(samplers[0].state())
    (a, noted_a), (b, noted_b) = (collect(loop, Uniform(2), 20, nothing) for loop in (through, resumed))
    assert torch.equal(a.observation, b.observation)
    assert torch.equal(a.reward, b.reward)
    assert noted_a.returns.tolist() == noted_b.returns.tolist()
    assert noted_a.variation.tolist() == noted_b.variation.tolist()
