"""Steps to learn from, and episodes for evaluation and demonstrations."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from worker.envs.base import IDLE, Env, EnvError, Step
from worker.experience import Decision, Rollout
from worker.rollout.env_runner import Advance, EnvironmentLoop, Loop
from worker.rollout.episodes import Episodes, join
from worker.spaces import Actions

Policy = Callable[[NDArray[Any]], NDArray[Any]]
"""Observations of all slots to one action a slot."""


class Actor(Protocol):
    """A learner, as far as a rollout needs it."""

    def decide(self, observation: NDArray[Any]) -> Decision: ...


def collect(loop: Loop, actor: Actor, num_steps: int, between: Callable[[], None]) -> tuple[Rollout, Episodes]:
    """`num_steps` steps of every slot to learn from. `between` is called between steps and may raise."""
    store = _Storage(loop, num_steps)
    ended: list[Episodes] = []
    try:
        for t in range(num_steps + 1):
            if t < num_steps:
                between()
            for part, slots in loop.parts:
                if t > 0:
                    advance = part.wait()
                    store.put_step(t - 1, slots, advance.step)
                    if len(advance.ended) or not ended:  # the first tells whether the suite has successes
                        ended.append(advance.ended)
                if t < num_steps:
                    decision = actor.decide(part.observation)
                    store.put_decision(t, slots, part.observation, decision)
                    part.order(decision.action)
    finally:
        loop.settle()
    return store.rollout(np.concatenate([part.observation for part, _ in loop.parts])), join(ended)


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
    watch: Watcher | None = None,
) -> tuple[Episodes, int]:  # fmt: skip
    """Play the `episodes` that the sampler deals, each to its end. Returns them and the environment steps they took.

    To stop earlier would keep the quick ones and lose those under way. Raises EnvError where the sampler deals more.
    """
    loop = EnvironmentLoop(env)
    ended: list[Episodes] = []
    finished = steps = 0
    while finished < episodes:
        between()
        observation = loop.observation.copy()  # an environment may write the next one into the same memory
        action = policy(observation)
        advance = loop.advance(action)
        if watch is not None:
            watch(observation, action, advance)
        ended.append(advance.ended)
        finished, steps = finished + len(advance.ended), steps + advance.counted
    if (env.variation != IDLE).any():
        raise EnvError(f"the sampler dealt more than the {episodes} episodes that were to be played")
    return join(ended), steps


class _Storage:
    """Memory for one rollout."""

    def __init__(self, loop: Loop, num_steps: int) -> None:
        env, shape = loop.env, (num_steps, loop.num_envs)
        self._observation = np.empty((*shape, *env.observation_shape), env.observation_dtype)
        self._action = _actions(shape, env.actions)
        self._log_prob = np.empty(shape, np.float32)
        self._value: NDArray[np.float32] | None = None
        self._reward = np.empty(shape, np.float32)
        self._done = np.empty(shape, np.bool_)
        self._variation = np.empty(shape, np.int64)
        self._truncated: NDArray[np.bool_] | None = None
        self._final: list[NDArray[Any]] = []

    def put_decision(self, t: int, slots: slice, observation: NDArray[Any], decision: Decision) -> None:
        self._observation[t, slots], self._action[t, slots] = observation, decision.action
        self._log_prob[t, slots] = decision.log_prob.numpy()
        if decision.value is not None:
            if self._value is None:
                self._value = np.empty_like(self._log_prob)
            self._value[t, slots] = decision.value.numpy()

    def put_step(self, t: int, slots: slice, step: Step) -> None:
        self._reward[t, slots], self._done[t, slots] = step.reward, step.done
        self._variation[t, slots] = step.variation
        if step.truncated is not None and step.final_observation is not None:
            if self._truncated is None:
                self._truncated = np.zeros(self._done.shape, np.bool_)
            self._truncated[t, slots] = step.truncated
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
            next_observation=torch.from_numpy(next_observation),
            truncated=None if self._truncated is None else torch.from_numpy(self._truncated),
            final_observation=torch.from_numpy(np.concatenate(self._final)) if self._final else None,
        )


def _actions(shape: tuple[int, int], actions: Actions) -> NDArray[Any]:
    """Memory for the actions of a rollout."""
    if actions.kind == "discrete":
        return np.empty(shape, np.int64)
    return np.empty((*shape, actions.size), np.float32)
