"""What settings need to know about a registered Gymnasium environment, found by making it and taking one step.

An environment is tried once for each set of arguments, options and attributes. An id is looked up in the registry and
never taken as `module:id`, which would let a user make the server import any module: packages that register
environments name the module that does so as an entry point.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.metadata import entry_points
from typing import Any

import gymnasium
from pydantic import JsonValue

from gsl.config.errors import did_you_mean
from gsl.config.suites.base import ActionKind, Observes
from gsl.config.suites.gymnasium.choices import described
from gsl.config.suites.gymnasium.contract import ContractError, check_of, check_step, observation_of_reset, picker
from gsl.config.suites.gymnasium.spaces import action_kind, chosen, observed

MODULES = "gsl_lab.gymnasium_environments"
"""Entry points of modules that register environments on import."""

Arguments = Mapping[str, JsonValue]
Scalar = bool | int | float | str


_SEED = 0
"""Of the one episode that is begun."""


class OfferError(ValueError):
    """An environment cannot be made or played, or is not supported.

    `field` is the setting to blame; `episode` blames whatever distinguishes the variation.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True)
class Trial:
    """One environment to make, and how to begin an episode in it."""

    env_id: str
    observation_keys: tuple[str, ...] = ()
    arguments: Arguments = field(default_factory=dict)
    options: Arguments | None = None
    attributes: Arguments = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.env_id} ({described(self.attributes or self.options or self.arguments)})"


@dataclass(frozen=True)
class Offer:
    """What settings need to know about an environment."""

    observes: Observes
    actions: ActionKind
    spaces: str  # of what is observed and of actions, as text; equal for environments that one policy can play
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


def offer(trial: Trial) -> Offer:
    """What the environment offers, once it has kept to Gymnasium's API for a reset and a step. Raises OfferError."""
    return _offer(json.dumps(vars(trial), sort_keys=True))


@cache
def _register() -> str | None:
    """Let installed packages register their environments, once; returns what went wrong, if anything."""
    for entry in entry_points(group=MODULES):
        try:
            entry.load()
        except Exception as error:  # noqa: BLE001  # another's code, which may raise anything
            return f"entry point {MODULES} {entry.name} = {entry.value}: {type(error).__name__}: {error}"
    return None


@lru_cache(maxsize=1024)
def _offer(written: str) -> Offer:
    trial = Trial(**json.loads(written))
    env = _made(trial)
    try:
        attributes = _attributes(env.unwrapped)
        space = _chosen(trial, env)
        observes, actions = _supported(trial, space, env.action_space)
        _play(trial, env, space)
    finally:
        env.close()
    registered, shown = gymnasium.registry[trial.env_id], f"{space} and {env.action_space}"
    return Offer(observes, actions, shown, registered.max_episode_steps, registered.reward_threshold, attributes)


def _made(trial: Trial) -> gymnasium.Env[Any, Any]:
    try:
        return make(trial.env_id, trial.arguments)
    except (gymnasium.error.DependencyNotInstalled, ImportError) as error:
        raise OfferError("env_id", f"{trial.env_id} needs a package that is not installed: {error}") from error
    except Exception as error:
        reason = f"{trial.env_id} cannot be made: {type(error).__name__}: {error}"
        raise OfferError("arguments", reason) from error


def _chosen(trial: Trial, env: gymnasium.Env[Any, Any]) -> gymnasium.Space[Any]:
    try:
        return chosen(env.observation_space, trial.observation_keys)
    except ValueError as error:
        raise OfferError("observation_keys", f"{trial.env_id}: {error}") from error


def _supported(trial: Trial, seen: gymnasium.Space[Any], actions: gymnasium.Space[Any]) -> tuple[Observes, ActionKind]:
    try:
        return observed(seen), action_kind(actions)
    except ValueError as error:
        raise OfferError("env_id", f"{trial.env_id}: {error}") from error


def _play(trial: Trial, env: gymnasium.Env[Any, Any], space: gymnasium.Space[Any]) -> None:
    """Reset and take one random step, each held against the API and the spaces."""
    pick, check = picker(trial.observation_keys), check_of(space)
    steps = 0
    try:
        for name, value in trial.attributes.items():
            setattr(env.unwrapped, name, value)
        options = None if trial.options is None else dict(trial.options)
        check(pick(observation_of_reset(env.reset(seed=_SEED, options=options))))
        steps = 1
        env.action_space.seed(_SEED)
        check_step(env.step(env.action_space.sample()), lambda seen: check(pick(seen)))
    except Exception as error:
        reason = str(error) if isinstance(error, ContractError) else f"{type(error).__name__}: {error}"
        raise OfferError("episode", f"{trial} failed, reset seed {_SEED}, step {steps}: {reason}") from error


def _attributes(env: object) -> dict[str, Scalar]:
    """Public numbers, booleans and strings of an object and its classes, as after construction."""
    found: dict[str, Any] = {}
    for holder in (*reversed(type(env).__mro__), env):
        found |= vars(holder)
    return {name: value for name, value in found.items() if not name.startswith("_") and isinstance(value, Scalar)}
