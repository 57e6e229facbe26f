"""Stepping environments: the current observation, and the return and length of every running episode."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.base import IDLE, Env, Step
from gsl.worker.rollout.episodes import Episodes

_NO_SLOTS = np.empty(0, np.int64)


@dataclass(frozen=True)
class StepResult:
    """One step of every slot, with the episodes that ended in it and the slots they ended in."""

    step: Step
    ended: Episodes
    slots: NDArray[np.int64]
    counted: int  # environment steps, idle slots left out


class EnvRunner:
    """One environment: its current observation, and return and length so far of each running episode."""

    def __init__(self, env: Env) -> None:
        self.env, self.num_envs = env, env.num_envs
        self.observation: NDArray[Any] = env.reset()
        self._returns = np.zeros(env.num_envs)
        self._length = np.zeros(env.num_envs, np.int64)
        self._none: Episodes | None = None
        self._result: StepResult | None = None

    @property
    def groups(self) -> "Groups":
        """The groups of slots that are stepped separately: one."""
        return ((self, slice(None)),)

    def step_async(self, actions: NDArray[Any]) -> None:
        """Step every slot once; `step_wait` returns the result."""
        self._result = self.step(actions)

    def step_wait(self) -> StepResult:
        if self._result is None:
            raise AssertionError("no step was started")
        result, self._result = self._result, None
        return result

    def drain(self) -> None:
        """Wait for steps whose result nobody will ask for: none here."""

    def step(self, actions: NDArray[Any]) -> StepResult:
        """Step every slot once."""
        step = self.env.step(actions)
        busy = step.variation != IDLE
        self._returns += step.reward
        self._length += 1
        self.observation = step.observation
        if not step.done.any():
            return StepResult(step, self._no_episodes(step), _NO_SLOTS, int(np.count_nonzero(busy)))
        slots = np.flatnonzero(step.done & busy)
        success = None if step.success is None else step.success[slots]
        place = None if step.place is None else step.place[slots]
        ended = Episodes(step.variation[slots], self._returns[slots], self._length[slots], success, place)
        self._returns[step.done] = 0.0
        self._length[step.done] = 0
        return StepResult(step, ended, slots, int(np.count_nonzero(busy)))

    def _no_episodes(self, step: Step) -> Episodes:
        """No episode, with the columns that the suite's episodes have."""
        if self._none is None:
            success = None if step.success is None else np.empty(0, np.bool_)
            self._none = Episodes(_NO_SLOTS, np.empty(0), _NO_SLOTS, success, None if step.place is None else _NO_SLOTS)
        return self._none

    def restart(self) -> None:
        """Leave every running episode, and begin another one in each slot."""
        self.observation = self.env.reset()
        self._returns[:], self._length[:] = 0.0, 0

    def state(self) -> dict[str, Any]:
        """Complete except for the sampler, whose state is stored separately."""
        return {"env": self.env.state(), "earned": self._returns.copy(), "length": self._length.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state` was taken."""
        self.observation = self.env.restore(state["env"])
        self._returns = np.array(state["earned"], np.float64)
        self._length = np.array(state["length"], np.int64)

    def close(self) -> None:
        self.env.close()


class SlotGroup(Protocol):
    """Slots that are stepped together."""

    @property
    def observation(self) -> NDArray[Any]: ...

    def step_async(self, actions: NDArray[Any]) -> None: ...

    def step_wait(self) -> StepResult: ...


Groups = tuple[tuple[SlotGroup, slice], ...]


class Loop(Protocol):
    """One environment, or two that alternate."""

    num_envs: int

    @property
    def env(self) -> Env:
        """One of the environments: all have the same observations and actions."""

    @property
    def groups(self) -> Groups: ...

    def drain(self) -> None: ...

    def restart(self) -> None: ...

    def state(self) -> dict[str, Any]: ...

    def restore(self, state: dict[str, Any]) -> None: ...

    def close(self) -> None: ...
