"""How pendulum and CartPole move, and what a step earns.

Motions are numpy arrays of all slots; the equations are Gymnasium's. Rewards are functions of tensors, for planning: of
observations (..., n), actions (..., size) in [-1, 1] or (...,) int64, and the observations that followed, to (...,).
They equal the environments' rewards, apart from the rounding of observations to float32.
"""

from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, atan2

STRONGEST, FASTEST = 2.0, 8.0
"""The pendulum's largest torque and velocity."""
POSITION_LIMIT, ANGLE_LIMIT = 2.4, 12 * 2 * pi / 360
"""Where CartPole's episodes end: metres from the middle, radians from upright."""
_PENDULUM_GRAVITY, _CARTPOLE_GRAVITY = 10.0, 9.8
_PENDULUM_TICK, _CARTPOLE_TICK = 0.05, 0.02  # seconds a step
_CART, _POLE = 1.0, 0.1  # kg

Motion = NDArray[np.float64]


def swing(motion: Motion, torque: Motion, mass: Motion, length: Motion) -> Motion:
    """Angle from upright and velocity, after a step of the pendulum."""
    angle, velocity = motion
    pull = 3 * _PENDULUM_GRAVITY / (2 * length) * np.sin(angle) + 3.0 / (mass * length**2) * torque
    velocity = (velocity + pull * _PENDULUM_TICK).clip(-FASTEST, FASTEST)
    return np.stack([angle + velocity * _PENDULUM_TICK, velocity])


def push(motion: Motion, force: Motion, length: Motion) -> Motion:
    """Position, velocity, angle from upright and its velocity, after a step of CartPole."""
    _, velocity, angle, turning = motion
    cosine, sine, total, arm = np.cos(angle), np.sin(angle), _CART + _POLE, _POLE * length
    driven = (force + arm * turning**2 * sine) / total
    turned = (_CARTPOLE_GRAVITY * sine - cosine * driven) / (length * (4.0 / 3.0 - _POLE * cosine**2 / total))
    moved = driven - arm * turned * cosine / total
    after: Motion = motion + _CARTPOLE_TICK * np.stack([velocity, moved, turning, turned])
    return after


def fallen(motion: Motion) -> NDArray[np.bool_]:
    """Where CartPole's episode ends."""
    ends: Any = (np.abs(motion[0]) > POSITION_LIMIT) | (np.abs(motion[2]) > ANGLE_LIMIT)
    return np.asarray(ends)


def pendulum_reward(observation: Tensor, action: Tensor, following: Tensor) -> Tensor:
    """-(angle^2 + 0.1 velocity^2 + 0.001 torque^2), before the step."""
    angle = atan2(observation[..., 1], observation[..., 0])
    torque = STRONGEST * action[..., 0].clamp(-1, 1)
    return -(angle**2 + 0.1 * observation[..., 2] ** 2 + 0.001 * torque**2)


def cartpole_reward(observation: Tensor, action: Tensor, following: Tensor) -> Tensor:
    """1 where the pole stands after the step and the cart is on the track, otherwise 0."""
    stands = (following[..., 0].abs() <= POSITION_LIMIT) & (following[..., 2].abs() <= ANGLE_LIMIT)
    return stands.to(observation.dtype)
