"""Gymnasium behind the protocol: the same numbers as the package's own loop, exact keeping, trouble with its place."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from gsl.config.suites import GymnasiumSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.base import IDLE, Env, EnvError
from gsl.worker.envs.gymnasium.cartpole import CartPoleEnv
from gsl.worker.envs.gymnasium.env import GymnasiumEnv
from gsl.worker.envs.gymnasium.pool import episode_seed
from gsl.worker.envs.gymnasium.recipe import GymnasiumRecipe
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

PENDULUM = GymnasiumSuite(env_id="Pendulum-v1", score_low=-1600, score_high=0, num_seeds=3, time_limit=20)
POLES = GymnasiumSuite.model_validate(
    {
        "vary": "attributes", "training": {"grid": {"length": [0.25, 0.5, 1.5]}},
        "held_out": {"listed": [{"length": 1.0}]}, "time_limit": 30,
    }
)  # fmt: skip


class Odd(gymnasium.Env[Any, Any]):
    """Shows a dictionary and takes Discrete actions from 3 on.

    As told, it crashes or pays NaN from seed 5 on, or does not repeat itself.
    """

    chance = np.random.default_rng(0)

    def __init__(self, trouble: str = "none", size: int = 2) -> None:
        self.observation_space = spaces.Dict({"at": spaces.Discrete(5), "speed": spaces.Box(-9, 9, (size, 2))})
        self.action_space = spaces.Discrete(4, start=3)
        self.trouble, self.size, self.at = trouble, size, 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.at, self.late = (options or {}).get("start", 0), (seed or 0) >= 5
        return self._seen(), {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert action in self.action_space
        if self.trouble == "crash" and self.late:
            raise ZeroDivisionError("the cart left the universe")
        self.at = min(self.at + action - 3, 4)
        reward = float("nan") if self.trouble == "nan" and self.late else float(self.at)
        return self._seen(), reward, self.at == 4, False, {"success": self.at == 4}

    def _seen(self) -> dict[str, Any]:
        speed = np.full((self.size, 2), self.chance.random() if self.trouble == "chance" else 0.5, np.float32)
        return {"at": self.at, "speed": speed}


class Picture(gymnasium.Env[Any, Any]):
    """Bytes in three dimensions, and a two-dimensional box of actions with bounds of their own."""

    observation_space: Any = spaces.Box(0, 255, (24, 32, 3), np.uint8)
    action_space: Any = spaces.Box(np.array([[0.0, -4.0]], np.float32), np.array([[1.0, 8.0]], np.float32))

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return np.full((24, 32, 3), 7, np.uint8), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert action in self.action_space
        return np.full((24, 32, 3), 9, np.uint8), float(action[0, 0] + 100 * action[0, 1]), False, False, {}


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    kept = dict(gymnasium.registry)
    gymnasium.register("Odd-v0", f"{__name__}:Odd", max_episode_steps=6, reward_threshold=4.0)
    gymnasium.register("Picture-v0", f"{__name__}:Picture", max_episode_steps=3, reward_threshold=4.0)
    yield
    gymnasium.registry.clear()
    gymnasium.registry.update(kept)


def sampler(suite: GymnasiumSuite, seed: int = 0) -> UniformSampler:
    return UniformSampler(suite.training_variations(), np.random.default_rng(seed))


def draw(env: Env, rng: np.random.Generator) -> Any:
    if env.actions.kind == "discrete":
        return rng.integers(env.actions.size, size=env.num_envs)
    return rng.uniform(-1, 1, (env.num_envs, env.actions.size)).astype(np.float32)


def same(first: Any, second: Any) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(vars(first).values(), vars(second).values(), strict=True))


def test_seeds_play_as_the_package_plays_them() -> None:
    env, original = GymnasiumEnv(GymnasiumRecipe(PENDULUM), 1, QueueSampler([2, 1]), 0), gymnasium.make("Pendulum-v1")
    rng = np.random.default_rng(0)
    seen = env.reset()
    for variation in (2, 1):
        expected, _ = original.reset(seed=variation)
        for number in range(20):
            assert np.array_equal(seen[0], expected)
            action = draw(env, rng)
            expected, reward, *_ = original.step(2 * action[0])
            step = env.step(action)
            assert (step.reward[0], step.variation[0], step.done[0]) == (np.float32(reward), variation, number == 19)
            assert step.truncated is not None
            assert step.truncated[0] == (number == 19)
            seen = step.observation
        assert step.final_observation is not None
        assert np.array_equal(step.final_observation[0], expected)
    assert env.variation.tolist() == [IDLE]
    after = env.step(draw(env, rng))
    assert (after.variation[0], after.reward[0], after.done[0]) == (IDLE, 0.0, False)


@pytest.mark.parametrize("vary", ["seed", "attributes", "options"])
def test_the_batch_of_cartpoles_equals_single_ones(vary: str) -> None:
    choices = {"seed": {}, "attributes": {"grid": {"length": [0.25, 1.5], "masspole": [0.1, 0.3]}}}
    training = choices.get(vary, {"listed": [{"low": -0.1, "high": 0.0}, {"low": 0.01, "high": 0.02}]})
    suite = GymnasiumSuite.model_validate({"vary": vary, "training": training, "time_limit": 60, "num_seeds": 4})
    batch, single = make_env(suite, 6, sampler(suite), 3), GymnasiumEnv(GymnasiumRecipe(suite), 6, sampler(suite), 3)
    assert isinstance(batch, CartPoleEnv)
    rng = np.random.default_rng(0)
    np.testing.assert_allclose(batch.reset(), single.reset(), atol=1e-6)
    ends = 0
    for _ in range(700):
        actions = (rng.random(6) < 0.5).astype(np.int64)
        one, other = batch.step(actions), single.step(actions)
        np.testing.assert_allclose(one.observation, other.observation, atol=1e-5)
        assert one.truncated is not None
        assert other.truncated is not None
        for a, b in ((one.done, other.done), (one.reward, other.reward), (one.variation, other.variation)):
            assert np.array_equal(a, b)
        assert np.array_equal(one.truncated, other.truncated)
        ends += int(one.done.sum())
    assert ends > 50


def test_longer_poles_fall_more_slowly() -> None:
    env = make_env(POLES, 3, QueueSampler([0, 1, 2]), 0)
    assert isinstance(env, CartPoleEnv)
    env.reset()
    env._cartpole.state[:] = 0.0
    for _ in range(5):
        seen = env.step(np.ones(3, np.int64)).observation
    assert abs(seen[0, 3]) > abs(seen[1, 3]) > abs(seen[2, 3])
    assert env._cartpole.polemass_length.tolist() == pytest.approx([0.025, 0.05, 0.15])


@pytest.mark.parametrize("name", ["poles", "pendulum", "odd", "arguments", "picture"])
def test_a_restored_environment_goes_on_exactly(name: str) -> None:
    suite = {
        "poles": POLES, "pendulum": PENDULUM, "odd": GymnasiumSuite(env_id="Odd-v0"),
        "arguments": GymnasiumSuite.model_validate(
            {"vary": "arguments", "training": {"grid": {"sutton_barto_reward": [True, False]}}, "time_limit": 40}
        ),
        "picture": GymnasiumSuite(env_id="Picture-v0"),
    }[name]  # fmt: skip
    samplers = [sampler(suite, seed) for seed in (0, 9)]
    through, resumed = (make_env(suite, 5, one, 4) for one in samplers)
    through.reset()
    resumed.reset()
    rng = np.random.default_rng(1)
    for _ in range(17):
        through.step(draw(through, rng))
    state = through.state()
    samplers[1].restore(samplers[0].state())
    assert np.array_equal(resumed.restore(state), through.restore(state))
    for _ in range(60):
        actions = draw(through, rng)
        assert same(through.step(actions), resumed.step(actions))
    with pytest.raises(EnvError, match=r"5.*2"):
        make_env(suite, 2, sampler(suite), 4).restore(state)


def test_an_episode_that_does_not_repeat_itself_is_given_up_unnoted(caplog: pytest.LogCaptureFixture) -> None:
    suite = GymnasiumSuite(env_id="Odd-v0", arguments={"trouble": "chance"})
    env = make_env(suite, 2, sampler(suite), 0)
    env.reset()
    waiting = np.zeros(2, np.int64)
    env.step(waiting)
    with caplog.at_level(logging.WARNING):
        shown = env.restore(env.state())
    assert re.search(r"Odd-v0.*slot 0.*seed", caplog.text)
    step = env.step(waiting)
    assert step.variation.tolist() == [IDLE, IDLE]
    assert step.reward.tolist() == [0.0, 0.0]
    assert step.done.all()
    assert step.truncated is not None
    assert step.truncated.all()
    assert step.final_observation is not None
    assert np.array_equal(step.final_observation, shown)
    assert (env.step(waiting).variation >= 0).all()


@pytest.mark.parametrize(("trouble", "cause"), [("crash", "ZeroDivisionError: the cart left"), ("nan", "reward nan")])
def test_trouble_names_variation_seed_and_step(trouble: str, cause: str) -> None:
    suite = GymnasiumSuite(env_id="Odd-v0", arguments={"trouble": trouble})
    env = make_env(suite, 2, QueueSampler([7, 5]), 0)
    env.reset()
    with pytest.raises(EnvError, match=rf"Odd-v0.*variation 7 .*reset seed 7, step 1: .*{cause}"):
        env.step(np.zeros(2, np.int64))


def test_success_options_and_discrete_actions_with_a_start() -> None:
    suite = GymnasiumSuite.model_validate(
        {"env_id": "Odd-v0", "success_key": "success", "vary": "options", "training": {"grid": {"start": [1, 2]}}}
    )
    env = make_env(suite, 2, QueueSampler([1, 0]), 0)
    assert env.observation_shape == (9,)
    assert env.reset()[:, :5].argmax(axis=1).tolist() == [2, 1]
    step = env.step(np.array([2, 1]))
    assert step.success is not None
    assert (step.success.tolist(), step.done.tolist(), step.reward.tolist()) == ([True, False], [True, False], [4, 2])
    assert step.truncated is not None
    assert not step.truncated.any()


def test_a_success_key_that_is_not_there_is_named() -> None:
    suite = GymnasiumSuite(env_id="Odd-v0", success_key="succes")
    env = make_env(suite, 1, sampler(suite), 0)
    env.reset()
    env.step(np.array([3]))
    with pytest.raises(EnvError, match=r"'succes'.* success"):
        env.step(np.array([3]))


def test_pictures_stay_pictures_and_boxes_are_scaled_and_clipped() -> None:
    suite = GymnasiumSuite(env_id="Picture-v0")
    env = make_env(suite, 2, sampler(suite), 0)
    assert suite.observes == "picture"
    assert (env.observation_shape, env.observation_dtype.name, env.actions.size) == ((24, 32, 3), "uint8", 2)
    assert env.reset().mean() == 7
    step = env.step(np.array([[-1, 0], [5, 1]], np.float32))
    assert step.reward.tolist() == [0 + 100 * 2, 1 + 100 * 8]
    assert step.observation.dtype == np.uint8


def test_slots_draw_seeds_of_their_own() -> None:
    suite = GymnasiumSuite.model_validate({"vary": "attributes", "training": {"grid": {"length": [0.5]}}})
    few, many = (make_env(suite, slots, sampler(suite), 7).reset() for slots in (2, 4))
    assert np.array_equal(few, many[:2])
    assert len({row.tobytes() for row in many}) == 4
    expected, _ = gymnasium.make("CartPole-v1").reset(seed=episode_seed(7, 0, 1))
    assert np.array_equal(few[0], expected)


def test_an_episodes_seed_depends_on_nothing_but_its_slot_and_number() -> None:
    seeds = {(slot, episode): episode_seed(3, slot, episode) for slot in range(20) for episode in range(200)}
    assert len(set(seeds.values())) == len(seeds)
    assert seeds[4, 150] == episode_seed(3, 4, 150) != episode_seed(4, 4, 150)
    assert all(0 <= seed < 2**31 for seed in seeds.values())


def test_variations_of_other_settings_are_refused() -> None:
    for suite in (POLES, PENDULUM):
        with pytest.raises(EnvError, match=r"\[77\]"):
            make_env(suite, 1, QueueSampler([77]), 0)


def test_one_variation_as_registered_begins_anew_every_time() -> None:
    suite = GymnasiumSuite.model_validate({"vary": "attributes", "training": {"listed": [{}]}})
    env = make_env(suite, 8, sampler(suite), 0)
    assert isinstance(env, CartPoleEnv)
    assert (suite.training_variations(), suite.variation_name(0)) == ((0,), "as registered")
    assert len({row.tobytes() for row in env.reset()}) == 8
