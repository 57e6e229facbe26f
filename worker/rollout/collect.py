"""Steps to learn from, and episodes for evaluation and demonstrations."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from gsl.worker.envs.base import IDLE, Env, EnvError, Step
from gsl.worker.experience import Decision, Rollout
from gsl.worker.rollout.env_runner import EnvRunner, Loop, StepResult
from gsl.worker.rollout.episodes import Episodes, join
from gsl.worker.spaces import Actions

Policy = Callable[[NDArray[Any]], NDArray[Any]]
"""Maps the observations of all slots to one action for each slot."""


class Actor(Protocol):
    """What a rollout needs of a learner."""

    def decide(self, observation: NDArray[Any]) -> Decision: ...


Collected = tuple[Rollout, Episodes]


def collect(loop: Loop, actor: Actor, num_steps: int, on_step: Callable[[], None]) -> Collected:
    """`num_steps` steps of every slot to learn from. `on_step` is called before each step and may raise."""
    playing = Playing(loop, num_steps)
    try:
        for t in range(num_steps):
            on_step()
            for group in range(len(loop.groups)):
                playing.act(t, group, actor.decide(playing.observe(t, group)))
        return playing.end()
    finally:
        loop.drain()


class Playing:
    """A rollout in the making. For each step t and each group of slots: first `observe`, then `act`."""

    def __init__(self, loop: Loop, num_steps: int) -> None:
        self._loop, self._groups, self._num_steps = loop, loop.groups, num_steps
        self._store = _Storage(loop, num_steps)
        self._ended: list[Episodes] = []

    def observe(self, t: int, group: int) -> NDArray[Any]:
        """What the group's slots see at step t, after their step before."""
        slots, where = self._groups[group]
        if t > 0:
            result = slots.step_wait()
            self._store.put_step(t - 1, where, result.step)
            if len(result.ended) or not self._ended:  # the first shows whether the suite has a success signal
                self._ended.append(result.ended)
        return slots.observation

    def act(self, t: int, group: int, decision: Decision) -> None:
        """Begin step t with the decision on what was observed."""
        slots, where = self._groups[group]
        self._store.put_decision(t, where, slots.observation, decision)
        slots.step_async(decision.action)

    def end(self) -> Collected:
        """The rollout, after its last step, and the episodes that ended in it."""
        seen = [self.observe(self._num_steps, group) for group in range(len(self._groups))]
        return self._store.rollout(np.concatenate(seen)), join(self._ended)


class Observer(Protocol):
    """Is called with every step that is played; a recorder of demonstrations is one."""

    def __call__(self, observation: NDArray[Any], action: NDArray[Any], result: StepResult) -> None: ...


def observers(*given: Observer | None) -> Observer | None:
    """One observer for all of them; None if there are none."""
    present = [observer for observer in given if observer is not None]

    def observe(observation: NDArray[Any], action: NDArray[Any], result: StepResult) -> None:
        for observer in present:
            observer(observation, action, result)

    return observe if present else None


def play(
    env: Env, policy: Policy, episodes: int, on_step: Callable[[], None],
    observe: Observer | None = None,
) -> tuple[Episodes, int]:  # fmt: skip
    """Play the `episodes` that the sampler deals, each to its end. Returns them and the environment steps they took.

    Stopping earlier would keep short episodes and lose long ones. Raises EnvError if the sampler deals more.
    """
    runner = EnvRunner(env)
    ended: list[Episodes] = []
    finished = steps = 0
    while finished < episodes:
        on_step()
        observation = runner.observation.copy()  # an environment may write the next one into the same memory
        action = policy(observation)
        result = runner.step(action)
        if observe is not None:
            observe(observation, action, result)
        ended.append(result.ended)
        finished, steps = finished + len(result.ended), steps + result.counted
    if (env.variation != IDLE).any():
        raise EnvError(f"the sampler dealt more than the {episodes} requested episodes")
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
