"""Procgen: only dealt levels, the frames of a dedicated environment, exact continuation, a quiet import."""

import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from gsl.config.suites import ProcgenSuite
from gsl.config.suites.procgen import Game
from gsl.worker.envs import make_env
from gsl.worker.envs.base import IDLE, Env, EnvError, Sampler
from gsl.worker.envs.procgen.env import ProcgenEnv, library
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler, training_sampler

LEVELS = (3, 17, 120, 199)
GAMES = get_args(Game)
FEW_GAMES = ("bigfish", "starpilot", "dodgeball", "fruitbot")  # random actions end episodes soon in these


def env_of(suite: ProcgenSuite, num_envs: int, sampler: Sampler) -> ProcgenEnv:
    env = make_env(suite, num_envs, sampler, seed=1)
    assert isinstance(env, ProcgenEnv)
    return env


def uniform(levels: Sequence[int] = LEVELS, seed: int = 0) -> UniformSampler:
    return UniformSampler(levels, np.random.default_rng(seed))


def still(num_envs: int) -> NDArray[np.int64]:
    return np.full(num_envs, 4)


def random_actions(steps: int, num_envs: int) -> NDArray[np.int64]:
    return np.random.default_rng(5).integers(15, size=(steps, num_envs))


def first_frame(game: str, level: int, mode: str = "easy") -> NDArray[np.uint8]:
    """What an environment made for this one level by the package alone shows first."""
    env = library().ProcgenGym3Env(
        num=1, env_name=game, distribution_mode=mode, num_levels=1, start_level=level, num_threads=0, rand_seed=7
    )
    frame: NDArray[np.uint8] = env.observe()[1]["rgb"][0]
    env.close()
    return frame


@pytest.mark.parametrize("game", FEW_GAMES)
def test_every_episode_of_thousands_of_steps_comes_from_the_set_and_begins_as_its_level_does(game: Game) -> None:
    suite = ProcgenSuite(game=game, num_threads=0)
    frames = {level: first_frame(game, level) for level in LEVELS}
    env = env_of(suite, 16, training_sampler(suite, LEVELS, np.random.default_rng(2)))
    observation, running = env.reset(), env.variation.copy()
    begun: Counter[int] = Counter()
    ended = np.ones(16, dtype=np.bool_)
    for actions in random_actions(400, 16):
        for slot in np.flatnonzero(ended).tolist():
            level = int(env.variation[slot])
            np.testing.assert_array_equal(observation[slot], frames[level])
            begun[level] += 1
        step = env.step(actions)
        np.testing.assert_array_equal(step.variation, running)
        observation, ended, running = step.observation, step.done, env.variation.copy()
    assert set(begun) == set(LEVELS)
    assert sum(begun.values()) > 40


@pytest.mark.parametrize("mode", ["easy", "hard"])
def test_first_frames_of_every_game_are_those_of_the_level(mode: Literal["easy", "hard"]) -> None:
    for game in GAMES:
        env = env_of(ProcgenSuite(game=game, mode=mode, num_threads=0), 2, QueueSampler([199, 3]))
        observation = env.reset()
        for slot, level in enumerate((199, 3)):
            np.testing.assert_array_equal(observation[slot], first_frame(game, level, mode))
        env.close()


@pytest.mark.parametrize("game", GAMES)
def test_a_restored_environment_goes_on_exactly(game: Game) -> None:
    suite = ProcgenSuite(game=game, num_threads=0)
    samplers = uniform(), uniform(seed=9)
    undisturbed, restored = (env_of(suite, 4, sampler) for sampler in samplers)
    undisturbed.reset()
    restored.reset()
    actions = random_actions(240, 4)
    for action in actions[:100]:
        last = undisturbed.step(action)
    samplers[1].restore(samplers[0].state())
    np.testing.assert_array_equal(restored.restore(undisturbed.state()), last.observation)
    for action in actions[100:]:
        assert_same_step(undisturbed, restored, action)


def test_what_was_dealt_ahead_survives_a_restore() -> None:
    """Bigfish standing still dies soon, so the pending level and several after it are played."""
    suite, samplers = ProcgenSuite(game="bigfish", num_threads=0), (uniform(range(50)), uniform(range(50), seed=9))
    undisturbed, restored = (env_of(suite, 8, sampler) for sampler in samplers)
    undisturbed.reset()
    samplers[1].restore(samplers[0].state())
    restored.restore(undisturbed.state())
    played: list[int] = []
    for _ in range(600):
        played += assert_same_step(undisturbed, restored, still(8))
    assert len(played) > 3 * 8


def assert_same_step(one: Env, other: Env, action: NDArray[np.int64]) -> list[int]:
    """Step both; the levels whose episodes ended."""
    a, b = one.step(action), other.step(action)
    for field in ("observation", "reward", "done", "variation"):
        np.testing.assert_array_equal(getattr(a, field), getattr(b, field))
    np.testing.assert_array_equal(one.variation, other.variation)
    return [int(level) for level in a.variation[a.done]]


def test_a_queue_is_played_once_and_then_slots_idle() -> None:
    queue = [5, 5, 8, 1_000_003, 8, 5, 12]
    env = env_of(ProcgenSuite(game="bigfish", num_threads=0), 3, QueueSampler(queue))
    env.reset()
    ended: list[int] = []
    while len([level for level in ended if level != IDLE]) < len(queue):
        step = env.step(still(3))
        ended += step.variation[step.done].tolist()
    assert sorted(level for level in ended if level != IDLE) == sorted(queue)
    assert env.variation.tolist() == [IDLE] * 3
    assert env.step(still(3)).variation.tolist() == [IDLE] * 3


def test_more_slots_than_work_idle_from_the_start() -> None:
    env = env_of(ProcgenSuite(game="coinrun", num_threads=0), 4, QueueSampler([7, 9]))
    env.reset()
    assert env.variation.tolist() == [7, 9, IDLE, IDLE]


def test_threads_change_nothing() -> None:
    envs = [env_of(ProcgenSuite(game="starpilot", num_threads=threads), 6, uniform()) for threads in (0, 3)]
    np.testing.assert_array_equal(envs[0].reset(), envs[1].reset())
    for action in random_actions(150, 6):
        assert_same_step(envs[0], envs[1], action)
    for env in envs:
        env.close()


def test_a_level_that_was_not_dealt_is_noticed() -> None:
    env = env_of(ProcgenSuite(game="bigfish", num_threads=0), 1, uniform([3]))
    env.reset()
    env._slots.patch(0, expected=3, level=4)
    with pytest.raises(EnvError, match=r"began 4.*3 and 3"):
        stand(env, 1100)


def stand(env: ProcgenEnv, steps: int) -> None:
    for _ in range(steps):
        env.step(still(env.num_envs))


def test_shapes_and_kinds_are_as_announced() -> None:
    env = env_of(ProcgenSuite(game="maze", num_threads=0), 5, uniform())
    step = (env.reset(), env.step(still(5)))[1]
    assert step.observation.shape == (5, *env.observation_shape)
    assert [part.dtype.name for part in (step.observation, step.reward, step.done)] == ["uint8", "float32", "bool"]
    assert step.success is None


def test_a_state_of_another_number_of_slots_or_another_game_is_refused() -> None:
    coinrun = ProcgenSuite(game="coinrun", num_threads=0)
    state = env_of(coinrun, 2, uniform()).state()
    with pytest.raises(EnvError, match=r"2.*3"):
        env_of(coinrun, 3, uniform()).restore(state)
    with pytest.raises(EnvError, match="coinru"):
        env_of(ProcgenSuite(game="jumper", num_threads=0), 2, uniform()).restore(state)


def test_snapshot_of_what_it_does() -> None:
    """Rewards, ends and levels of a fixed walk; pixels are left out, they may differ between processors."""
    env = env_of(ProcgenSuite(game="starpilot", num_threads=0), 8, uniform(range(100)))
    env.reset()
    digest = 0
    for action in random_actions(300, 8):
        step = env.step(action)
        for part in (step.reward, step.done, step.variation):
            digest = zlib.crc32(part.tobytes(), digest)
    assert digest == 2458833058


def test_loading_procgen_says_nothing_and_warns_of_nothing() -> None:
    code = (
        "from gsl.config.suites import ProcgenSuite; from gsl.worker.envs import make_env;"
        "from gsl.worker.envs.sampling.samplers import QueueSampler;"
        "make_env(ProcgenSuite(game='coinrun'), 2, QueueSampler([1]), 0).reset()"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
