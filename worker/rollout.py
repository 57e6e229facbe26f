"""The only code that steps environments: for training, for evaluation, for demonstrations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from worker.envs.base import IDLE, Env, Step
from worker.episodes import Episodes, join
from worker.experience import Decision, Rollout
from worker.spaces import Actions

Policy = Callable[[NDArray[Any]], NDArray[Any]]
"""Observations of all slots to one action a slot."""


_NO_SLOTS = np.empty(0, np.int64)


class Actor(Protocol):
    """A learner, as far as a rollout needs it."""

    def decide(self, observation: NDArray[Any]) -> Decision: ...


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
        self.env = env
        self.observation: NDArray[Any] = env.reset()
        self._earned = np.zeros(env.num_envs)
        self._length = np.zeros(env.num_envs, np.int64)
        self._none: Episodes | None = None

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


def collect(
    loop: EnvironmentLoop, actor: Actor, num_steps: int, between: Callable[[], None]
) -> tuple[Rollout, Episodes]:
    """`num_steps` steps of every slot to learn from. `between` is called between steps and may raise."""
    store = _Storage(loop.env, num_steps)
    ended: list[Episodes] = []
    for t in range(num_steps):
        between()
        observation = loop.observation
        decision = actor.decide(observation)
        store.put_decision(t, observation, decision)
        advance = loop.advance(decision.action)
        store.put_step(t, advance.step)
        if len(advance.ended) or not ended:  # the first tells whether the suite has successes
            ended.append(advance.ended)
    return store.rollout(loop.observation), join(ended)


class Watcher(Protocol):
    """Sees what is played, as a recorder of demonstrations does."""

    def __call__(self, observation: NDArray[Any], action: NDArray[Any], advance: Advance) -> None: ...


def together(*watchers: Watcher | None) -> Watcher | None:
    """One for all of them; None where there is none."""
    present = [watcher for watcher in watchers if watcher is not None]

    def watch(observation: NDArray[Any], action: NDArray[Any], advance: Advance) -> None:
        for watcher in present:
            watcher(observation, action, advance)

    return watch if present else None


def play(
    env: Env, policy: Policy, episodes: int, between: Callable[[], None],
    watch: Watcher | None = None, most_steps: int | None = None,
) -> tuple[Episodes, int]:  # fmt: skip
    """Play until `episodes` have ended; the sampler decides which. Returns them and the environment steps they took.

    No step is taken that might exceed `most_steps`; episodes under way by then are lost.
    """
    loop = EnvironmentLoop(env)
    ended: list[Episodes] = []
    finished = steps = 0
    while finished < episodes and (most_steps is None or steps + env.num_envs <= most_steps):
        between()
        observation = loop.observation.copy()  # an environment may write the next one into the same memory
        action = policy(observation)
        advance = loop.advance(action)
        if watch is not None:
            watch(observation, action, advance)
        ended.append(advance.ended)
        finished, steps = finished + len(advance.ended), steps + advance.counted
    return join(ended), steps


class _Storage:
    """Memory for one rollout."""

    def __init__(self, env: Env, num_steps: int) -> None:
        shape = (num_steps, env.num_envs)
        self._observation = np.empty((*shape, *env.observation_shape), env.observation_dtype)
        self._action = _actions(shape, env.actions)
        self._log_prob = np.empty(shape, np.float32)
        self._value: NDArray[np.float32] | None = None
        self._reward = np.empty(shape, np.float32)
        self._done = np.empty(shape, np.bool_)
        self._variation = np.empty(shape, np.int64)
        self._truncated: NDArray[np.bool_] | None = None
        self._final: list[NDArray[Any]] = []

    def put_decision(self, t: int, observation: NDArray[Any], decision: Decision) -> None:
        self._observation[t], self._action[t] = observation, decision.action
        self._log_prob[t] = decision.log_prob.numpy()
        if decision.value is not None:
            if self._value is None:
                self._value = np.empty_like(self._log_prob)
            self._value[t] = decision.value.numpy()

    def put_step(self, t: int, step: Step) -> None:
        self._reward[t], self._done[t], self._variation[t] = step.reward, step.done, step.variation
        if step.truncated is not None and step.final_observation is not None:
            if self._truncated is None:
                self._truncated = np.zeros(self._done.shape, np.bool_)
            self._truncated[t] = step.truncated
            if step.truncated.any() or not self._final:
                self._final.append(step.final_observation[step.truncated])

    def rollout(self, next_observation: NDArray[Any]) -> Rollout:
        return Rollout(
            observation=torch.from_numpy(self._observation),
            action=torch.from_numpy(self._action),
            log_prob=torch.from_numpy(self._log_prob),
            value=None if self._value is None else torch.from_numpy(self._value),
            reward=torch.from_numpy(self._reward),
            done=torch.from_numpy(self._done),
            variation=torch.from_numpy(self._variation),
            next_observation=torch.from_numpy(next_observation.copy()),
            truncated=None if self._truncated is None else torch.from_numpy(self._truncated),
            final_observation=torch.from_numpy(np.concatenate(self._final)) if self._final else None,
        )


def _actions(shape: tuple[int, int], actions: Actions) -> NDArray[Any]:
    """Memory for the actions of a rollout."""
    if actions.kind == "discrete":
        return np.empty(shape, np.int64)
    return np.empty((*shape, actions.size), np.float32)
