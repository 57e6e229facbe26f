"""Which of Gymnasium's spaces a policy can see and act in."""

from typing import Any

import numpy as np
from gymnasium import Space, spaces

from gsl.config.suites.base import ActionKind, Observes

LARGEST_VECTOR = 20_000
"""Numbers in an observation that is no picture."""
SMALLEST_PICTURE = 20
"""Pixels at a picture's side: below, nothing is left behind the strides of the smaller network."""
MOST_CHANNELS = 16


def observed(space: Space[Any]) -> Observes:
    """Pictures are seen as they are, everything else as a vector of its numbers. Raises ValueError with the reason."""
    if is_picture(space):
        height, width, channels = space.shape or (0, 0, 0)
        if channels > MOST_CHANNELS:
            raise ValueError(f"pictures must be (height, width, channels), not {space.shape}")
        if min(height, width) < SMALLEST_PICTURE:
            raise ValueError(f"pictures must be at least {SMALLEST_PICTURE} pixels high and wide, not {space.shape}")
        return "picture"
    _check_vector(space)
    if spaces.flatdim(space) > LARGEST_VECTOR:
        raise ValueError(f"an observation of {spaces.flatdim(space)} numbers is more than {LARGEST_VECTOR}")
    return "vector"


def is_picture(space: Space[Any]) -> bool:
    """Bytes in three dimensions."""
    return isinstance(space, spaces.Box) and space.dtype == np.uint8 and len(space.shape) == 3


def action_kind(space: Space[Any]) -> ActionKind:
    """One of n, or a box with bounds. Raises ValueError with the reason."""
    if isinstance(space, spaces.Discrete):
        return "discrete"
    if not isinstance(space, spaces.Box):
        raise ValueError(f"actions must be Discrete or Box, not {space}")
    if np.dtype(space.dtype).kind != "f":
        raise ValueError(f"actions in a Box must be real numbers, not {space.dtype}")
    if not space.is_bounded("both"):
        raise ValueError(f"actions in a Box must be bounded on both sides, to be scaled from [-1, 1]: {space}")
    return "continuous"


def _check_vector(space: Space[Any]) -> None:
    """Raise ValueError unless the space has a fixed count of numbers."""
    if isinstance(space, spaces.Dict):
        parts: tuple[Space[Any], ...] = tuple(space.spaces.values())
    elif isinstance(space, spaces.Tuple):
        parts = tuple(space.spaces)
    elif isinstance(space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary):
        return
    else:
        raise ValueError(f"observations of {type(space).__name__} cannot be seen as a vector: {space}")
    for part in parts:
        _check_vector(part)
