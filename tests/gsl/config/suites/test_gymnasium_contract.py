"""Environments that break Gymnasium's API or their own spaces, or show what no network can see, end at the launch."""

from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from pydantic import ValidationError

from gsl.config.suites import GymnasiumSuite
from gsl.config.suites.gymnasium.contract import ContractError, check_of, check_step
from tests.foreign_environments import registered


@pytest.fixture(autouse=True)
def foreign() -> Iterator[None]:
    with registered():
        yield


def refusal(**settings: Any) -> tuple[str, str]:
    """Field and message of the one reason why the settings are refused."""
    with pytest.raises(ValidationError) as caught:
        GymnasiumSuite.model_validate(settings)
    [error] = caught.value.errors()
    return ".".join(map(str, error["loc"])), error["msg"]


@pytest.mark.parametrize(
    ("fault", "step", "right"),
    [
        ("old reset", 0, "must return (observation, info)"),
        ("no info", 0, "must return (observation, info)"),
        ("nothing", 0, "must return (observation, info)"),
        ("one number", 0, "(3,)"),
        ("nan", 0, "at [1], but its space is finite"),
        ("infinite", 0, "at [2], but its space is finite"),
        ("outside", 0, "11.0 at [2], but its space is finite and from -10.0 to 10.0"),
        ("words", 0, "(3,)"),
        ("old step", 1, "must return (observation, reward, terminated, truncated, info)"),
        ("no answer", 1, "must return (observation, reward, terminated, truncated, info)"),
        ("no reward", 1, "finite number"),
        ("reward nan", 1, "finite number"),
        ("two rewards", 1, "finite number"),
        ("one number seen", 1, "(3,)"),
        ("nan seen", 1, "at [1], but its space is finite"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_place_and_what_would_be_right(fault: str, step: int, right: str) -> None:
    field, message = refusal(env_id="Faulty-v0", arguments={"fault": fault})
    assert field == "env_id"
    assert f"Faulty-v0 (fault={fault}) failed, reset seed 0, step {step}: " in message
    assert right in message


@pytest.mark.parametrize("vary", ["arguments", "attributes"])
def test_the_variation_that_is_wrong_is_the_field(vary: str) -> None:
    choices = [{"fault": ""}, {"fault": "old reset"}]
    field, message = refusal(env_id="Faulty-v0", vary=vary, training={"listed": choices})
    assert (field, "fault=old reset" in message) == ("training.listed.1", True)


def test_registered_environments_keep_to_the_api() -> None:
    scores = {"score_low": -1000, "score_high": 0, "time_limit": 10}
    for env_id in ("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "Pendulum-v1", "Blackjack-v1", "Taxi-v4"):
        assert GymnasiumSuite.model_validate({"env_id": env_id, **scores}).observes == "vector"


@pytest.mark.parametrize(
    ("kind", "keys", "observes"),
    [
        ("minigrid", ("image", "direction"), "vector"),
        ("minigrid", ("image",), "vector"),
        ("camera", ("camera",), "picture"),
        ("camera", ("speed",), "vector"),
        ("colour", (), "picture"),
        ("grey", (), "picture"),
        ("channels first", (), "picture"),
    ],
)
def test_what_a_policy_can_see(kind: str, keys: tuple[str, ...], observes: str) -> None:
    suite = GymnasiumSuite(env_id="Shows-v0", arguments={"kind": kind}, observation_keys=keys)
    assert suite.observes == observes


@pytest.mark.parametrize(
    ("kind", "keys", "field", "advice"),
    [
        ("minigrid", (), "env_id", "observations['mission'] cannot be flattened"),
        ("minigrid", ("image", "mission"), "env_id", "observation_keys"),
        ("minigrid", ("imag",), "observation_keys", "did you mean image?"),
        ("camera", (), "env_id", "observations['camera'] is a picture"),
        ("colour", ("image",), "observation_keys", "must be empty"),
        ("stack", (), "env_id", "(height, width, channels)"),
        ("deep", (), "env_id", "at most 16 channels"),
    ],
)
def test_what_a_policy_cannot_see_is_refused_with_advice(
    kind: str, keys: tuple[str, ...], field: str, advice: str
) -> None:
    where, message = refusal(env_id="Shows-v0", arguments={"kind": kind}, observation_keys=keys)
    assert (where, advice in message) == (field, True), message


@pytest.mark.parametrize(
    ("space", "good", "bad"),
    [
        (spaces.Box(0, 1, (2,)), [0.5, np.float64(1 + 1e-7)], [0.5, 1.1]),
        (spaces.Box(-np.inf, np.inf, (1,)), np.array([1e30]), np.array([1e39])),
        (spaces.Box(0, 255, (2, 2), np.uint8), np.full((2, 2), 255), np.full((2, 2), 0.5)),
        (spaces.Box(0, 255, (2, 2), np.uint8), np.zeros((2, 2), np.uint8), np.full((2, 2), 256)),
        (spaces.Box(0, 3, (1,), np.uint8), np.array([3], np.uint8), np.array([4], np.uint8)),
        (spaces.Box(0, 1, (1,), np.int64), np.array([True]), np.array([2])),
        (spaces.Discrete(3, start=1), 3, 0),
        (spaces.MultiDiscrete([2, 3]), np.array([1, 2]), np.array([1, 3])),
        (spaces.MultiBinary(2), np.array([1, 0], np.int8), np.array([1, 2], np.int8)),
        (spaces.Tuple([spaces.Discrete(2), spaces.Discrete(3)]), (1, 2), (1, 2, 3)),
        (spaces.Tuple([spaces.Discrete(2), spaces.Discrete(3)]), (1, 2), (2, 2)),
        (spaces.Dict({"at": spaces.Discrete(2)}), {"at": 1, "more": 7}, {"more": 7}),
        (spaces.Dict({"at": spaces.Discrete(2)}), {"at": 1}, [1]),
    ],
)
def test_a_space_holds_its_own_values_alone(space: gymnasium.Space[Any], good: Any, bad: Any) -> None:
    check = check_of(space)
    check(good)
    with pytest.raises(ContractError, match="the observation"):
        check(bad)


def test_ends_are_true_or_false_and_info_is_a_dictionary() -> None:
    check = check_of(spaces.Discrete(2))
    check_step((1, np.float64(2), np.bool_(True), 0, {}), check)
    for answer, named in (((1, 2, "no", False, {}), "terminated"), ((1, 2, True, False, None), "info is None")):
        with pytest.raises(ContractError, match=named):
            check_step(answer, check)
