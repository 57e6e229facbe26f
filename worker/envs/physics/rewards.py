"""The rewards of Pendulum and CartPole as functions of a step, for planning.

Each takes observations (..., n), actions (..., size) in [-1, 1] or (...,) int64, and the observations that followed,
and returns (...,). They equal the environments' rewards, apart from the rounding of observations to float32.
"""

from math import pi

import torch
from torch import Tensor

STRONGEST, FASTEST = 2.0, 8.0
"""The pendulum's largest torque and velocity."""
POSITION_LIMIT, ANGLE_LIMIT = 2.4, 12 * 2 * pi / 360
"""Where CartPole's episodes end: metres from the middle, radians from upright."""


def pendulum_reward(observation: Tensor, action: Tensor, following: Tensor) -> Tensor:
    """-(angle^2 + 0.1 velocity^2 + 0.001 torque^2), before the step."""
    angle = torch.atan2(observation[..., 1], observation[..., 0])
    torque = STRONGEST * action[..., 0].clamp(-1, 1)
    return -(angle**2 + 0.1 * observation[..., 2] ** 2 + 0.001 * torque**2)


def cartpole_reward(observation: Tensor, action: Tensor, following: Tensor) -> Tensor:
    """1 where the pole stands after the step and the cart is on the track, otherwise 0."""
    stands = (following[..., 0].abs() <= POSITION_LIMIT) & (following[..., 2].abs() <= ANGLE_LIMIT)
    return stands.to(observation.dtype)
