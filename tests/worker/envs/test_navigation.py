"""Point navigation: rewards, where episodes begin and end, the two published suites, exact continuation, speed."""

import numpy as np
import pytest
from pydantic import ValidationError

from gsl.config.suites import NavigationSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import IDLE, EnvError
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

NAVIGATION = NavigationSuite()
ROBOT = NavigationSuite(
    start="anywhere", extent=1.0, time_limit=20, end_within=0.0, training_goals=80, held_out_goals=20
)


def walk(suite: NavigationSuite, goals: list[int]) -> list[float]:
    """Returns of whoever knows the goals and goes straight there."""
    env = make_env(suite, len(goals), QueueSampler(goals), 0)
    seen, earned = env.reset(), np.zeros(len(goals))
    while (env.variation != IDLE).any():
        playing = env.variation != IDLE
        step = env.step((suite.places()[goals] - seen) / 0.1)
        earned += step.reward * playing
        seen = step.observation
    return list(map(float, earned))


def test_whoever_knows_the_goals_gets_the_best_score_and_standing_still_none() -> None:
    assert np.mean(walk(NAVIGATION, list(range(100)))) == pytest.approx(NAVIGATION.score_range[1], abs=1e-3)
    env = make_env(NAVIGATION, 100, QueueSampler(range(100)), 0)
    env.reset()
    still = np.sum([env.step(np.zeros((100, 2))).reward for _ in range(100)], axis=0)
    assert still.mean() == pytest.approx(NAVIGATION.score_range[0], abs=1e-3)
    assert NAVIGATION.score_range[0] == pytest.approx(-38, abs=3)  # 100 times the mean distance in the square


def test_the_point_robot_begins_anywhere_and_its_best_is_met_on_average() -> None:
    robot = make_env(ROBOT, 800, QueueSampler(list(range(80)) * 10), 3)
    begun = robot.reset()
    assert np.abs(begun).max() <= 1
    assert begun.std() == pytest.approx(1 / np.sqrt(3), abs=0.02)
    assert np.mean(walk(ROBOT, list(range(80)) * 10)) == pytest.approx(ROBOT.score_range[1], abs=0.3)


def test_an_episode_ends_at_the_goal_or_is_cut_off_elsewhere() -> None:
    suite = NavigationSuite(time_limit=7)
    env = make_env(suite, 2, QueueSampler([3, 4]), 0)
    seen = env.reset()
    for number in range(7):
        action = np.stack([(suite.places()[3] - seen[0]) / 0.1, np.zeros(2)])
        step = env.step(action)
        seen = step.observation
        if number == 0:
            np.testing.assert_allclose(seen, 0.1 * action.clip(-1, 1), rtol=1e-6)
            assert step.reward[1] == pytest.approx(-np.linalg.norm(suite.places()[4]))
        if step.done[0] and step.variation[0] == 3:
            assert step.truncated is not None
            assert step.final_observation is not None
            assert not step.truncated[0]
            np.testing.assert_allclose(step.final_observation[0], suite.places()[3], atol=0.01)
            break
    else:
        pytest.fail("it never ended")
    while not step.done[1]:
        step = env.step(np.zeros((2, 2)))
    assert step.truncated is not None
    assert step.truncated[1]


def test_sparse_rewards_pay_near_the_goal_on_the_half_circle() -> None:
    suite = NavigationSuite(goals="half_circle", extent=1.0, reward="sparse", end_within=0.0, time_limit=20)
    np.testing.assert_allclose(np.linalg.norm(suite.places(), axis=1), 1.0)
    assert (suite.places()[:, 1] >= 0).all()
    np.testing.assert_allclose(suite.rewards(np.array([0.0, 0.1, 0.3])), [1.0, 0.9, 0.0])
    assert suite.score_range[0] == 0
    with pytest.raises(ValidationError, match="end_within"):
        NavigationSuite(reward="sparse")


@pytest.mark.parametrize("suite", [NAVIGATION, ROBOT], ids=["navigation", "robot"])
def test_it_goes_on_exactly(suite: NavigationSuite) -> None:
    sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
    env = make_env(suite, 3, sampler, 5)
    env.reset()
    actions = np.random.default_rng(1).normal(size=(60, 3, 2))
    for action in actions[:33]:
        env.step(action)
    state, dealt = env.state(), sampler.state()
    expected = [env.step(action) for action in actions]
    again = UniformSampler(suite.training_variations(), np.random.default_rng(7))
    other = make_env(suite, 3, again, 5)
    other.reset()
    other.restore(state)
    again.restore(dealt)
    for action, step in zip(actions, expected, strict=True):
        mine = other.step(action)
        for name in ("observation", "reward", "done", "variation"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(step, name))


def test_states_of_other_slots_and_foreign_goals_are_refused() -> None:
    with pytest.raises(EnvError, match="1000"):
        make_env(NAVIGATION, 1, QueueSampler([1000]), 0)
    env = make_env(NAVIGATION, 2, QueueSampler([0, 1]), 0)
    env.reset()
    with pytest.raises(EnvError, match="3"):
        make_env(NAVIGATION, 3, QueueSampler([0, 1]), 0).restore(env.state())


def test_more_held_out_goals_leave_the_others_where_they_are() -> None:
    more = NavigationSuite(held_out_goals=60)
    np.testing.assert_array_equal(more.places()[:140], NAVIGATION.places())
    assert NAVIGATION.variation_name(0).startswith("goal at ")
