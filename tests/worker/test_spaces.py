"""What a network needs to know of a suite survives a file, and is asked of any environment alike."""

import json

import numpy as np
import pytest

from gsl.config.suites import ForkMazeSuite, GymnasiumSuite, ProcgenSuite, SuiteSettings
from gsl.worker.envs import make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import QueueSampler
from gsl.worker.spaces import Actions, Spaces


@pytest.mark.parametrize(
    "spaces", [Spaces((4,), Actions("discrete", 2)), Spaces((64, 64, 3), Actions("continuous", 7))]
)
def test_spaces_survive_json(spaces: Spaces) -> None:
    restored = Spaces.restored(json.loads(json.dumps(spaces.state())))
    assert restored == spaces
    assert hash(restored) == hash(spaces)
    assert isinstance(restored.observation_shape, tuple)


def test_spaces_of_other_actions_are_others() -> None:
    assert Spaces((4,), Actions("discrete", 2)) != Spaces((4,), Actions("continuous", 2))


@pytest.mark.parametrize(
    "suite",
    [
        ForkMazeSuite(),
        ProcgenSuite(num_threads=0),
        GymnasiumSuite(),
        GymnasiumSuite(env_id="Pendulum-v1", score_low=-1600, score_high=0),
    ],
    ids=lambda suite: suite.name,
)
def test_settings_foretell_what_environments_show_and_take(suite: SuiteSettings) -> None:
    env = make_env(suite, 2, QueueSampler(suite.training_variations()[:2]), 0)
    spaces, first = spaces_of(env), env.reset()
    assert suite.actions == spaces.actions.kind
    assert suite.observes == ("picture" if len(spaces.observation_shape) == 3 else "vector")
    assert first.shape == (2, *spaces.observation_shape)
    assert first.dtype == env.observation_dtype == (np.uint8 if suite.observes == "picture" else np.float32)
    env.close()
