"""What an environment's answers must be by Gymnasium's API and by the environment's own spaces.

Nothing in Gymnasium itself holds an observation against its space, once its checks are off; an observation of another
shape would be stretched to fit, and a policy trained on it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from numpy.typing import NDArray

Check = Callable[[Any], None]
"""Raises ContractError if a value is not in the space."""

_SLACK = 1e-5
"""How far a value may be outside a bound, relative to the bound if that is above 1: environments round differently."""


class ContractError(ValueError):
    """An answer that is not what the API or the environment's spaces promise; the message says what would be right."""


def picker(keys: Sequence[str]) -> Callable[[Any], Any]:
    """From an environment's observation to the part of it that `spaces.chosen` describes."""
    return partial(_picked, tuple(keys)) if keys else lambda observation: observation


def _picked(keys: tuple[str, ...], observation: Any) -> Any:
    try:
        return observation[keys[0]] if len(keys) == 1 else {key: observation[key] for key in keys}
    except (TypeError, LookupError) as error:
        wanted = ", ".join(keys)
        raise ContractError(f"the observation is {_described(observation)}; it must have the keys {wanted}") from error


def observation_of_reset(answer: Any) -> Any:
    """The observation in a reset's answer."""
    if isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[1], dict):
        return answer[0]
    raise ContractError(
        f"reset returned {_described(answer)}; it must return (observation, info), with a dictionary as info"
    )


def check_step(answer: Any, check: Check) -> None:
    """Hold everything that a step returns against the API, and its observation against `check`."""
    if not isinstance(answer, tuple) or len(answer) != 5:
        raise ContractError(
            f"step returned {_described(answer)}; it must return (observation, reward, terminated, truncated, info)"
        )
    observation, reward, *ends, info = answer
    check(observation)
    check_reward(reward)
    for name, value in zip(("terminated", "truncated"), ends, strict=True):
        if np.shape(value) != () or np.asarray(value).dtype.kind not in "biu":
            raise ContractError(f"{name} is {_described(value)}; it must be True or False")
    if not isinstance(info, dict):
        raise ContractError(f"info is {_described(info)}; it must be a dictionary")


def check_reward(reward: Any) -> None:
    """A reward must be one finite number."""
    array = _array(reward)
    if array is None or array.size != 1 or not math.isfinite(array.item()):
        raise ContractError(f"the reward is {_described(reward)}; it must be a finite number")


def check_of(space: Space[Any], name: str = "the observation") -> Check:
    """A fast check that a value, called `name` in messages, is in the space."""
    if isinstance(space, spaces.Dict):
        return partial(_check_dict, name, {key: check_of(part, f"{name}[{key!r}]") for key, part in space.items()})
    if isinstance(space, spaces.Tuple):
        return partial(_check_tuple, name, [check_of(part, f"{name}[{i}]") for i, part in enumerate(space.spaces)])
    if isinstance(space, spaces.Box):
        return BoxCheck(space, name).check
    return partial(_check_member, name, space)


def _check_dict(name: str, checks: dict[Any, Check], value: Any) -> None:
    if not isinstance(value, Mapping):
        raise ContractError(f"{name} is {_described(value)}, but its space is a dictionary")
    for key, check in checks.items():
        if key not in value:
            raise ContractError(
                f"{name} has no {key!r}, which its space has; its keys are {', '.join(map(str, value))}"
            )
        check(value[key])


def _check_tuple(name: str, checks: list[Check], value: Any) -> None:
    if not isinstance(value, tuple | list) or len(value) != len(checks):
        raise ContractError(f"{name} is {_described(value)}, but its space is a tuple of {len(checks)}")
    for check, part in zip(checks, value, strict=True):
        check(part)


def _check_member(name: str, space: Space[Any], value: Any) -> None:
    if value not in space:
        raise ContractError(f"{name} is {_described(value)}, which is not in its space {space}")


class BoxCheck:
    """Shape, kind of numbers, and bounds; a number that is not finite is within no bounds."""

    def __init__(self, space: spaces.Box, name: str) -> None:
        self._space, self._name, self._shape = space, name, space.shape
        self._real = np.dtype(space.dtype).kind == "f"
        self._full = None if self._real else _full_range(space)
        bounds: tuple[NDArray[Any], NDArray[Any]] = _limits(space) if self._real else (space.low, space.high)
        self._low, self._high = bounds

    def check(self, value: Any) -> None:
        array = _array(value)
        if array is None or array.shape != self._shape:
            raise self._unlike(f"is {_described(value)}", f"has the shape {self._shape}")
        if not self._real:
            if array.dtype == self._full:
                return
            if array.dtype.kind == "f":
                raise self._unlike(f"has real numbers ({array.dtype})", f"has whole ones ({self._space.dtype})")
        inside = array >= self._low
        inside &= array <= self._high
        if np.count_nonzero(inside) != array.size:  # for small arrays much faster than `all`
            raise self._outside(array, inside)

    def _outside(self, array: NDArray[Any], inside: NDArray[np.bool_]) -> ContractError:
        at = tuple(int(i) for i in np.argwhere(~inside)[0])
        low, high = self._space.low[at], self._space.high[at]
        where = f" at {list(at)}" if at else ""
        return self._unlike(f"is {array[at]}{where}", f"is finite and from {low} to {high} there")

    def _unlike(self, what: str, right: str) -> ContractError:
        return ContractError(f"{self._name} {what}, but its space {right}")


def _full_range(space: spaces.Box) -> np.dtype[Any] | None:
    """The type whose every value is in the space, if there is one, so that only the type must be compared."""
    dtype: np.dtype[Any] = np.dtype(space.dtype)
    if dtype.kind == "b":
        return dtype
    limits = np.iinfo(dtype)
    return dtype if (space.low == limits.min).all() and (space.high == limits.max).all() else None


def _limits(space: spaces.Box) -> tuple[NDArray[Any], NDArray[Any]]:
    """Finite bounds with some slack; those that are infinite become the largest number that a policy can be shown."""
    dtype = np.promote_types(space.dtype, np.float32)
    largest = np.finfo(np.float32).max
    low, high = space.low.astype(np.float64), space.high.astype(np.float64)
    slack = [_SLACK * np.maximum(1.0, np.abs(np.where(np.isfinite(bound), bound, 0.0))) for bound in (low, high)]
    return np.maximum(low - slack[0], -largest).astype(dtype), np.minimum(high + slack[1], largest).astype(dtype)


def _array(value: Any) -> NDArray[Any] | None:
    """The value as an array of numbers; None if it is none."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        return None
    return array if array.dtype.kind in "biuf" else None


def _described(value: Any) -> str:
    """Type and size of a value, in a message; a short value itself."""
    if isinstance(value, tuple | list | dict):
        return f"a {type(value).__name__} of {len(value)}"
    array = _array(value)
    if array is not None and array.ndim:
        return f"an array of shape {array.shape} of {array.dtype}"
    return repr(value)[:80]
