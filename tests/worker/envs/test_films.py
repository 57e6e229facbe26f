"""Every suite that can be filmed: a picture before the first step and after each, the last moment among them."""

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from gsl.config.suites import (
    CartPoleSuite,
    DarkRoomSuite,
    ForkMazeSuite,
    GridNaviSuite,
    GymnasiumSuite,
    KeyToDoorSuite,
    ManiSkillSuite,
    MetaWorldSuite,
    PendulumSuite,
    ProcgenSuite,
    SuiteSettings,
)
from gsl.worker.envs import FilmedEnv, films, make_env, make_filmed
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.grid_film import DOOR, HIDDEN_GOAL, KEY
from gsl.worker.envs.sampling.samplers import QueueSampler


def filmed(suite: SuiteSettings, steps: int, action: int | None = None) -> list[NDArray[np.uint8]]:
    """Pictures of an episode of the first variation, at most so many steps long."""
    env = make_filmed(suite, QueueSampler([suite.training_variations()[0]]), 0)
    rng = np.random.default_rng(0)
    env.reset()
    pictures = [env.frame()]
    for _ in range(steps):
        done = env.step(_actions(env, rng, action)).done[0]
        pictures.append(env.frame())
        if done:
            break
    env.close()
    assert {(picture.dtype, picture.shape[2], *np.mod(picture.shape[:2], 2)) for picture in pictures} == {
        (np.dtype(np.uint8), 3, 0, 0)
    }
    assert len({picture.shape for picture in pictures}) == 1
    return pictures


def _actions(env: FilmedEnv, rng: np.random.Generator, action: int | None) -> NDArray[np.generic]:
    if action is not None:
        return np.array([action])
    if env.actions.kind == "discrete":
        return rng.integers(env.actions.size, size=1)
    return rng.uniform(-1, 1, (1, env.actions.size)).astype(np.float32)


def test_the_maze_shows_the_way_to_its_end() -> None:
    suite = ForkMazeSuite(goals=3)
    right = filmed(suite, 50, action=0)
    ways = [int((picture != right[0]).any(axis=2).sum()) for picture in right]
    assert ways == sorted(ways), "the way gets longer with every step"
    assert len({picture.tobytes() for picture in right}) == len(right)


@pytest.mark.parametrize("suite", [GridNaviSuite(), DarkRoomSuite(), KeyToDoorSuite()])
def test_a_grid_shows_the_way_and_what_the_agent_does_not_see(suite: SuiteSettings) -> None:
    right = filmed(suite, suite.max_episode_steps, action=1)
    assert len(right) == suite.max_episode_steps + 1, "the last moment is among them"
    changed = [int((picture != right[0]).any(axis=2).sum()) for picture in right]
    assert changed[0] == 0
    assert changed[1:] == sorted(changed[1:])
    assert (right[-1] == right[-2]).all(), "at the border it stays where it is"
    hidden = [colour for colour in (HIDDEN_GOAL, KEY, DOOR) if (right[0] == colour).all(axis=2).any()]
    assert hidden in ([HIDDEN_GOAL], [KEY, DOOR])


@pytest.mark.parametrize(
    "suite", [GymnasiumSuite(), ProcgenSuite(game="coinrun", num_threads=0), PendulumSuite(), CartPoleSuite()]
)
def test_every_step_is_seen(suite: SuiteSettings) -> None:
    pictures = filmed(suite, 12)
    assert len({picture.tobytes() for picture in pictures}) >= len(pictures) / 2


def test_filming_changes_nothing_of_a_game() -> None:
    suite = ProcgenSuite(game="bigfish", num_threads=0)
    assert np.array_equal(_observations(suite, film=False), _observations(suite, film=True))


def _observations(suite: ProcgenSuite, *, film: bool) -> NDArray[np.uint8]:
    env = make_filmed(suite, QueueSampler([5]), 0) if film else make_env(suite, 1, QueueSampler([5]), 0)
    seen = [env.reset(), *(env.step(np.array([at % 15])).observation for at in range(30))]
    env.close()
    return np.stack(seen)


def test_an_environment_that_cannot_draw_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygame", None)
    with pytest.raises(EnvError, match=r"MountainCar.*pygame"):
        filmed(GymnasiumSuite(env_id="MountainCar-v0", score_low=-200), 2)


def test_a_suite_without_pictures_and_a_machine_without_what_draws_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ManiSkillSuite.missing_for_videos() == "environments of ManiSkill 3 show no pictures"
    assert films()["forkmaze"] is None
    monkeypatch.setattr("gsl.config.suites.base._loads", lambda library: library != "libEGL.so.1")
    assert "apt-get install libegl1" in (films()["metaworld"] or "")
    with pytest.raises(EnvError, match="no video of metaworld can be made on this machine"):
        filmed(MetaWorldSuite(), 1)


@pytest.mark.slow
def test_the_arm_is_drawn() -> None:
    pictures = filmed(MetaWorldSuite(benchmark="MT1", task="reach-v3", variations="goals", goals=2, time_limit=3), 3)
    assert len(pictures) == 4
    assert len({picture.tobytes() for picture in pictures}) == 4
    assert pictures[0].std() > 20
