"""Goals on a circle: rewards, what is seen, what ends an episode, exact continuation."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gsl.config.suites import CircleSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

SUITE = CircleSuite()
RIGHT, UP = (1.0, 0.0), (0.0, 1.0)


def actions(*chosen: tuple[float, float]) -> NDArray[np.float32]:
    return np.array(chosen, np.float32)


def test_walking_straight_to_a_goal_is_the_best_and_ends_the_episode() -> None:
    env = make_env(SUITE, 2, QueueSampler([0, 1, 2, 3]), 0)
    assert env.reset().tolist() == [[0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0]]
    earned = np.zeros(2)
    for _ in range(28):
        step = env.step(actions(RIGHT, UP))
        assert not step.done.any()
        earned += step.reward
    step = env.step(actions((5.0, 0.0), UP))  # clipped
    earned += step.reward
    assert step.done.tolist() == [True, True]
    assert step.success is not None
    assert step.success.all()
    assert step.truncated is not None
    assert not step.truncated.any()
    assert step.variation.tolist() == [0, 1]
    assert step.observation.tolist() == [[0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1]]
    assert earned == pytest.approx(SUITE.score_range[1], abs=1e-3)


def test_whoever_stands_still_is_cut_off_with_what_was_seen_last() -> None:
    suite = CircleSuite(goals=2, time_limit=3)
    env = make_env(suite, 1, QueueSampler([1, 0]), 0)
    env.reset()
    steps = [env.step(actions((0.0, 0.3))) for _ in range(3)]
    assert [bool(step.done[0]) for step in steps] == [False, False, True]
    assert steps[-1].truncated is not None
    assert steps[-1].truncated.all()
    assert steps[-1].final_observation is not None
    assert steps[-1].final_observation[0] == pytest.approx([0, 0.03, 0, 1])
    assert steps[-1].observation[0].tolist() == [0, 0, 1, 0]


def test_a_goal_can_be_hidden() -> None:
    suite = CircleSuite(one_hot=False)
    assert suite.one_hot_size == 0
    assert make_env(suite, 1, QueueSampler([0]), 0).reset().tolist() == [[0, 0]]


def test_it_goes_on_exactly_where_it_was_kept() -> None:
    env = make_env(SUITE, 3, UniformSampler(range(4), np.random.default_rng(0)), 0)
    env.reset()
    rng = np.random.default_rng(1)
    for _ in range(5):
        env.step(rng.uniform(-1, 1, (3, 2)).astype(np.float32))
    kept, following = env.state(), rng.uniform(-1, 1, (3, 2)).astype(np.float32)
    first = env.step(following)
    seen = env.restore(kept)
    assert seen.shape == (3, 6)
    np.testing.assert_array_equal(env.step(following).observation, first.observation)
    with pytest.raises(EnvError, match="3"):
        make_env(SUITE, 2, QueueSampler([0]), 0).restore(kept)


def test_foreign_goals_are_refused() -> None:
    with pytest.raises(EnvError, match=r"0\.\.3"):
        make_env(SUITE, 1, QueueSampler([4]), 0)
