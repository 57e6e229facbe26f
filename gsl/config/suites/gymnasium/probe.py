"""What settings need to know about a registered Gymnasium environment, found by making it once.

An environment is made once for each set of arguments. An id is looked up in the registry and never taken as
`module:id`, which would let a user make the server import any module: packages that register environments name the
module that does so as an entry point.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import entry_points
from typing import Any

import gymnasium
from pydantic import JsonValue

from gsl.config.errors import did_you_mean
from gsl.config.suites.base import ActionKind, Observes
from gsl.config.suites.gymnasium.spaces import action_kind, observed

MODULES = "gsl_lab.gymnasium_environments"
"""Entry points of modules that register environments on import."""

Arguments = Mapping[str, JsonValue]
Scalar = bool | int | float | str


class OfferError(ValueError):
    """An environment cannot be made or is not supported; `field` is the setting to blame."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True)
class Offer:
    """What settings need to know about an environment."""

    observes: Observes
    actions: ActionKind
    spaces: str  # both, as text; equal for environments that one policy can play
    time_limit: int | None  # as registered, steps
    threshold: float | None  # as registered: the return at which it counts as solved
    attributes: Mapping[str, Scalar]  # of the unwrapped environment, those that settings can change


def unavailable(env_id: str) -> str | None:
    """Why the id is not available; None if it is."""
    unregistered = _register()
    if unregistered is not None:
        return unregistered
    if env_id in gymnasium.registry:
        return None
    return f"{env_id!r} is not registered with Gymnasium{did_you_mean(env_id, gymnasium.registry)}"


def make(env_id: str, arguments: Arguments) -> gymnasium.Env[Any, Any]:
    """The environment with its own wrappers, but without time limit and checks, which are up to the caller.

    Raises whatever its constructor raises.
    """
    registered = gymnasium.registry[env_id]
    spec = replace(registered, max_episode_steps=None, order_enforce=False, disable_env_checker=True)
    given: dict[str, Any] = dict(arguments)
    return gymnasium.make(spec, **given)


def offer(env_id: str, arguments: Arguments) -> Offer:
    """Raises OfferError."""
    return _offer(env_id, json.dumps(arguments, sort_keys=True))


@cache
def _register() -> str | None:
    """Let installed packages register their environments, once; returns what went wrong, if anything."""
    for entry in entry_points(group=MODULES):
        try:
            entry.load()
        except Exception as error:  # noqa: BLE001  # another's code, which may raise anything
            return f"entry point {MODULES} {entry.name} = {entry.value}: {type(error).__name__}: {error}"
    return None


def try_reset(env_id: str, arguments: Arguments, options: Arguments) -> str | None:
    """Why the environment rejects these reset options; None if it accepts them."""
    env = make(env_id, arguments)
    try:
        env.reset(seed=0, options=dict(options))
    except Exception as error:  # noqa: BLE001  # another's code, which may raise anything
        return f"{type(error).__name__}: {error}"
    finally:
        env.close()
    return None


@lru_cache(maxsize=1024)
def _offer(env_id: str, arguments: str) -> Offer:
    try:
        env = make(env_id, json.loads(arguments))
    except (gymnasium.error.DependencyNotInstalled, ImportError) as error:
        raise OfferError("env_id", f"{env_id} needs a package that is not installed: {error}") from error
    except Exception as error:
        raise OfferError("arguments", f"{env_id} cannot be made: {type(error).__name__}: {error}") from error
    try:
        observes = observed(env.observation_space)
        actions = action_kind(env.action_space)
    except ValueError as error:
        raise OfferError("env_id", f"{env_id}: {error}") from error
    finally:
        env.close()
    registered, seen = gymnasium.registry[env_id], f"{env.observation_space} and {env.action_space}"
    limit, threshold = registered.max_episode_steps, registered.reward_threshold
    return Offer(observes, actions, seen, limit, threshold, _attributes(env.unwrapped))


def _attributes(env: object) -> dict[str, Scalar]:
    """Public numbers, booleans and strings of an object and its classes, as after construction."""
    found: dict[str, Any] = {}
    for holder in (*reversed(type(env).__mro__), env):
        found |= vars(holder)
    return {name: value for name, value in found.items() if not name.startswith("_") and isinstance(value, Scalar)}
