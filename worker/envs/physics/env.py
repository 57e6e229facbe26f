"""Pendulum and CartPole with physics of their own in every slot, all slots in a few numpy operations.

Both compute in float64 what Gymnasium's environments do, step by step, and start as these do. Their time limit is not
part of the task.

Pendulum: observation (3,) cosine and sine of the angle from upright, and its velocity; one action, the torque. Reward:
-(angle^2 + 0.1 velocity^2 + 0.001 torque^2), of angle and velocity before the step.
CartPole: observation (4,) position, velocity, angle, and its velocity; actions: push to the left or to the right.
Reward: 1 where the pole still stands after the step, otherwise 0, which ends the episode.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.physics import CartPoleSuite, PendulumSuite, PhysicsSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.envs.physics.mechanics import POSITION_LIMIT, STRONGEST, fallen, push, swing
from gsl.worker.envs.physics.pictures import Pose, cartpole_picture, pendulum_picture
from gsl.worker.spaces import Actions


class PhysicsEnv:
    """An Env that can be filmed, apart from the physics. `seed` decides the first states."""

    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    observation_shape: tuple[int, ...]
    actions: Actions
    frame_rate: int
    spread: NDArray[np.float64]
    """First states are uniform between this and its negative."""

    def __init__(self, suite: PhysicsSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        unknown = sorted(sampler.variations - {*suite.training_variations(), *suite.held_out_variations()})
        if unknown:
            raise EnvError(f"{suite.name}: these settings have no variations {unknown[:10]}")
        self.num_envs, self._suite, self._sampler = num_envs, suite, sampler
        self.variation = np.full(num_envs, IDLE, np.int64)
        self._physics = np.ones((2, num_envs))
        self._motion = np.zeros((len(self.spread), num_envs))
        self._steps = np.zeros(num_envs, np.int64)
        self._seed, self._random = seed, np.random.Generator(np.random.PCG64(seed))
        self._drawn = 0  # numbers, each of which takes the generator one step
        self._filmed, self._shown = False, self._motion[:, 0].copy()  # slot 0 at its last moment

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        self._shown = self._motion[:, 0].copy()
        return self._observe()

    def step(self, actions: NDArray[Any]) -> Step:
        reward, ended = self._advance(actions)
        self._steps += 1
        observation, variation = self._observe(), self.variation.copy()
        self._shown = self._motion[:, 0].copy()
        cut = (self._steps >= self._suite.time_limit) & ~ended
        done, final = ended | cut, observation
        if done.any():
            self._begin(np.flatnonzero(done))
            observation = self._observe()
        return Step(observation, reward.astype(np.float32), done, variation, None, cut, final)

    def state(self) -> State:
        return {
            "variation": self.variation.copy(), "motion": self._motion.copy(), "steps": self._steps.copy(),
            "drawn": np.array([self._drawn]),
        }  # fmt: skip

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["steps"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['steps'])} slots, not {self.num_envs}")
        self.variation, self._steps = state["variation"].astype(np.int64), state["steps"].astype(np.int64)
        self._motion, self._drawn = state["motion"].copy(), int(state["drawn"][0])
        self._random = np.random.Generator(np.random.PCG64(self._seed).advance(self._drawn))
        self._shape(np.arange(self.num_envs))
        return self._observe()

    def film(self) -> None:
        self._filmed = True

    def frame(self) -> Picture:
        if not self._filmed:
            raise EnvError(f"{self._suite.name} was not told that it is filmed")
        return self._draw(self._shown)

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self, slots: NDArray[np.int64]) -> None:
        self.variation[slots] = [deal(self._sampler, slot) for slot in slots.tolist()]
        self._shape(slots)
        shape = (len(self.spread), len(slots))
        self._drawn += shape[0] * shape[1]
        self._motion[:, slots] = (2 * self._random.random(shape) - 1) * self.spread[:, None]
        self._steps[slots] = 0

    def _shape(self, slots: NDArray[np.int64]) -> None:
        """Give slots the physics of their variations; idle ones keep what they had."""
        for slot in slots.tolist():
            if (variation := int(self.variation[slot])) != IDLE:
                self._physics[:, slot] = self._suite.physics(variation)

    def _advance(self, actions: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """One step of `_motion`; returns rewards, and where the episode has ended."""
        raise NotImplementedError

    def _observe(self) -> NDArray[np.float32]:
        raise NotImplementedError

    def _draw(self, motion: NDArray[np.float64]) -> Picture:
        """Slot 0 in this motion."""
        raise NotImplementedError


class PendulumEnv(PhysicsEnv):
    """The motion is angle and velocity."""

    observation_shape: tuple[int, ...] = (3,)
    actions = Actions("continuous", 1)
    frame_rate = 20
    spread = np.array([np.pi, 1.0])

    def __init__(self, suite: PendulumSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        super().__init__(suite, num_envs, sampler, seed)
        self._never = np.zeros(num_envs, np.bool_)

    def _advance(self, actions: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        angle, velocity = self._motion
        torque = STRONGEST * actions[:, 0].astype(np.float64).clip(-1, 1)
        from_upright = (angle + np.pi) % (2 * np.pi) - np.pi
        cost = from_upright**2 + 0.1 * velocity**2 + 0.001 * torque**2
        self._motion = swing(self._motion, torque, *self._physics)
        return -cost, self._never

    def _observe(self) -> NDArray[np.float32]:
        angle, velocity = self._motion
        seen: NDArray[np.float32] = np.stack([np.cos(angle), np.sin(angle), velocity], axis=1).astype(np.float32)
        return seen

    def _draw(self, motion: NDArray[np.float64]) -> Picture:
        return pendulum_picture(float(motion[0]), float(self._physics[1, 0]))


class CartPoleEnv(PhysicsEnv):
    """The motion is what is observed."""

    observation_shape: tuple[int, ...] = (4,)
    actions = Actions("discrete", 2)
    frame_rate = 50
    spread = np.full(4, 0.05)

    def __init__(self, suite: CartPoleSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        super().__init__(suite, num_envs, sampler, seed)

    def _advance(self, actions: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        force, length = self._physics
        self._motion = push(self._motion, np.where(actions == 1, force, -force), length)
        ended = fallen(self._motion)
        return 1.0 - ended, ended

    def _observe(self) -> NDArray[np.float32]:
        return self._motion.T.astype(np.float32)

    def _draw(self, motion: NDArray[np.float64]) -> Picture:
        pose = Pose(float(motion[0]), float(motion[2]), float(self._physics[1, 0]), POSITION_LIMIT)
        return cartpole_picture(pose)
