"""Environments made, lent to slots and taken back: a variation that is built in needs an environment of its own."""

from collections import deque
from functools import lru_cache
from typing import Any, Protocol

import gymnasium
import numpy as np
from numpy.typing import NDArray

from gsl.seeds import derive

AnyEnv = gymnasium.Env[Any, Any]


class Recipe(Protocol):
    """How a suite's settings become episodes of registered environments. Every method raises what theirs raise."""

    env_id: str
    variations: frozenset[int]
    max_episode_steps: int
    success_key: str | None
    """Entry of an episode's last info that tells success; None: there is no such signal."""

    def name(self, variation: int) -> str:
        """For people."""

    def kind(self, variation: int) -> int:
        """Variations of one kind are played in the same environments."""

    def make(self, variation: int) -> AnyEnv:
        """An environment for variations of this kind, without time limit."""

    def prepare(self, env: AnyEnv, variation: int) -> None:
        """Before every reset: what makes it this variation, if that is not built in."""

    def reset(self, env: AnyEnv, variation: int, seed: int) -> Any:
        """The first observation of an episode; nothing of earlier ones may be left."""

    def reset_seed(self, seed: int, slot: int, episode: int, variation: int) -> int:
        """What the reset of a slot's n-th episode is seeded with."""


_BLOCK = 64


def episode_seed(seed: int, slot: int, episode: int) -> int:
    """A 31-bit seed for a slot's n-th episode; drawn in blocks, since numpy's SeedSequence takes 20 us a time."""
    return _seeds(seed, slot, episode // _BLOCK)[episode % _BLOCK]


@lru_cache(maxsize=8192)
def _seeds(seed: int, slot: int, block: int) -> list[int]:
    words = np.random.SeedSequence([derive(seed, "episode", slot), block]).generate_state(_BLOCK)
    return (words & 0x7FFFFFFF).tolist()  # type: ignore[no-any-return]  # numpy says Any


class Pool:
    """Lends environments that are ready for a variation; keeps at most `idle` that nobody plays."""

    def __init__(self, recipe: Recipe, idle: int) -> None:
        self._recipe, self._most = recipe, idle
        self._idle: deque[tuple[int, AnyEnv]] = deque()

    def take(self, variation: int) -> AnyEnv:
        kind = self._recipe.kind(variation)
        found = next((pair for pair in self._idle if pair[0] == kind), None)
        if found is not None:
            self._idle.remove(found)
        env = found[1] if found is not None else self._recipe.make(variation)
        self._recipe.prepare(env, variation)
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
    """The actions of the episodes under way: the newest `length` of every slot; no episode is longer."""

    def __init__(self, length: int) -> None:
        self._taken: deque[NDArray[Any]] = deque(maxlen=length)

    def record(self, actions: NDArray[Any]) -> None:
        """One step: an action of every slot."""
        self._taken.append(np.array(actions))

    def newest(self, counts: list[int]) -> NDArray[Any]:
        """The newest `counts[slot]` actions of each slot, slot after slot: (sum of counts, ...)."""
        taken = list(self._taken)
        parts = [[action[slot] for action in taken[len(taken) - count :]] for slot, count in enumerate(counts)]
        return np.array([action for part in parts for action in part])

    def rewind(self, counts: list[int], actions: NDArray[Any]) -> list[NDArray[Any]]:
        """Hold what `newest` gave for `counts`; each slot's part of it."""
        parts = np.split(actions, np.cumsum(counts)[:-1])
        rows = np.zeros((max(counts), len(counts), *actions.shape[1:]), actions.dtype)
        for slot, part in enumerate(parts):
            rows[len(rows) - len(part) :, slot] = part
        self._taken.clear()
        self._taken.extend(rows)
        return parts
