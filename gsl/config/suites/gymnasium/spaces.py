"""Which of Gymnasium's observation and action spaces are supported, and how observations are laid out for a policy."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from gymnasium import Space, spaces

from gsl.config.errors import did_you_mean
from gsl.config.suites.base import ActionKind, Observes

LARGEST_VECTOR = 20_000
"""Most numbers in an observation that is not a picture."""
SMALLEST_PICTURE = 20
"""Fewest pixels per side of a picture: with fewer, the strides of the smaller network leave nothing."""
MOST_CHANNELS = 16

Layout = Literal["channels_last", "channels_first", "grey", "numbers"]
"""A picture's order of dimensions, or numbers that are flattened to a vector."""


def chosen(space: Space[Any], keys: Sequence[str]) -> Space[Any]:
    """The part of a dictionary that `keys` name: one key's own space, or a dictionary of several; all without keys.

    Raises ValueError with the reason.
    """
    if not keys:
        return space
    if not isinstance(space, spaces.Dict):
        raise ValueError(f"must be empty, because observations are no dictionary but {space}")
    for key in keys:
        if key not in space.spaces:
            raise ValueError(f"observations have no key {key!r}{did_you_mean(key, map(str, space.spaces))}")
    return space[keys[0]] if len(keys) == 1 else spaces.Dict({key: space[key] for key in keys})


def observed(space: Space[Any]) -> Observes:
    """Pictures stay pictures; everything else is flattened to a vector. Raises ValueError with the reason."""
    if layout(space) != "numbers":
        return "picture"
    _check_vector(space, "observations")
    if spaces.flatdim(space) > LARGEST_VECTOR:
        raise ValueError(f"observations must have at most {LARGEST_VECTOR} numbers, not {spaces.flatdim(space)}")
    return "vector"


def layout(space: Space[Any]) -> Layout:
    """How an observation is laid out. 8-bit arrays with two sides of a picture's size are pictures.

    Smaller ones, such as the grid around an agent, are numbers. Raises ValueError for pictures of any other order.
    """
    if not _is_picture(space):
        return "numbers"
    *_, rows, columns = shape = space.shape or ()
    if len(shape) == 2:
        return "grey"
    if len(shape) == 3 and columns <= MOST_CHANNELS:
        return "channels_last"
    if len(shape) == 3 and shape[0] <= MOST_CHANNELS and min(rows, columns) >= SMALLEST_PICTURE:
        return "channels_first"
    raise ValueError(
        f"8-bit pictures must be (height, width, channels), (channels, height, width) or (height, width), at least "
        f"{SMALLEST_PICTURE} pixels high and wide, with at most {MOST_CHANNELS} channels, not {shape}; "
        "register the environment with a wrapper that reshapes them, for example gymnasium.wrappers.ReshapeObservation"
    )


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


def _is_picture(space: Space[Any]) -> bool:
    """Whether it holds bytes, and at least two of its sides are as long as those of a picture."""
    if not isinstance(space, spaces.Box) or space.dtype != np.uint8:
        return False
    return sum(side >= SMALLEST_PICTURE for side in space.shape) >= 2


def _check_vector(space: Space[Any], name: str) -> None:
    """Raise ValueError unless the space, called `name`, has a fixed number of components and holds no picture."""
    if isinstance(space, spaces.Dict):
        for key, part in space.spaces.items():
            _check_vector(part, f"observations[{key!r}]")
    elif isinstance(space, spaces.Tuple):
        for number, part in enumerate(space.spaces):
            _check_vector(part, f"observations[{number}]")
    elif _is_picture(space):
        raise ValueError(
            f"{name} is a picture, {space}, which cannot be combined with other observations; name it alone, or only "
            "others, in observation_keys"
        )
    elif not isinstance(space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary):
        raise ValueError(
            f"{name} cannot be flattened to a vector: {space}; a dictionary's other parts can be chosen with "
            "observation_keys"
        )
