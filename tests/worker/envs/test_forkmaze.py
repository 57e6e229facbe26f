"""The fork maze: its geometry, what it pays, how episodes end, and exact continuation."""

import zlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsl.config.suites import ForkMazeSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import IDLE, EnvError, Sampler
from gsl.worker.envs.forkmaze.env import ForkMazeEnv
from gsl.worker.envs.forkmaze.map import MOVES, ForkMaze
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

RIGHT, LEFT, DOWN, UP = range(4)
PRESET = ForkMazeSuite()
MAZES = st.builds(
    ForkMazeSuite,
    goals=st.integers(2, 20),
    corridor=st.integers(1, 10),
    branch=st.integers(1, 10),
    context_order=st.sampled_from(["shuffled", "ordered"]),
    context_seed=st.integers(0, 100),
)


def env_of(suite: ForkMazeSuite, num_envs: int, sampler: Sampler) -> ForkMazeEnv:
    env = make_env(suite, num_envs, sampler, seed=0)
    assert isinstance(env, ForkMazeEnv)
    return env


def uniform(suite: ForkMazeSuite, seed: int = 0) -> UniformSampler:
    return UniformSampler(suite.training_variations(), np.random.default_rng(seed))


def way(maze: ForkMaze, goal: int) -> list[int]:
    """Actions of the shortest path."""
    path = maze.shortest_path(goal)
    return [MOVES.index((x2 - x1, y2 - y1)) for (x1, y1), (x2, y2) in pairwise(path)]


@given(MAZES)
@settings(max_examples=40, deadline=None)
def test_every_goal_has_its_own_context_and_can_be_reached(suite: ForkMazeSuite) -> None:
    maze = ForkMaze(suite)
    assert len(set(maze.goals)) == len(set(maze.context.tolist())) == suite.goals
    for goal in range(suite.goals):
        path = maze.shortest_path(goal)
        assert (path[0], path[-1]) == (maze.start, maze.goals[goal])
        assert all((x, maze.start[1]) in path for x in range(suite.corridor + 1))  # the shared part


@given(MAZES)
@settings(max_examples=20, deadline=None)
def test_walls_part_the_branches_and_bound_the_maze(suite: ForkMazeSuite) -> None:
    maze = ForkMaze(suite)
    for y, x in np.argwhere(maze.open).tolist():
        here = maze.index((x, y))
        if x != maze.fork_x:
            assert maze.after[here, DOWN] == maze.after[here, UP] == here
        assert all(maze.open.reshape(-1)[maze.after[here]])


def test_the_preset_leaves_time_for_every_goal_several_times_over() -> None:
    lengths = [len(way(ForkMaze(PRESET), goal)) for goal in range(PRESET.goals)]
    assert lengths == [16, 15, 14, 13, 12, 13, 14, 15, 16, 17]
    assert max(lengths) * 4 < PRESET.time_limit


@pytest.mark.parametrize("goal", range(10))
def test_the_shortest_path_earns_the_upper_end_of_the_score_range(goal: int) -> None:
    env = env_of(PRESET, 1, QueueSampler([goal]))
    env.reset()
    steps = [env.step(np.array([action])) for action in way(env.maze, goal)]
    assert sum(step.reward[0] for step in steps) == pytest.approx(PRESET.score_range[1])
    assert [bool(step.done[0]) for step in steps] == [False] * (len(steps) - 1) + [True]
    assert steps[-1].success is not None
    assert steps[-1].success[0]


def test_a_wrong_goal_ends_the_episode_and_pays_its_progress_alone() -> None:
    env = env_of(PRESET, 1, QueueSampler([0, 9]))
    env.reset()
    steps = [env.step(np.array([action])) for action in way(env.maze, 5)]
    assert steps[-1].done[0]
    assert steps[-1].success is not None
    assert not steps[-1].success[0]
    assert sum(step.reward[0] for step in steps) == pytest.approx(PRESET.progress_reward)
    assert (steps[-1].variation[0], env.variation[0]) == (0, 9)


def test_going_back_takes_back_what_progress_paid() -> None:
    env = env_of(PRESET, 1, QueueSampler([0]))
    env.reset()
    rewards = [env.step(np.array([action])).reward[0] for action in [RIGHT] * 5 + [LEFT] * 5 + [UP, LEFT]]
    assert sum(rewards) == pytest.approx(0, abs=1e-6)
    assert rewards[0] == pytest.approx(PRESET.progress_reward / 12)


def test_the_time_limit_ends_an_episode_without_success() -> None:
    env = env_of(PRESET, 2, uniform(PRESET))
    env.reset()
    steps = [env.step(np.array([LEFT, UP])) for _ in range(PRESET.time_limit)]
    assert not any(step.done.any() for step in steps[:-1])
    assert steps[-1].done.all()
    assert steps[-1].success is not None
    assert not steps[-1].success.any()


@given(MAZES, st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_returns_stay_in_the_score_range_and_observations_tell_the_cell(suite: ForkMazeSuite, seed: int) -> None:
    env, rng = env_of(suite, 16, uniform(suite, seed)), np.random.default_rng(seed)
    observation, earned = env.reset(), np.zeros(16)
    low, high = suite.score_range
    for _ in range(suite.time_limit):
        assert np.abs(observation).max() <= 2
        assert all(env.maze.open[y, x] for x, y in env.maze.cells(observation).tolist())
        step = env.step(rng.choice(4, size=16, p=[0.4, 0.2, 0.2, 0.2]))
        earned += step.reward
        assert np.all((earned >= low - 1e-5) & (earned <= high + 1e-5))
        earned[step.done] = 0
        observation = step.observation


def test_a_slot_with_nothing_left_idles() -> None:
    env = env_of(ForkMazeSuite(goals=2, corridor=1, branch=1, time_limit=4), 3, QueueSampler([1, 0]))
    env.reset()
    assert env.variation.tolist() == [1, 0, IDLE]
    played = [env.step(np.full(3, LEFT)) for _ in range(5)]
    assert played[3].variation.tolist() == [1, 0, IDLE]
    assert played[4].variation.tolist() == [IDLE] * 3


def test_a_restored_environment_goes_on_exactly() -> None:
    actions = np.random.default_rng(3).choice(4, size=(300, 32), p=[0.4, 0.2, 0.2, 0.2])
    samplers = uniform(PRESET), uniform(PRESET, seed=9)
    undisturbed, restored = (env_of(PRESET, 32, sampler) for sampler in samplers)
    undisturbed.reset()
    for action in actions[:150]:
        last = undisturbed.step(action)
    samplers[1].restore(samplers[0].state())
    np.testing.assert_array_equal(restored.restore(undisturbed.state()), last.observation)
    for action in actions[150:]:
        one, other = undisturbed.step(action), restored.step(action)
        for field in ("observation", "reward", "done", "variation", "success"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))


def test_what_it_shows_is_the_callers_to_keep() -> None:
    env = env_of(PRESET, 4, uniform(PRESET))
    first = env.reset()
    kept = first.copy()
    env.step(np.full(4, RIGHT))
    np.testing.assert_array_equal(first, kept)


def test_goals_the_maze_does_not_have_are_refused() -> None:
    with pytest.raises(EnvError, match=r"goals 0\.\.9"):
        env_of(PRESET, 1, QueueSampler([10]))


def test_a_state_of_another_number_of_slots_is_refused() -> None:
    with pytest.raises(EnvError, match=r"2.*3"):
        env_of(PRESET, 3, uniform(PRESET)).restore(env_of(PRESET, 2, uniform(PRESET)).state())


def test_snapshot_of_what_it_does() -> None:
    """Changes whenever the maze, the order of the context or the rewards do: then runs can no longer be compared."""
    env = env_of(PRESET, 8, uniform(PRESET))
    env.reset()
    digest = 0
    for action in np.random.default_rng(1).choice(4, size=(500, 8), p=[0.4, 0.2, 0.2, 0.2]):
        step = env.step(action)
        for part in (step.observation, step.reward, step.done, step.variation):
            digest = zlib.crc32(part.tobytes(), digest)
    assert digest == 1427463150
