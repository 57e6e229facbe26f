"""Conversion between Gymnasium's spaces and the observations and actions of policies."""

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from numpy.typing import NDArray

from gsl.config.suites.gymnasium.contract import (
    Check,
    ContractError,
    check_of,
    check_step,
    observation_of_reset,
    picker,
)
from gsl.config.suites.gymnasium.spaces import Layout, action_kind, chosen, layout
from gsl.worker.spaces import Actions

ConvertActions = Callable[[NDArray[Any]], Sequence[Any] | NDArray[Any]]
"""Maps the actions of all slots to actions of each slot's environment."""


NO_ANSWER: Any = ()
"""Of an environment whose step has not returned."""


class Observations:
    """From what an environment shows to what a policy sees: pictures stay, everything else becomes a vector."""

    def __init__(self, space: Space[Any], keys: Sequence[str]) -> None:
        space = chosen(space, keys)
        order = layout(space)
        self._pick, self._check = picker(keys), check_of(space)
        self.dtype: np.dtype[Any] = np.dtype(np.float32 if order == "numbers" else np.uint8)
        self.shape = _shape(space, order)
        self.size = prod(self.shape)
        convert = _vector(space) if order == "numbers" else partial(_picture, _REORDER[order], self._check)
        self.row: Callable[[Any], NDArray[Any]] = _after(self._pick, convert) if keys else convert
        """The conversion, for every step; it holds only the type of pictures against the space."""

    def first(self, answer: Any) -> NDArray[Any]:
        """The observation in a reset's answer, held against its space. Raises ContractError."""
        seen = observation_of_reset(answer)
        self.check(seen)
        return np.asarray(self.row(seen), self.dtype)

    def check(self, seen: Any) -> None:
        """Hold an observation against the space. Raises ContractError."""
        self._check(self._pick(seen))

    def wrong_in(self, answer: Any) -> ContractError | None:
        """What is wrong in a step's answer, if anything is."""
        try:
            if answer is not NO_ANSWER:
                check_step(answer, self.check)
        except ContractError as error:
            return error
        return None


_REORDER: dict[Layout, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "channels_last": lambda picture: picture,
    "channels_first": lambda picture: picture.transpose(1, 2, 0),
    "grey": lambda picture: picture[..., None],
}


def _shape(space: Space[Any], order: Layout) -> tuple[int, ...]:
    if order == "numbers":
        return (spaces.flatdim(space),)
    return _REORDER[order](np.empty(space.shape or ())).shape


def _vector(space: Space[Any]) -> Callable[[Any], NDArray[Any]]:
    if not isinstance(space, spaces.Box):
        return lambda seen: np.asarray(spaces.flatten(space, seen))
    return np.asarray if len(space.shape) == 1 else np.ravel


def _picture(reorder: Callable[[NDArray[Any]], NDArray[Any]], check: Check, seen: Any) -> NDArray[Any]:
    """A picture as (height, width, channels); one that is not made of bytes must at least fit into them."""
    picture = np.asarray(seen)
    if picture.dtype != np.uint8:
        check(picture)
    return reorder(picture)


def _after(first: Callable[[Any], Any], then: Callable[[Any], NDArray[Any]]) -> Callable[[Any], NDArray[Any]]:
    return lambda seen: then(first(seen))


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
