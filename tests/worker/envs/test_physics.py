"""Pendulum and CartPole with varied physics: Gymnasium's numbers, rewards as functions, sets, exact continuation."""

from typing import Any

import gymnasium
import numpy as np
import pytest
import torch

from gsl.config.suites import CartPoleSuite, PendulumSuite
from gsl.config.suites.physics import PhysicsSuite
from gsl.worker import plugins
from gsl.worker.envs import make_env
from gsl.worker.envs.base import EnvError, Step
from gsl.worker.envs.physics.env import PhysicsEnv
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

PENDULUM, CARTPOLE = PendulumSuite(), CartPoleSuite()
EITHER = pytest.mark.parametrize("suite", [PENDULUM, CARTPOLE], ids=["pendulum", "cartpole"])
STRONGEST = 2.0


def env_of(suite: PhysicsSuite, *variations: int, seed: int = 0) -> PhysicsEnv:
    """A slot for each of the variations, which are then dealt in turn."""
    env = make_env(suite, len(variations), QueueSampler([*variations] * 50), seed)
    assert isinstance(env, PhysicsEnv)
    env.reset()
    return env


def actions_of(env: PhysicsEnv, rng: np.random.Generator) -> Any:
    if env.actions.kind == "discrete":
        return rng.integers(env.actions.size, size=env.num_envs)
    return rng.uniform(-1.2, 1.2, (env.num_envs, env.actions.size)).astype(np.float32)


def theirs(suite: PhysicsSuite, variation: int) -> Any:
    """Gymnasium's own environment with this variation's physics."""
    first, second = suite.physics(variation)
    if suite is PENDULUM:
        env: Any = gymnasium.make("Pendulum-v1").unwrapped
        env.m, env.l = first, second
    else:
        env = gymnasium.make("CartPole-v1").unwrapped
        env.force_mag, env.length, env.polemass_length = first, second, env.masspole * second
    env.reset(seed=0)
    return env


@EITHER
def test_every_step_is_gymnasiums(suite: PhysicsSuite) -> None:
    """With the parameters of the original, which are the middle of the training ranges, and with others."""
    middle = suite.training_variations()[len(suite.training_variations()) // 2]
    assert suite.physics(middle) == ((1.0, 1.0) if suite is PENDULUM else (10.0, 0.5))
    variations = (middle, 0, 1000, 2007)
    ours, others = env_of(suite, *variations), [theirs(suite, each) for each in variations]
    rng = np.random.default_rng(1)
    for other, motion in zip(others, ours._motion.T, strict=True):
        other.state = motion.copy()
    for _ in range(60):
        actions = actions_of(ours, rng)
        step = ours.step(actions)
        for slot, other in enumerate(others):
            given = STRONGEST * actions[slot] if suite is PENDULUM else int(actions[slot])
            seen, reward, over, _, _ = other.step(given)
            assert bool(step.done[slot]) == over
            assert step.reward[slot] == pytest.approx(float(reward) - over, abs=1e-5)
            if over:
                others[slot] = theirs(suite, int(ours.variation[slot]))
                others[slot].state = ours._motion[:, slot].copy()
            else:
                np.testing.assert_allclose(step.observation[slot], seen, atol=2e-6)


@EITHER
def test_the_reward_function_is_the_environments_reward(suite: PhysicsSuite) -> None:
    env, rng = env_of(suite, *range(8)), np.random.default_rng(2)
    reward_of = plugins.load_reward(suite)
    seen = env._observe()
    for _ in range(50):
        actions = actions_of(env, rng)
        step = env.step(actions)
        assert step.final_observation is not None
        following = np.where(step.done[:, None], step.final_observation, step.observation)
        said = reward_of(torch.as_tensor(seen), torch.as_tensor(actions), torch.as_tensor(following))
        np.testing.assert_allclose(said.numpy(), step.reward, atol=1e-4)
        seen = step.observation


def test_held_out_sets_are_outside_of_the_training_ranges_and_named() -> None:
    assert len(PENDULUM.training_variations()) == 25
    assert len(PENDULUM.held_out_variations()) == 16
    assert PENDULUM.variation_name(0) == "mass 0.75, length 0.75"
    assert PENDULUM.variation_name(1000) == "moderate: mass 0.5, length 1.3"
    assert PENDULUM.variation_name(2007) == "extreme: mass 1.8, length 0.4"
    assert CARTPOLE.variation_name(2000) == "extreme: force 2, length 0.15"
    for suite in (PENDULUM, CARTPOLE):
        for variation in suite.held_out_variations():
            inside = [
                low <= value <= high for value, (low, high) in zip(suite.physics(variation), suite.trained, strict=True)
            ]
            assert not any(inside)
    alone = PendulumSuite(held_out="extreme", values=1)
    assert alone.held_out_variations() == tuple(range(2000, 2008))
    assert alone.physics(0) == (1.0, 1.0)
    assert PendulumSuite(values=11).physics(1) == (0.75, 0.8)


def test_the_time_limit_cuts_off_and_a_fall_ends() -> None:
    env = env_of(PendulumSuite(time_limit=3), 0, 1)
    for _ in range(2):
        assert not env.step(np.zeros((2, 1))).done.any()
    last = env.step(np.zeros((2, 1)))
    assert last.truncated is not None
    assert last.truncated.all()
    assert last.final_observation is not None
    assert not np.array_equal(last.observation, last.final_observation)
    cartpole = env_of(CARTPOLE, 0)
    steps: list[Step] = []
    while not steps or not steps[-1].done[0]:
        steps.append(cartpole.step(np.array([1])))
    assert steps[-1].truncated is not None
    assert not steps[-1].truncated[0]
    assert [float(step.reward[0]) for step in steps] == [1.0] * (len(steps) - 1) + [0.0]


@EITHER
def test_a_restored_environment_goes_on_number_for_number(suite: PhysicsSuite) -> None:
    def fresh() -> PhysicsEnv:
        sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
        env = make_env(suite.model_copy(update={"time_limit": 20}), 3, sampler, 5)
        assert isinstance(env, PhysicsEnv)
        return env

    one, other, rng = fresh(), fresh(), np.random.default_rng(3)
    one.reset()
    for _ in range(30):
        one.step(actions_of(one, rng))
    other.reset()
    other._sampler.restore(one._sampler.state())
    np.testing.assert_array_equal(other.restore(one.state()), one._observe())
    for _ in range(30):
        actions = actions_of(one, rng)
        ours, again = one.step(actions), other.step(actions)
        np.testing.assert_array_equal(ours.observation, again.observation)
        np.testing.assert_array_equal(ours.variation, again.variation)


@EITHER
def test_foreign_variations_and_states_of_other_slots_are_refused(suite: PhysicsSuite) -> None:
    with pytest.raises(EnvError, match="500"):
        make_env(suite, 1, QueueSampler([500]), 0)
    with pytest.raises(EnvError, match="2 slots, not 1"):
        env_of(suite, 0).restore(env_of(suite, 0, 1).state())
