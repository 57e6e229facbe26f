"""Conversion between Gymnasium's spaces and the observations and actions of policies."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from numpy.typing import NDArray

from gsl.config.suites.gymnasium.spaces import action_kind, is_picture
from worker.spaces import Actions

ConvertObservation = Callable[[Any], Any]
"""Maps an environment's observation to the shape that policies use."""
ConvertActions = Callable[[NDArray[Any]], Sequence[Any] | NDArray[Any]]
"""Maps the actions of all slots to actions of each slot's environment."""


def convert_observations(space: Space[Any]) -> tuple[tuple[int, ...], np.dtype[Any], ConvertObservation]:
    """Shape and type of observations, and the conversion to them. Pictures stay; everything else becomes a vector."""
    if is_picture(space):
        return space.shape or (), np.dtype(np.uint8), lambda seen: seen
    shape = (spaces.flatdim(space),)
    if isinstance(space, spaces.Box) and len(space.shape) == 1:
        return shape, np.dtype(np.float32), lambda seen: seen
    if isinstance(space, spaces.Box):
        return shape, np.dtype(np.float32), np.ravel
    return shape, np.dtype(np.float32), lambda seen: spaces.flatten(space, seen)


def convert_actions(space: Space[Any]) -> tuple[Actions, ConvertActions]:
    """The actions of a policy, and their conversion to an environment's actions."""
    kind = action_kind(space)
    if isinstance(space, spaces.Discrete):
        start = int(space.start)
        return Actions(kind, int(space.n)), lambda actions: (actions + start).tolist()
    if not isinstance(space, spaces.Box):
        raise AssertionError("action_kind refuses any other space")
    low, high, shape = space.low.ravel().astype(np.float64), space.high.ravel().astype(np.float64), space.shape
    middle, half, dtype = (high + low) / 2, (high - low) / 2, space.dtype

    def scaled(actions: NDArray[Any]) -> NDArray[Any]:
        between = middle + np.clip(actions, -1.0, 1.0) * half
        inside: NDArray[Any] = np.clip(between, low, high).astype(dtype)  # rounding may leave the bounds
        return inside.reshape(len(actions), *shape)

    return Actions(kind, int(low.size)), scaled
