"""Constructing and reusing environments: a variation that is set at construction needs an environment of its own."""

from collections import deque
from functools import lru_cache
from typing import Any, Protocol

import gymnasium
import numpy as np
from gymnasium import Space
from numpy.typing import NDArray

from gsl.config.suites.gymnasium.contract import ContractError
from gsl.seeds import derive
from gsl.worker.envs.base import IDLE, EnvError, Sampler

AnyEnv = gymnasium.Env[Any, Any]


class Recipe(Protocol):
    """How a suite's settings become episodes of registered environments. Methods raise what environments raise."""

    env_id: str
    variations: frozenset[int]
    max_episode_steps: int
    success_key: str | None
    """Key of the success signal in an episode's last info; None without such a signal."""
    observation_keys: tuple[str, ...]
    """Keys of a dictionary observation that the policy sees; empty for all."""
    filmed: bool
    """Whether environments are made so that they draw pictures."""

    def name(self, variation: int) -> str:
        """Name of a variation in messages."""

    def kind(self, variation: int) -> int:
        """Variations of the same kind can use the same environment."""

    def make(self, variation: int) -> AnyEnv:
        """Construct an environment for variations of this kind, without time limit."""

    def prepare(self, env: AnyEnv, variation: int) -> None:
        """Called before every reset: set the variation, if that is not done at construction."""

    def reset(self, env: AnyEnv, variation: int, seed: int) -> Any:
        """Begin an episode that does not depend on earlier ones; returns what the environment's reset returns."""

    def reset_seed(self, seed: int, slot: int, episode: int, variation: int) -> int:
        """Seed for the reset of a slot's n-th episode."""


_BLOCK = 64


def episode_seed(seed: int, slot: int, episode: int) -> int:
    """A 31-bit seed for a slot's n-th episode; drawn in blocks, because each SeedSequence of numpy takes 20 us."""
    return _seeds(seed, slot, episode // _BLOCK)[episode % _BLOCK]


@lru_cache(maxsize=8192)
def _seeds(seed: int, slot: int, block: int) -> list[int]:
    words = np.random.SeedSequence([derive(seed, "episode", slot), block]).generate_state(_BLOCK)
    return (words & 0x7FFFFFFF).tolist()  # type: ignore[no-any-return]  # numpy says Any


class Pool:
    """Provides environments that are ready for a variation; keeps at most `idle` unused ones."""

    def __init__(self, recipe: Recipe, idle: int) -> None:
        self._recipe, self._most = recipe, idle
        self._idle: deque[tuple[int, AnyEnv]] = deque()
        self._spaces: tuple[Space[Any], Space[Any]] | None = None

    def take(self, variation: int) -> AnyEnv:
        kind = self._recipe.kind(variation)
        found = next((pair for pair in self._idle if pair[0] == kind), None)
        if found is not None:
            self._idle.remove(found)
        env = found[1] if found is not None else self._new(variation)
        self._recipe.prepare(env, variation)
        return env

    def _new(self, variation: int) -> AnyEnv:
        """An environment; its spaces must be those of the first one."""
        env = self._recipe.make(variation)
        spaces = env.observation_space, env.action_space
        self._spaces = self._spaces or spaces
        if spaces != self._spaces:
            shown = [f"{seen} and {actions}" for seen, actions in (spaces, self._spaces)]
            env.close()
            raise ContractError(f"its spaces are {shown[0]}; they must be those of the first variation, {shown[1]}")
        return env

    def give_back(self, variation: int, env: AnyEnv) -> None:
        self._idle.append((self._recipe.kind(variation), env))
        if len(self._idle) > self._most:
            self._idle.popleft()[1].close()

    def close(self) -> None:
        for _, env in self._idle:
            env.close()
        self._idle.clear()


class Tape:
    """The actions of the running episodes: the newest `length` of every slot; no episode is longer."""

    def __init__(self, length: int) -> None:
        self._taken: deque[NDArray[Any]] = deque(maxlen=length)

    def record(self, actions: NDArray[Any]) -> None:
        """Add the actions of all slots in one step."""
        self._taken.append(np.array(actions))

    def newest(self, counts: list[int]) -> NDArray[Any]:
        """The newest `counts[slot]` actions of each slot, concatenated: (sum of counts, ...)."""
        taken = list(self._taken)
        parts = [[action[slot] for action in taken[len(taken) - count :]] for slot, count in enumerate(counts)]
        return np.array([action for part in parts for action in part])

    def rewind(self, counts: list[int], actions: NDArray[Any]) -> list[NDArray[Any]]:
        """Restore what `newest` returned for `counts`; returns each slot's actions."""
        parts = np.split(actions, np.cumsum(counts)[:-1])
        rows = np.zeros((max(counts), len(counts), *actions.shape[1:]), actions.dtype)
        for slot, part in enumerate(parts):
            rows[len(rows) - len(part) :, slot] = part
        self._taken.clear()
        self._taken.extend(rows)
        return parts


def check_variations(recipe: Recipe, sampler: Sampler) -> None:
    """Raise EnvError if the sampler can deal variations that the suite does not have."""
    unknown = sorted(sampler.variations - recipe.variations)
    if unknown:
        raise EnvError(f"{recipe.env_id}: these settings have no variations {unknown[:10]}")


def check_finite(
    recipe: Recipe, observation: NDArray[Any], reward: NDArray[np.float32], variation: NDArray[np.int64],
    seed: NDArray[np.int64], steps: NDArray[np.int64],
) -> None:  # fmt: skip
    """Raise EnvError for the first busy slot whose observation or reward is not finite."""
    if np.isfinite(reward).all() and (observation.dtype == np.uint8 or np.isfinite(observation).all()):
        return
    fine = np.isfinite(reward) & np.isfinite(observation).reshape(len(reward), -1).all(axis=1)
    for slot in np.flatnonzero(~fine & (variation != IDLE)).tolist():
        shown = ContractError(f"reward {reward[slot]}, observation {observation[slot]}; both must be finite")
        raise failure(recipe, int(variation[slot]), int(seed[slot]), int(steps[slot]), shown)


def failure(recipe: Recipe, variation: int, seed: int, step: int, error: Exception) -> EnvError:
    """An EnvError with everything needed to reproduce it: variation, reset seed and step."""
    if isinstance(error, EnvError):
        return error
    name = recipe.name(variation) if variation != IDLE else "idle"
    reason = str(error) if isinstance(error, ContractError) else f"{type(error).__name__}: {error}"
    return EnvError(
        f"{recipe.env_id} failed in variation {variation} ({name}), reset seed {seed}, step {step}: {reason}"
    )
