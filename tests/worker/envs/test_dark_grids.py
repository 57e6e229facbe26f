"""Dark Room and Dark Key-to-Door: rewards, what is seen, what is best, and exact continuation."""

import numpy as np
import pytest
from pydantic import ValidationError

from gsl.config.suites import DarkRoomSuite, KeyToDoorSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import Env, EnvError, Step
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

ROOM, KEYS = DarkRoomSuite(), KeyToDoorSuite(size=3, pairs=40, held_out_pairs=8, time_limit=12)
STAY, RIGHT, UP, LEFT, DOWN = range(5)
EITHER = pytest.mark.parametrize("suite", [ROOM, KEYS], ids=["darkroom", "keytodoor"])


def way(start: int, end: int, size: int) -> list[int]:
    """The moves from one cell to another."""
    right, up = end % size - start % size, end // size - start // size
    return [RIGHT if right > 0 else LEFT] * abs(right) + [UP if up > 0 else DOWN] * abs(up)


def cell(observation: np.ndarray, size: int) -> int:  # type: ignore[type-arg]  # of one slot
    """The cell that is seen."""
    column, row = observation[:size], observation[size:]
    assert column.sum() == row.sum() == 1
    return int(column.argmax() + size * row.argmax())


def walk(env: Env, moves: list[int]) -> list[Step]:
    return [env.step(np.full(env.num_envs, move)) for move in moves]


def test_the_goals_are_all_cells_but_the_start() -> None:
    assert (ROOM.start, ROOM.cell(ROOM.start)) == (40, (4, 4))
    training, held_out = set(ROOM.training_variations()), set(ROOM.held_out_variations())
    assert (len(training), len(held_out)) == (65, 15)
    assert training | held_out == set(range(81)) - {40}
    assert ROOM.variation_name(12) == "goal at 3, 1"


def test_whoever_knows_the_goal_gets_the_best_return() -> None:
    """The mean of the shortest ways is 16.5, the upper end of the score."""
    earned = []
    for goal in ROOM.goals():
        env = make_env(ROOM, 1, QueueSampler([goal]), 0)
        assert cell(env.reset()[0], 9) == ROOM.start
        moves = way(ROOM.start, goal, 9)
        played = walk(env, moves + [STAY] * (20 - len(moves)))
        assert [bool(step.done[0]) for step in played] == [False] * 19 + [True]
        earned.append(sum(float(step.reward[0]) for step in played))
    assert np.mean(earned) == pytest.approx(ROOM.score_range[1]) == pytest.approx(16.5)


def test_walls_hold_and_the_goal_cannot_be_seen() -> None:
    env = make_env(ROOM, 2, QueueSampler([0, 80]), 0)
    first = env.reset()
    np.testing.assert_array_equal(first[0], first[1])
    step = walk(env, [RIGHT] * 6)[-1]
    assert [cell(seen, 9) for seen in step.observation] == [44, 44]
    assert not step.reward.any()


def test_the_door_pays_only_with_the_key_and_ends_the_episode() -> None:
    suite = KeyToDoorSuite(size=2, pairs=12, held_out_pairs=0, time_limit=12)
    pair, key, door, corner = 0 * 4 + 3, 0, 3, 1
    env = make_env(suite, 1, QueueSampler([pair] * 20), 3)
    at = cell(env.reset()[0], 2)
    while at != corner:  # episodes start anywhere
        at = cell(walk(env, [STAY] * 12)[-1].observation[0], 2)
    [at_door] = walk(env, [UP])
    assert (at_door.reward[0], at_door.done[0]) == (0.0, False)
    left, at_key = walk(env, [LEFT, DOWN])
    assert (left.reward[0], at_key.reward[0]) == (0.0, 1.0)
    assert suite.key_and_door(pair) == (key, door)
    _, opened = walk(env, way(key, door, 2))
    assert (opened.reward[0], opened.done[0]) == (1.0, True)
    assert opened.success is not None
    assert opened.success[0]


def test_a_key_pays_once_and_time_runs_out_without_success() -> None:
    pair = KEYS.training_variations()[0]
    key, _ = KEYS.key_and_door(pair)
    env = make_env(KEYS, 1, QueueSampler([pair] * 2), 0)
    moves = way(cell(env.reset()[0], KEYS.size), key, KEYS.size)
    played = walk(env, moves + [STAY] * (12 - len(moves)))
    assert sum(float(step.reward[0]) for step in played) <= 1.0
    assert [bool(step.done[0]) for step in played] == [False] * 11 + [True]
    assert played[-1].success is not None
    assert not played[-1].success[0]


def test_pairs_stay_the_same_when_more_are_held_out() -> None:
    more = KeyToDoorSuite(size=3, pairs=40, held_out_pairs=20)
    assert KEYS.training_variations() == more.training_variations()
    assert set(KEYS.held_out_variations()) < set(more.held_out_variations())
    assert not set(KEYS.training_variations()) & set(KEYS.held_out_variations())
    assert KEYS.variation_name(5 * 9 + 7) == "key at 2, 1, door at 1, 2"
    with pytest.raises(ValidationError, match="at most 72 together"):
        KeyToDoorSuite(size=3, pairs=60, held_out_pairs=13)
    with pytest.raises(ValidationError, match="less than the 8 goals"):
        DarkRoomSuite(size=3, held_out_goals=8)


@EITHER
def test_it_goes_on_exactly(suite: DarkRoomSuite | KeyToDoorSuite) -> None:
    def made() -> tuple[Env, UniformSampler]:
        sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
        return make_env(suite, 3, sampler, 5), sampler

    env, sampler = made()
    env.reset()
    actions = np.random.default_rng(1).integers(0, 5, (60, 3))
    for action in actions[:17]:
        env.step(action)
    state, dealt = env.state(), sampler.state()
    expected = [env.step(action) for action in actions]
    other, again = made()
    other.reset()
    other.restore(state)
    again.restore(dealt)
    for action, step in zip(actions, expected, strict=True):
        mine = other.step(action)
        for name in ("observation", "reward", "done", "variation"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(step, name))


@EITHER
def test_states_of_other_slots_and_foreign_variations_are_refused(suite: DarkRoomSuite | KeyToDoorSuite) -> None:
    with pytest.raises(EnvError, match="40"):  # the start; a key where the door is
        make_env(suite, 1, QueueSampler([40]), 0)
    first, second = suite.training_variations()[:2]
    env = make_env(suite, 2, QueueSampler([first, second]), 0)
    env.reset()
    with pytest.raises(EnvError, match="not 3"):
        make_env(suite, 3, QueueSampler([first, second]), 0).restore(env.state())
