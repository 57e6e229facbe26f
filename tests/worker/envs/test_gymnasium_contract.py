"""Faults that a launch could not see end the job at their reset or step, and unusual observations reach the policy."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gsl.config.suites import GymnasiumSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import Env, EnvError
from gsl.worker.envs.sampling.samplers import QueueSampler
from tests.foreign_environments import RESETS, SPACES, STEPS, registered


@pytest.fixture(autouse=True)
def foreign() -> Iterator[None]:
    with registered():
        yield


def faulty(fault: str) -> Env:
    """Plays the seeds 7 and 5 at once; seed 5 has the fault."""
    suite = GymnasiumSuite(env_id="Faulty-v0", arguments={"fault": fault, "bad_seed": 5})
    return make_env(suite, 2, QueueSampler([7, 5]), 0)


def shows(kind: str, *keys: str) -> Env:
    suite = GymnasiumSuite(env_id="Shows-v0", arguments={"kind": kind}, observation_keys=keys)
    return make_env(suite, 1, QueueSampler([3] * 4), 0)


def sampled(kind: str) -> Any:
    """What `Shows` shows first in an episode with seed 3."""
    SPACES[kind].seed(3)
    return SPACES[kind].sample()


def test_an_environment_without_a_fault_is_played() -> None:
    env = faulty("")
    assert env.reset().tolist() == [[7, 8, 9]] * 2
    assert env.step(np.zeros(2, np.int64)).reward.tolist() == [1, 1]


@pytest.mark.parametrize("fault", RESETS)
def test_a_wrong_reset_ends_the_job(fault: str) -> None:
    with pytest.raises(
        EnvError, match=r"Faulty-v0 failed in variation 5 \(seed 5\), reset seed 5, step 0: .*(must|but)"
    ):
        faulty(fault).reset()


@pytest.mark.parametrize("fault", STEPS)
def test_a_wrong_step_ends_the_job(fault: str) -> None:
    env = faulty(fault)
    env.reset()
    with pytest.raises(
        EnvError, match=r"Faulty-v0 failed in variation 5 \(seed 5\), reset seed 5, step 1: .*(must|but)"
    ):
        env.step(np.zeros(2, np.int64))


def test_keys_choose_what_of_minigrids_observation_is_seen() -> None:
    env, expected = shows("minigrid", "image", "direction"), sampled("minigrid")
    assert env.observation_shape == (4 + 7 * 7 * 3,)
    seen = env.reset()[0]
    assert seen[:4].argmax() == expected["direction"]
    assert np.array_equal(seen[4:], expected["image"].ravel())


def test_one_key_shows_its_own_space() -> None:
    env, expected = shows("camera", "camera"), sampled("camera")
    assert (env.observation_shape, env.observation_dtype) == ((24, 32, 3), np.dtype(np.uint8))
    assert np.array_equal(env.reset()[0], expected["camera"])
    assert env.step(np.zeros(1, np.int64)).observation.shape == (1, 24, 32, 3)


@pytest.mark.parametrize(("kind", "channels"), [("grey", 1), ("channels first", 4)])
def test_pictures_become_height_width_channels(kind: str, channels: int) -> None:
    env, expected = shows(kind), sampled(kind)
    assert env.observation_shape == (24, 32, channels)
    seen = env.reset()[0]
    assert all(np.array_equal(seen[..., i], expected.reshape(-1, 24, 32)[i]) for i in range(channels))


def test_a_picture_of_real_numbers_is_not_cut_to_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    env = shows("colour")
    env.reset()
    monkeypatch.setattr(SPACES["colour"], "sample", lambda: np.full((24, 32, 3), 0.5))
    with pytest.raises(EnvError, match=r"seed 3, step 1: the observation has real numbers \(float64\)"):
        env.step(np.zeros(1, np.int64))


def test_a_variation_with_other_spaces_is_refused_when_it_is_first_played(monkeypatch: pytest.MonkeyPatch) -> None:
    training = {"listed": [{"kind": "colour"}, {"kind": "grey"}]}
    monkeypatch.setattr("gsl.config.suites.gymnasium.rules.TRIED", 1)  # so that the launch does not see it
    suite = GymnasiumSuite.model_validate({"env_id": "Shows-v0", "vary": "arguments", "training": training})
    env = make_env(suite, 2, QueueSampler([0, 1]), 0)
    with pytest.raises(EnvError, match=r"variation 1 \(kind=grey\).*its spaces are .*\(24, 32\).* first variation"):
        env.reset()
