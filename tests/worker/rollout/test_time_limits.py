"""Episodes that are only cut off: which they are and what was seen last comes with the rollout, in order."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gsl.config.suites import ForkMazeSuite, GymnasiumSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import State, Step
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler
from gsl.worker.experience import Decision
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import Actions

PENDULUM = GymnasiumSuite(env_id="Pendulum-v1", time_limit=5, score_low=-1600, score_high=0)


class CutOff:
    """Two slots that count their steps: slot 0 is cut off at 2, slot 1 at 3; slot 1's second episode ends by itself."""

    num_envs, actions = 2, Actions("continuous", 3)
    observation_shape: tuple[int, ...] = (1,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)

    def __init__(self) -> None:
        self.variation = np.array([0, 1])
        self._counts, self._ended = np.zeros(2, np.int64), 0

    def reset(self) -> NDArray[Any]:
        return np.zeros((2, 1), np.float32)

    def step(self, actions: NDArray[Any]) -> Step:
        self._counts += 1
        last = self._counts[:, None].astype(np.float32) + np.array([[10], [20]], np.float32)
        done = self._counts >= np.array([2, 3])
        truncated = done & np.array([True, self._ended == 0])
        self._ended += int(done[1])
        self._counts[done] = 0
        first = np.where(done[:, None], 0, last).astype(np.float32)
        return Step(first, np.ones(2, np.float32), done, self.variation.copy(), None, truncated, last)

    def state(self) -> State:
        return {}

    def restore(self, state: State) -> NDArray[Any]:
        return self.reset()

    def close(self) -> None:
        """Nothing to free."""


class Steady:
    """Always does the same."""

    def __init__(self, action: NDArray[Any]) -> None:
        self._action = action

    def decide(self, observation: NDArray[Any]) -> Decision:
        return Decision(self._action, torch.zeros(len(observation)), torch.zeros(len(observation)))


def nothing() -> None:
    """Nobody interrupts."""


def test_final_observations_come_in_order_of_step_and_slot() -> None:
    action = np.array([[0.5, -1, 1], [0, 0, 0.25]], np.float32)
    rollout, episodes = collect(EnvRunner(CutOff()), Steady(action), 6, nothing)
    assert rollout.truncated is not None
    assert rollout.final_observation is not None
    assert rollout.done.nonzero().tolist() == [[1, 0], [2, 1], [3, 0], [5, 0], [5, 1]]
    assert rollout.truncated.nonzero().tolist() == [[1, 0], [2, 1], [3, 0], [5, 0]]
    assert rollout.final_observation[:, 0].tolist() == [12, 23, 12, 12]
    assert len(episodes) == 5
    assert rollout.action.shape == (6, 2, 3)
    assert torch.equal(rollout.action[4], torch.from_numpy(action))


def test_a_rollout_without_a_cut_has_none_to_show() -> None:
    rollout, _ = collect(EnvRunner(CutOff()), Steady(np.zeros((2, 3), np.float32)), 1, nothing)
    assert rollout.truncated is not None
    assert not rollout.truncated.any()
    assert rollout.final_observation is not None
    assert rollout.final_observation.shape == (0, 1)


def test_a_time_limit_that_is_part_of_the_task_is_not_told() -> None:
    suite = ForkMazeSuite(goals=4, corridor=2, branch=1, time_limit=3)
    env = make_env(suite, 2, QueueSampler([0] * 9), 0)
    rollout, _ = collect(EnvRunner(env), Steady(np.ones(2, np.int64)), 7, nothing)
    assert rollout.done.any()
    assert rollout.truncated is None
    assert rollout.final_observation is None


def test_what_is_seen_last_is_not_what_is_seen_next() -> None:
    env = make_env(PENDULUM, 2, UniformSampler(PENDULUM.training_variations(), np.random.default_rng(0)), 0)
    rollout, _ = collect(EnvRunner(env), Steady(np.zeros((2, 1), np.float32)), 12, nothing)
    assert rollout.truncated is not None
    assert rollout.final_observation is not None
    cut = rollout.truncated.nonzero().tolist()
    assert cut == [[4, 0], [4, 1], [9, 0], [9, 1]]
    for (t, slot), last in zip(cut, rollout.final_observation, strict=True):
        before, after = rollout.observation[t, slot], rollout.observation[t + 1, slot]
        assert torch.dist(last, before) < torch.dist(after, before)
        assert abs(float(torch.linalg.vector_norm(last[:2])) - 1) < 1e-5  # an angle's cosine and sine
