"""Meta-World behind the protocol of environments: episodes, exact continuation, processes that fail or are left."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from gsl.config.suites import MetaWorldSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import IDLE, EnvError, Sampler, Step
from gsl.worker.envs.metaworld.env import MetaWorldEnv
from gsl.worker.envs.metaworld.memory import NO_EPISODE
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

REACH, DRAWER_OPEN = 0, 4
LIMIT = 25
BACK = np.array([[0, -1, 0, 0]] * 2, np.float32)
RNG = np.random.default_rng(0)
ACTIONS = RNG.uniform(-1, 1, (200, 4, 4)).astype(np.float32)


@contextmanager
def env_of(sampler: Sampler, num_envs: int, seed: int = 3, **settings: Any) -> Iterator[MetaWorldEnv]:
    env = make_env(MetaWorldSuite(**{"time_limit": LIMIT} | settings), num_envs, sampler, seed)
    assert isinstance(env, MetaWorldEnv)
    try:
        yield env
    finally:
        env.close()


def uniform(*variations: int) -> UniformSampler:
    return UniformSampler(variations, np.random.default_rng(1))


def same(one: Step, other: Step) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vars(one))


def to_goal(observation: NDArray[np.float32]) -> NDArray[np.float32]:
    """Straight to the goal of reach-v3."""
    actions = np.zeros((len(observation), 4), np.float32)
    actions[:, :3] = np.clip((observation[:, 36:39] - observation[:, :3]) * 10, -1, 1)
    return actions


def test_episodes_end_at_the_time_limit_and_the_next_begin_in_the_same_step() -> None:
    with env_of(QueueSampler([REACH, DRAWER_OPEN, DRAWER_OPEN]), 2, processes=1) as env:
        first = env.reset()
        assert first.shape == (2, 49)
        assert first[:, 39:].tolist() == np.eye(10)[[REACH, DRAWER_OPEN]].tolist()
        steps = [env.step(ACTIONS[t, :2] * 5) for t in range(LIMIT)]  # out of bounds: clipped
        assert not any(step.done.any() for step in steps[:-1])
        last = steps[-1]
        assert last.final_observation is not None
        assert last.truncated is not None
        assert last.done.all()
        assert last.truncated.all()
        assert last.variation.tolist() == [REACH, DRAWER_OPEN]
        assert env.variation.tolist() == [DRAWER_OPEN, IDLE]
        assert last.observation[:, 39:].tolist() == [np.eye(10)[DRAWER_OPEN].tolist(), [0.0] * 10]
        assert np.array_equal(last.final_observation[0, 18:36], steps[-2].observation[0, :18])  # a step ago
        assert 0 < last.reward.min() <= last.reward.max() <= 10
        idle = env.step(ACTIONS[0, :2])
        assert (idle.variation[1], idle.reward[1], idle.done[1]) == (IDLE, 0.0, False)
        assert idle.reward[0] > 0


def test_a_restored_environment_goes_on_exactly_whatever_the_number_of_processes() -> None:
    suite: dict[str, Any] = {"processes": 2}
    with env_of(sampler := uniform(REACH, DRAWER_OPEN), 4, **suite) as env:
        env.reset()
        for t in range(40):
            env.step(ACTIONS[t])
        state, dealt = env.state(), sampler.state()
        seen = env.step(ACTIONS[40]).observation
        expected = [env.step(ACTIONS[t]) for t in range(41, 90)]
        env.restore(state)
        sampler.restore(dealt)
        assert np.array_equal(env.step(ACTIONS[40]).observation, seen)
    with env_of(sampler := uniform(REACH, DRAWER_OPEN), 4, processes=1) as other:
        assert np.array_equal(other.restore(state), state["observation"])
        sampler.restore(dealt)
        other.step(ACTIONS[40])
        assert all(same(step, other.step(ACTIONS[t])) for t, step in enumerate(expected, start=41))
        assert sum(step.done.sum() for step in expected) == 8  # each slot began two more episodes meanwhile


def test_success_counts_at_any_step_and_ends_the_episode_only_if_asked() -> None:
    limit = 60
    goals: dict[str, Any] = {"benchmark": "MT1", "variations": "goals", "processes": 1, "time_limit": limit}
    with (
        env_of(QueueSampler([5, 5]), 2, **goals) as env,
        env_of(QueueSampler([5]), 1, end_at_success=True, **goals) as short,
    ):
        observation, early = env.reset(), short.reset()
        assert np.array_equal(observation[:1], early)
        for t in range(limit):
            action = np.concatenate([to_goal(observation[:1]), -to_goal(observation[1:])])
            step = env.step(action if t < limit - 20 else BACK)  # away again at the end
            observation = step.observation
            if short.variation[0] != IDLE:
                ended = short.step(action[:1])
        assert step.done.all()
        assert step.success is not None
        assert step.final_observation is not None
        assert step.success.tolist() == [True, False]
        assert np.linalg.norm(step.final_observation[0, 36:39] - step.final_observation[0, :3]) > 0.06  # left again
        assert ended.success is not None
        assert ended.truncated is not None
        assert (ended.done[0], ended.success[0], ended.truncated[0]) == (True, True, False)
        assert short.variation[0] == IDLE


def test_scaled_rewards_are_rewards_divided() -> None:
    with (
        env_of(QueueSampler([0]), 1, processes=1) as env,
        env_of(QueueSampler([0]), 1, reward_scale="maximum") as scaled,
    ):
        env.reset()
        scaled.reset()
        for t in range(3):
            assert scaled.step(ACTIONS[t, :1]).reward[0] == pytest.approx(env.step(ACTIONS[t, :1]).reward[0] / 10)


def test_a_simulation_that_is_not_finite_names_variation_and_seed() -> None:
    with env_of(QueueSampler([REACH, REACH]), 2, seed=11, processes=2) as env:
        env.reset()
        state = env.state()
        state["saved"][1, 25:30] = np.nan
        env.restore(state)
        with pytest.raises(EnvError, match=r"variation 0 .*reach-v3.*goal \d+.*seed 11.*step 1.*[Nn]an"):
            env.step(ACTIONS[0, :2])
        with pytest.raises(EnvError, match="action"):
            env.step(np.full((2, 4), np.nan, np.float32))


def test_processes_use_one_thread_ignore_a_stop_and_their_death_is_an_error() -> None:
    with env_of(uniform(REACH), 4, processes=2) as env:
        env.reset()
        assert [psutil.Process(pid).num_threads() for pid in env._pool.pids] == [1, 1]
        os.kill(env._pool.pids[0], signal.SIGTERM)  # a trainer's group is told to stop; it still wants its checkpoint
        env.step(ACTIONS[0])
        os.kill(env._pool.pids[1], signal.SIGKILL)
        with pytest.raises(EnvError, match=r"2.*3.*SIGKILL"):
            env.step(ACTIONS[0])
        pids = env._pool.pids
    assert not any(psutil.pid_exists(pid) for pid in pids)


LONELY = """
import sys, time
import numpy as np
from gsl.config.suites import MetaWorldSuite
from gsl.worker.envs.metaworld.env import MetaWorldEnv
from gsl.worker.envs.sampling.samplers import QueueSampler
env = MetaWorldEnv(MetaWorldSuite(processes=2), 2, QueueSampler([0, 0]), 0)
print(*env._pool.pids, flush=True)
time.sleep(60)
"""


def test_nothing_is_left_of_a_trainer_that_was_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", LONELY], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert len(children) == 2
    assert alive == []


def test_an_unknown_variation_is_refused() -> None:
    with pytest.raises(EnvError, match=r"MT10.*\[77\]"):
        make_env(MetaWorldSuite(), 1, QueueSampler([77]), 0)


def test_a_state_of_another_shape_is_refused() -> None:
    with env_of(uniform(REACH), 1, processes=1) as env:
        env.reset()
        state = env.state()
        assert (state["episode"][:, 0] != NO_EPISODE).all()
        with pytest.raises(EnvError, match="observations"):
            env.restore(state | {"observation": state["observation"][:, :39]})
        env.close()  # closing twice changes nothing
