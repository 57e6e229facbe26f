"""Meta-World (Yu et al. 2019; version 3.1.1): a Sawyer arm and fifty tasks, simulated in separate processes.

Observation float32 (39 + tasks,): hand (3), opening of the gripper (1) and up to two objects with their quaternions
(14), the same one step before (18), the goal position (3; zeros if hidden), and optionally the task, one-hot.
Observations and rewards are equal to the package's to the bit, before conversion to float32.
Actions: displacement of the hand (3) and closing of the gripper (1), each clipped to [-1, 1].

An episode begins exactly as in a new environment of the package with this goal. Success at any step of an episode
counts, as in published evaluations. The time limit is not part of a task: episodes that it ends are `truncated`.
"""

import os
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.metaworld.settings import MetaWorldSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.envs.metaworld.memory import NO_EPISODE, OBSERVED, SharedMemory
from gsl.worker.envs.metaworld.orders import BEGIN, FORGET, SAVE, STEP, SlotError, Tasks
from gsl.worker.envs.metaworld.pool import Pool
from gsl.worker.spaces import Actions

if TYPE_CHECKING:
    from gsl.worker.envs.metaworld.camera import Camera


class MetaWorldEnv:
    """An Env that can be filmed. If variations are tasks, `seed` determines which of a task's goals an episode has."""

    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("continuous", 4)
    frame_rate = 40
    """Half as fast as the arm is, so that one can follow it."""

    def __init__(self, suite: MetaWorldSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        known = {*suite.training_variations(), *suite.held_out_variations()}
        if unknown := sorted(sampler.variations - known):
            raise EnvError(f"{suite.benchmark} with {suite.variations} as variations has no variations {unknown[:10]}")
        self.num_envs = num_envs
        self.observation_shape: tuple[int, ...] = (OBSERVED + suite.one_hot_size,)
        self.variation = np.full(num_envs, IDLE, np.int64)
        self._suite, self._sampler, self._seed = suite, sampler, seed
        self._divisors = np.array([suite.reward_divisor(task) for task in suite.tasks])
        self._observation = np.zeros((num_envs, *self.observation_shape), np.float32)
        self._steps = np.zeros(num_envs, np.int64)
        self._episodes = np.zeros(num_envs, np.int64)  # number that each slot has begun
        self._succeeded = np.zeros(num_envs, np.bool_)
        self._memory = SharedMemory(num_envs)
        self._tasks = Tasks(suite.tasks, suite.drawn_goals, suite.goal_seed, not suite.hides_goals)
        self._camera: Camera | None = None
        self._picture: Picture | None = None  # of slot 0, if it is filmed
        try:
            self._pool = Pool(self._tasks, self._memory, num_envs, _processes(suite.processes, num_envs))
        finally:
            self._memory.close_descriptor()

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        self._draw()
        return self._observation.copy()

    def step(self, actions: NDArray[np.float32]) -> Step:
        """Raises EnvError if an action is not finite, or if a simulation fails or is not finite."""
        if not np.isfinite(actions).all():
            raise EnvError("an action is not finite: the policy has diverged")
        np.clip(actions, -1.0, 1.0, out=self._memory.action)
        self._order(STEP)
        variation, busy = self.variation.copy(), self.variation != IDLE
        self._observation[busy, :OBSERVED] = self._memory.observation[busy]
        reward = np.where(busy, self._memory.reward / self._divisors[self._memory.episode[:, 0]], 0.0)
        self._steps += busy
        reached = self._memory.success & busy
        self._succeeded |= reached
        success = self._succeeded.copy()
        ended = reached & self._suite.end_at_success
        truncated = busy & ~ended & (self._steps >= self._suite.time_limit)
        done = ended | truncated
        final = self._observation.copy()
        self._draw()
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._observation.copy(), reward.astype(np.float32), done, variation, success, truncated, final)

    def state(self) -> State:
        self._order(SAVE)
        return {
            "variation": self.variation.copy(),
            "episode": self._memory.episode.copy(),
            "saved": self._memory.saved.copy(),
            "observation": self._observation.copy(),
            "steps": self._steps.copy(),
            "episodes": self._episodes.copy(),
            "succeeded": self._succeeded.copy(),
        }

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["observation"].shape != self._observation.shape:
            raise EnvError(
                f"this state has observations of shape {state['observation'].shape}, not {self._observation.shape}"
            )
        self.variation = state["variation"].astype(np.int64)
        self._memory.episode[:], self._memory.saved[:] = state["episode"], state["saved"]
        self._observation[:] = state["observation"]
        self._steps, self._episodes = state["steps"].astype(np.int64), state["episodes"].astype(np.int64)
        self._succeeded = state["succeeded"].astype(np.bool_)
        self._order(FORGET)
        return self._observation.copy()

    def film(self) -> None:
        from gsl.worker.envs.metaworld.camera import Camera  # it imports MuJoCo, which else only simulations do

        self._camera = Camera(self._tasks)

    def frame(self) -> Picture:
        if self._picture is None:
            raise EnvError("the arm was not told that it is filmed, or has not begun")
        return self._picture

    def _draw(self) -> None:
        """Slot 0, if it is filmed and busy."""
        task, goal = (int(part) for part in self._memory.episode[0])
        if self._camera is not None and task != NO_EPISODE:
            self._order(SAVE)
            self._picture = self._camera.picture(task, goal, self._memory.saved[0])

    def close(self) -> None:
        """End the simulation processes."""
        if self._camera is not None:
            self._camera.close()
        self._pool.close()

    def _begin(self, slots: NDArray[np.int64]) -> None:
        """Deal a variation to each of these slots and start its episode."""
        memory = self._memory
        for slot in slots.tolist():
            self.variation[slot] = deal(self._sampler, slot)
            memory.episode[slot] = self._episode(slot, int(self.variation[slot]))
        self._steps[slots], self._succeeded[slots] = 0, False
        self._episodes[slots] += 1
        memory.begins[:] = False
        memory.begins[slots] = True
        memory.success[slots] = False
        self._order(BEGIN)
        self._observation[slots] = 0.0
        playing = slots[self.variation[slots] != IDLE]
        self._observation[playing, :OBSERVED] = memory.observation[playing]
        if self._suite.one_hot_size:
            self._observation[playing, OBSERVED + memory.episode[playing, 0]] = 1.0

    def _episode(self, slot: int, variation: int) -> tuple[int, int]:
        """Task and goal of the slot's next episode; a random goal depends only on seed, slot and episode number."""
        if variation == IDLE:
            return NO_EPISODE, 0
        task, goal = self._suite.place(variation)
        if goal is None:
            rng = np.random.default_rng([self._seed, slot, int(self._episodes[slot])])
            goal = int(rng.integers(self._suite.goals))
        return task, goal

    def _order(self, order: bytes) -> None:
        try:
            self._pool.order(order)
        except SlotError as error:
            self._fail(error)

    def _fail(self, error: SlotError) -> NoReturn:
        variation, goal = int(self.variation[error.slot]), int(self._memory.episode[error.slot, 1])
        raise EnvError(
            f"metaworld variation {variation} ({self._suite.variation_name(variation)}), goal {goal}, "
            f"seed {self._seed}, step {int(self._steps[error.slot]) + 1}: {error}"
        ) from error


def _processes(wanted: int, num_envs: int) -> int:
    """One for each CPU core that this process may use, unless set; at most one for each slot."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(wanted or cores, num_envs)
