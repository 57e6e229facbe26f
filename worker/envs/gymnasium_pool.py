"""Environments made, lent to slots and taken back: a variation by constructor arguments needs one of its own."""

from collections import deque
from typing import Any

import gymnasium

from gsl.config.suites.gymnasium import GymnasiumSuite
from gsl.config.suites.gymnasium_offer import make
from gsl.seeds import derive
from worker.envs.gymnasium_attributes import attributes_of

AnyEnv = gymnasium.Env[Any, Any]


class Pool:
    """Lends environments that are ready for a variation; keeps at most `idle` that nobody plays."""

    def __init__(self, suite: GymnasiumSuite, idle: int) -> None:
        self._suite, self._most = suite, idle
        self._idle: deque[tuple[int, AnyEnv]] = deque()
        self._attributes: dict[int, dict[str, Any]] = {}

    def take(self, variation: int) -> AnyEnv:
        """Raises whatever the environment's constructor raises."""
        kind = self._kind(variation)
        found = next((pair for pair in self._idle if pair[0] == kind), None)
        if found is not None:
            self._idle.remove(found)
            env = found[1]
        else:
            env = make(self._suite.env_id, self._suite.constructor(self._suite.choice(variation)))
        self._prepare(env, variation)
        return env

    def give_back(self, variation: int, env: AnyEnv) -> None:
        self._idle.append((self._kind(variation), env))
        if len(self._idle) > self._most:
            self._idle.popleft()[1].close()

    def reset(self, env: AnyEnv, variation: int, seed: int) -> Any:
        """The first observation of an episode."""
        options = dict(self._suite.choice(variation)) if self._suite.vary == "options" else None
        return env.reset(seed=seed, options=options)[0]

    def close(self) -> None:
        for _, env in self._idle:
            env.close()
        self._idle.clear()

    def _kind(self, variation: int) -> int:
        return variation if self._suite.vary == "arguments" else 0

    def _prepare(self, env: AnyEnv, variation: int) -> None:
        if self._suite.vary != "attributes":
            return
        if variation not in self._attributes:
            self._attributes[variation] = attributes_of(self._suite, variation)
        for name, value in self._attributes[variation].items():
            setattr(env.unwrapped, name, value)


def episode_seed(suite: GymnasiumSuite, seed: int, slot: int, episode: int, variation: int) -> int:
    """What the reset of a slot's n-th episode is seeded with: the variation itself where seeds tell them apart."""
    return variation if suite.vary == "seed" else derive(seed, "episode", slot, episode)
