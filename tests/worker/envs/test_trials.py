"""Trials: one variation for several episodes in a row, and what a learner with memory sees of them."""

from typing import Any

import numpy as np
import pytest

from gsl.config.presets import PRESETS
from gsl.config.suites import BanditSuite, GridNaviSuite, GymnasiumSuite, ProcgenSuite
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import IDLE, EnvError, Step
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler
from gsl.worker.envs.trials import TrialEnv
from gsl.worker.spaces import FORGET, KEEP, NOTE, RECALL

GRID = GridNaviSuite(size=3, time_limit=2, held_out_goals=1)
LAST = slice(2, -1)  # after column and row: five actions, reward, done


def grid(queue: list[int], num_envs: int, trial: Trial) -> TrialEnv:
    env = make_env(GRID, num_envs, QueueSampler(queue), 0, trial)
    assert isinstance(env, TrialEnv)
    return env


def steps(env: TrialEnv, count: int, action: int = 1) -> list[Step]:
    return [env.step(np.full(env.num_envs, action)) for _ in range(count)]


def test_each_variation_is_played_for_a_whole_trial() -> None:
    env = grid([2, 5, 7, 8], 2, Trial(3))
    env.reset()
    played = steps(env, 12)
    assert [step.variation.tolist() for step in played[::6]] == [[2, 5], [7, 8]]
    assert all(step.variation.tolist() == [2, 5] for step in played[:6])
    assert [int(step.place[0]) for step in played if step.place is not None] == [0, 0, 1, 1, 2, 2] * 2
    assert (env.variation == IDLE).all()


def test_it_sees_what_it_did_last_and_forgets_where_a_trial_begins() -> None:
    env = grid([2, 5], 1, Trial(2))
    first = env.reset()
    assert not first[0, LAST].any()
    seen = [first, *(step.observation for step in steps(env, 4))]
    assert [row[0, -1] for row in seen] == [FORGET, KEEP, KEEP, KEEP, FORGET]
    right = [0, 1, 0, 0, 0]
    assert seen[1][0, LAST].tolist() == pytest.approx([*right, -0.1, 0])
    assert seen[2][0, LAST].tolist() == pytest.approx([*right, 1.0, 1])  # the goal at 2, 0, and the episode's end
    assert not seen[4][0, LAST].any()


def test_a_trial_of_meta_world_keeps_task_and_goal_which_cannot_be_seen() -> None:
    """The protocol of ML10: adaptation episodes and scored ones, all on one goal of one task."""
    suite = PRESETS["metaworld-ml10-rl2"].config.suite.model_copy(update={"time_limit": 2, "processes": 1})
    first, second = suite.held_out_variations()[0], suite.training_variations()[0]
    env = make_env(suite, 1, QueueSampler([first, second]), 0, Trial(2, 1))
    starts = [env.reset()]
    played = [env.step(np.zeros((1, 4), np.float32)) for _ in range(12)]
    env.close()
    starts += [step.observation for step in played[1:-1:2]]
    assert [int(step.variation[0]) for step in played] == [first] * 6 + [second] * 6
    assert not any(start[0, 36:39].any() for start in starts)
    assert [start[0, -1] for start in starts] == [FORGET, KEEP, NOTE] * 2
    assert starts[0].shape == (1, 39 + 4 + 3)
    np.testing.assert_array_equal(starts[0][0, :36], starts[1][0, :36])
    assert not np.array_equal(starts[0][0, :36], starts[3][0, :36])


def test_scored_episodes_begin_with_what_the_trial_left() -> None:
    env = grid([2], 1, Trial(2, 3))
    env.reset()
    starts = steps(env, 10)[1::2]
    assert [step.observation[0, -1] for step in starts[:4]] == [KEEP, NOTE, RECALL, RECALL]
    noted = starts[1].observation[0, LAST]
    env = grid([2], 1, Trial(2, 3))
    env.reset()
    steps(env, 4)
    later = steps(env, 2, action=0)[1].observation[0, LAST]  # whatever it does in a scored episode
    np.testing.assert_array_equal(later, noted)


@pytest.mark.parametrize("suite", [GRID, BanditSuite(bandits=7)], ids=["gridnavi", "bandits"])
def test_it_goes_on_exactly_from_the_middle_of_a_trial(suite: Any) -> None:
    def made() -> tuple[TrialEnv, UniformSampler]:
        sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
        env = make_env(suite, 3, sampler, 5, Trial(3, 1))
        assert isinstance(env, TrialEnv)
        return env, sampler

    env, sampler = made()
    env.reset()
    actions = np.random.default_rng(1).integers(0, 5, (40, 3))
    for action in actions[:5]:
        env.step(action)
    state, dealt = env.state(), sampler.state()
    expected = [env.step(action) for action in actions]
    other, again = made()
    other.reset()
    seen = other.restore(state)
    again.restore(dealt)
    assert (seen[:, -1] == KEEP).any()
    for action, step in zip(actions, expected, strict=True):
        mine = other.step(action)
        for name in ("observation", "reward", "variation", "place"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(step, name))


def test_what_a_time_limit_cuts_off_is_seen_with_its_last_step() -> None:
    suite = GymnasiumSuite(env_id="Pendulum-v1", time_limit=2, num_seeds=2, score_low=-9.0, score_high=0.0)
    env = make_env(suite, 1, QueueSampler([0]), 0, Trial(2))
    env.reset()
    env.step(np.array([[3.0]], np.float32))
    step = env.step(np.array([[-3.0]], np.float32))
    assert step.truncated is not None
    assert step.truncated.all()
    assert step.final_observation is not None
    assert step.final_observation[0, 3:].tolist() == [-1.0, step.reward[0], 1.0, KEEP]


def test_pictures_are_refused() -> None:
    with pytest.raises(EnvError, match="vectors"):
        make_env(ProcgenSuite(num_threads=0), 2, QueueSampler([1]), 0, Trial())
