"""Environments under way, which is all that steps them."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from worker.envs.base import IDLE, Env, Step
from worker.rollout.episodes import Episodes

_NO_SLOTS = np.empty(0, np.int64)


@dataclass(frozen=True)
class Advance:
    """One step of every slot, with the episodes that ended in it and the slots they ended in."""

    step: Step
    ended: Episodes
    slots: NDArray[np.int64]
    counted: int  # environment steps, idle slots left out


class EnvironmentLoop:
    """An environment under way: its current observation and what each running episode has earned so far."""

    def __init__(self, env: Env) -> None:
        self.env, self.num_envs = env, env.num_envs
        self.observation: NDArray[Any] = env.reset()
        self._earned = np.zeros(env.num_envs)
        self._length = np.zeros(env.num_envs, np.int64)
        self._none: Episodes | None = None
        self._advance: Advance | None = None

    @property
    def parts(self) -> "Parts":
        """What is stepped separately, with the slots it has: all of it together."""
        return ((self, slice(None)),)

    def order(self, actions: NDArray[Any]) -> None:
        """Step every slot once; `wait` tells what came of it."""
        self._advance = self.advance(actions)

    def wait(self) -> Advance:
        if self._advance is None:
            raise AssertionError("nothing was ordered")
        advance, self._advance = self._advance, None
        return advance

    def settle(self) -> None:
        """Leave no step under way."""

    def advance(self, actions: NDArray[Any]) -> Advance:
        """Step every slot once; episodes that end together are all noted."""
        step = self.env.step(actions)
        busy = step.variation != IDLE
        self._earned += step.reward
        self._length += 1
        self.observation = step.observation
        if not step.done.any():
            return Advance(step, self._nothing(step), _NO_SLOTS, int(np.count_nonzero(busy)))
        slots = np.flatnonzero(step.done & busy)
        success = None if step.success is None else step.success[slots]
        ended = Episodes(step.variation[slots], self._earned[slots], self._length[slots], success)
        self._earned[step.done] = 0.0
        self._length[step.done] = 0
        return Advance(step, ended, slots, int(np.count_nonzero(busy)))

    def _nothing(self, step: Step) -> Episodes:
        """No episode, with successes where the suite has them."""
        if self._none is None:
            success = None if step.success is None else np.empty(0, np.bool_)
            self._none = Episodes(_NO_SLOTS, np.empty(0), _NO_SLOTS, success)
        return self._none

    def state(self) -> dict[str, Any]:
        """Complete but for the sampler, whose state is kept beside it."""
        return {"env": self.env.state(), "earned": self._earned.copy(), "length": self._length.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on exactly where `state` was taken."""
        self.observation = self.env.restore(state["env"])
        self._earned = np.array(state["earned"], np.float64)
        self._length = np.array(state["length"], np.int64)

    def close(self) -> None:
        self.env.close()


class Part(Protocol):
    """Slots that are stepped together."""

    @property
    def observation(self) -> NDArray[Any]: ...

    def order(self, actions: NDArray[Any]) -> None: ...

    def wait(self) -> Advance: ...


Parts = tuple[tuple[Part, slice], ...]


class Loop(Protocol):
    """One environment, or its halves."""

    num_envs: int

    @property
    def env(self) -> Env:
        """Any part of it: what a policy sees and can do is the same in all."""

    @property
    def parts(self) -> Parts: ...

    def settle(self) -> None: ...

    def state(self) -> dict[str, Any]: ...

    def restore(self, state: dict[str, Any]) -> None: ...

    def close(self) -> None: ...
