"""Gymnasium's settings: what they make of a registry, and what they refuse at which field."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.run import RunConfig
from gsl.config.suites import GymnasiumSuite

POLES: dict[str, Any] = {
    "vary": "attributes",
    "training": {"grid": {"length": [0.25, 0.5], "force_mag": [8, 10]}, "listed": [{"length": 2.0}]},
    "held_out": {"grid": {"length": [0.75]}},
}
PENDULUM: dict[str, Any] = {"env_id": "Pendulum-v1", "score_low": -1600, "score_high": -150}


def test_seeds_are_variations_unless_said_otherwise() -> None:
    suite = GymnasiumSuite(num_seeds=3, held_out_seeds=2)
    assert suite.training_variations() == (0, 1, 2)
    assert suite.held_out_variations() == (1_000_000, 1_000_001)
    assert suite.variation_name(2) == "seed 2"
    assert (suite.observes, suite.actions, suite.has_success) == ("vector", "discrete", False)
    assert (suite.max_episode_steps, suite.score_range) == (500, (0.0, 475.0))


def test_a_grid_and_a_list_make_variations() -> None:
    suite = GymnasiumSuite.model_validate(POLES)
    names = [suite.variation_name(variation) for variation in suite.training_variations()]
    assert names == [
        "length=0.25, force_mag=8", "length=0.25, force_mag=10", "length=0.5, force_mag=8", "length=0.5, force_mag=10",
        "length=2.0",
    ]  # fmt: skip
    assert [suite.variation_name(variation) for variation in suite.held_out_variations()] == ["length=0.75"]
    assert GymnasiumSuite.model_validate(suite.model_dump(mode="json")) == suite


def test_held_out_variations_keep_their_ids_when_more_are_trained_on() -> None:
    more = POLES | {"training": {"grid": {"length": [0.25, 0.5, 1.0]}}}
    assert GymnasiumSuite.model_validate(more).held_out_variations() == (1_000_000,)


def test_limits_and_scores_of_ones_own() -> None:
    suite = GymnasiumSuite.model_validate(PENDULUM | {"time_limit": 50, "success_key": "is_success"})
    assert (suite.actions, suite.max_episode_steps, suite.score_range) == ("continuous", 50, (-1600.0, -150.0))
    assert suite.has_success


@pytest.mark.parametrize(
    ("settings", "field", "named"),
    [
        ({"env_id": "CartPole"}, "env_id", "CartPole-v1"),
        ({"env_id": "cartpol-V1"}, "env_id", "CartPole-v1"),
        ({"env_id": "os:system"}, "env_id", "os:system"),
        ({"env_id": "LunarLander-v3"}, "env_id", "pip install"),
        ({"env_id": "Pendulum-v1"}, "score_high", "Pendulum-v1"),
        ({"env_id": "MountainCar-v0"}, "score_low", "-110"),
        (PENDULUM | {"score_low": 0}, "score_low", "-150"),
        ({"env_id": "Blackjack-v1", "score_high": 1, "score_low": -1}, "time_limit", "Blackjack-v1"),
        ({"arguments": {"colour": 1}}, "arguments", "colour"),
        ({"arguments": {"render_mode": "human"}}, "arguments.render_mode", "render_mode"),
        ({"arguments": {"sutton_barto_reward": float("nan")}}, "arguments.sutton_barto_reward", "finite"),
        ({"first_seed": 7, "held_out_start": 10}, "held_out_start", "23"),
        ({"training": {"grid": {"length": [1]}}}, "training", "vary"),
        ({"vary": "attributes"}, "training", "attributes"),
        (POLES | {"training": {"grid": {"lenght": [1]}}}, "training.grid.lenght", "length"),
        (POLES | {"training": {"grid": {"length": ["long"]}}}, "training.grid.length", "'long'"),
        (POLES | {"training": {"listed": [{"length": 1}, {"state": 1}]}}, "training.listed.1.state", "'state'"),
        (POLES | {"training": {"grid": {"length": []}}}, "training.grid.length", "one value"),
        (POLES | {"training": {"listed": [{"length": 1}, {"length": 1.0}]}}, "training.listed.1", "length=1.0"),
        (POLES | {"training": {"grid": {"length": [0.75]}}}, "held_out.grid", "length=0.75"),
        (
            POLES | {"training": {"grid": {name: [*range(200)] for name in ("length", "tau")}}},
            "training.grid", "40000",
        ),
        ({"vary": "options", "training": {"listed": [{"low": 0.1, "high": 0.0}]}}, "training.listed.0", "Lower bound"),
        (
            {"vary": "arguments", "training": {"grid": {"sutton_barto_reward": [True]}, "listed": [{"size": 3}]}},
            "training.listed.0", "'size'",
        ),
        (
            {"env_id": "FrozenLake-v1", "vary": "arguments", "training": {"grid": {"map_name": ["4x4", "8x8"]}}},
            "training.grid", "Discrete(64)",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_refused_at_its_field(settings: dict[str, Any], field: str, named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GymnasiumSuite.model_validate(settings)
    reasons = {".".join(map(str, error["loc"])).removesuffix(".float"): error["msg"] for error in caught.value.errors()}
    assert named in reasons[field], reasons


def test_a_whole_configuration_names_the_field_below_the_suite() -> None:
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate({"suite": {"name": "gymnasium", "env_id": "CartPole"}})
    assert caught.value.errors()[0]["loc"] == ("suite", "gymnasium", "env_id")


def test_a_learner_meets_its_actions_and_observations() -> None:
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate(
            {"suite": {"name": "gymnasium"}, "learner": {"name": "ppo", "network": {"name": "impala"}}}
        )
    assert ("learner", "network") in [error["loc"] for error in caught.value.errors()]


def test_settings_never_import_torch() -> None:
    script = (
        "import sys; from gsl.config.run import RunConfig; from gsl.config.suites import GymnasiumSuite; "
        "GymnasiumSuite(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
