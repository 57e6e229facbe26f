"""GridNavi and bandits: rewards, goals, what is best, and exact continuation."""

import numpy as np
import pytest

from gsl.config.suites import BanditSuite, GridNaviSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

GRID = GridNaviSuite()
RIGHT, UP, STAY = 1, 2, 0


def test_the_goals_are_all_cells_but_the_corner_square() -> None:
    assert len(GRID.goals()) == 21
    assert not {0, 1, 5, 6} & set(GRID.goals())
    training, held_out = set(GRID.training_variations()), set(GRID.held_out_variations())
    assert len(held_out) == 5
    assert training | held_out == set(GRID.goals())
    assert not training & held_out
    assert GRID.variation_name(13) == "goal at 3, 2"


def test_whoever_knows_the_goal_gets_the_best_return() -> None:
    """The mean of the shortest ways is 11.1, the upper end of the score."""
    earned = []
    for goal in GRID.goals():
        column, row = GRID.cell(goal)
        env = make_env(GRID, 1, QueueSampler([goal]), 0)
        env.reset()
        way = [RIGHT] * column + [UP] * row
        played = [env.step(np.array([action])) for action in [*way, *[STAY] * (15 - len(way))]]
        assert [bool(step.done[0]) for step in played] == [False] * 14 + [True]
        earned.append(sum(float(step.reward[0]) for step in played))
    assert np.mean(earned) == pytest.approx(GRID.score_range[1], abs=1e-4)
    assert GRID.score(float(np.mean(earned)), None) == pytest.approx(1.0)
    assert GRID.score_range[1] == pytest.approx(11.07, abs=0.01)


def test_walls_hold_and_the_goal_cannot_be_seen() -> None:
    env = make_env(GRID, 2, QueueSampler([2, 24]), 0)
    first = env.reset()
    assert first[0].tolist() == first[1].tolist() == [-1, -1]
    for _ in range(6):
        step = env.step(np.array([RIGHT, UP]))
    assert step.observation.tolist() == [[1, -1], [-1, 1]]


def test_an_arm_pays_as_often_as_it_says_and_a_pull_is_an_episode() -> None:
    suite = BanditSuite(arms=3, bandits=2, held_out_bandits=1)
    env = make_env(suite, 1000, UniformSampler([1], np.random.default_rng(0)), 4)
    env.reset()
    earned = []
    for _ in range(20):
        step = env.step(np.full(1000, 2))
        assert step.done.all()
        assert set(step.reward.tolist()) <= {0.0, 1.0}
        earned.append(step.reward.mean())
    assert np.mean(earned) == pytest.approx(suite.probabilities()[1, 2], abs=0.02)


def test_bandits_stay_the_same_when_more_are_held_out() -> None:
    few, more = BanditSuite(bandits=4, held_out_bandits=1), BanditSuite(bandits=4, held_out_bandits=9)
    np.testing.assert_array_equal(few.probabilities(), more.probabilities()[:5])
    assert few.held_out_variations() == (4,)


@pytest.mark.parametrize("suite", [GRID, BanditSuite(bandits=3)], ids=["gridnavi", "bandits"])
def test_states_of_other_slots_and_foreign_variations_are_refused(suite: GridNaviSuite | BanditSuite) -> None:
    with pytest.raises(EnvError, match="1000"):
        make_env(suite, 1, QueueSampler([1000]), 0)
    first, second = suite.training_variations()[:2]
    env = make_env(suite, 2, QueueSampler([first, second]), 0)
    env.reset()
    with pytest.raises(EnvError, match="3"):
        make_env(suite, 3, QueueSampler([first, second]), 0).restore(env.state())
