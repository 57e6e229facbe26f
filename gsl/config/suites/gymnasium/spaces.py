"""Which of Gymnasium's observation and action spaces are supported."""

from typing import Any

import numpy as np
from gymnasium import Space, spaces

from gsl.config.suites.base import ActionKind, Observes

LARGEST_VECTOR = 20_000
"""Most numbers in an observation that is not a picture."""
SMALLEST_PICTURE = 20
"""Fewest pixels per side of a picture: with fewer, the strides of the smaller network leave nothing."""
MOST_CHANNELS = 16


def observed(space: Space[Any]) -> Observes:
    """Pictures stay pictures; everything else is flattened to a vector. Raises ValueError with the reason."""
    if is_picture(space):
        height, width, channels = space.shape or (0, 0, 0)
        if channels > MOST_CHANNELS:
            raise ValueError(f"pictures must be (height, width, channels), not {space.shape}")
        if min(height, width) < SMALLEST_PICTURE:
            raise ValueError(f"pictures must be at least {SMALLEST_PICTURE} pixels high and wide, not {space.shape}")
        return "picture"
    _check_vector(space)
    if spaces.flatdim(space) > LARGEST_VECTOR:
        raise ValueError(f"observations must have at most {LARGEST_VECTOR} numbers, not {spaces.flatdim(space)}")
    return "vector"


def is_picture(space: Space[Any]) -> bool:
    """Whether it holds bytes in three dimensions."""
    return isinstance(space, spaces.Box) and space.dtype == np.uint8 and len(space.shape) == 3


def action_kind(space: Space[Any]) -> ActionKind:
    """Discrete, or a bounded box. Raises ValueError with the reason."""
    if isinstance(space, spaces.Discrete):
        return "discrete"
    if not isinstance(space, spaces.Box):
        raise ValueError(f"actions must be Discrete or Box, not {space}")
    if np.dtype(space.dtype).kind != "f":
        raise ValueError(f"actions in a Box must be real numbers, not {space.dtype}")
    if not space.is_bounded("both"):
        raise ValueError(
            f"actions in a Box must be bounded on both sides, because they are scaled from [-1, 1], not {space}"
        )
    return "continuous"


def _check_vector(space: Space[Any]) -> None:
    """Raise ValueError unless the space has a fixed number of components."""
    if isinstance(space, spaces.Dict):
        parts: tuple[Space[Any], ...] = tuple(space.spaces.values())
    elif isinstance(space, spaces.Tuple):
        parts = tuple(space.spaces)
    elif isinstance(space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary):
        return
    else:
        raise ValueError(f"{type(space).__name__} observations cannot be flattened to a vector: {space}")
    for part in parts:
        _check_vector(part)
