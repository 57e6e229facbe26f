"""Trials: a slot plays one variation for several episodes in a row, and a learner with memory sees what it needs.

Around any Env with vectors. The observation is followed by the last action (one-hot, or as it is), the last reward,
whether it ended an episode, and last a mark that says what the policy does with its memory before this step. At the
beginning of a trial there is no last action: those are zeros.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.base import IDLE, Env, EnvError, FilmedEnv, Picture, Sampler, State, Step, deal
from gsl.worker.spaces import FORGET, KEEP, NOTE, RECALL

MakeEnv = Callable[[Sampler], Env]


@dataclass(frozen=True)
class Trial:
    """Episodes of a trial, and of those that are scored after it, each with the memory that the trial left."""

    episodes: int = 1
    scored: int = 0

    @property
    def all(self) -> int:
        return self.episodes + self.scored


class Repeats:
    """A Sampler that deals each variation of another sampler to a slot for all episodes of a trial."""

    def __init__(self, sampler: Sampler, num_envs: int, episodes: int) -> None:
        self._sampler, self._episodes = sampler, episodes
        self.variations = sampler.variations
        self.variation = np.full(num_envs, IDLE, np.int64)
        self.place = np.full(num_envs, episodes - 1, np.int64)  # of the slot's episode in its trial

    def next(self, slot: int) -> int | None:
        following = self.place[slot] + 1
        if following < self._episodes:
            self.place[slot] = following
            return int(self.variation[slot])
        dealt = deal(self._sampler, slot)
        self.variation[slot] = dealt
        self.place[slot] = self._episodes - 1 if dealt == IDLE else 0
        return None if dealt == IDLE else dealt

    def state(self) -> dict[str, Any]:
        return self._sampler.state()

    def restore(self, state: dict[str, Any]) -> None:
        self._sampler.restore(state)


class TrialEnv:
    """An Env that plays trials in another one, which `make` makes with the sampler that it is given."""

    def __init__(self, make: MakeEnv, num_envs: int, sampler: Sampler, trial: Trial) -> None:
        self._trial, self._repeats = trial, Repeats(sampler, num_envs, trial.all)
        self._env = make(self._repeats)
        if len(self._env.observation_shape) != 1:
            raise EnvError("a learner with memory sees vectors, not pictures")
        self.num_envs, self.actions = num_envs, self._env.actions
        self._seen, self._size = self._env.observation_shape[0], self._env.actions.size
        self.observation_shape: tuple[int, ...] = (self._seen + self._size + 3,)
        self.observation_dtype: np.dtype[Any] = np.dtype(np.float32)
        self._last = np.zeros((num_envs, self._size + 2), np.float32)  # action, reward, done
        self._noted = np.zeros_like(self._last)
        self._mark = np.full(num_envs, FORGET, np.float32)
        self._choices = np.eye(self._size, dtype=np.float32)
        self.variation = self._env.variation
        self.frame_rate = 0  # until it is filmed

    def reset(self) -> NDArray[np.float32]:
        self._repeats.place[:] = self._trial.all - 1  # whatever was played: a trial begins
        observation = self._env.reset()
        self.variation = self._env.variation
        self._last[:], self._mark[:] = 0.0, FORGET
        return self._with_last(observation)

    def step(self, actions: NDArray[Any]) -> Step:
        place = self._repeats.place.copy()
        step = self._env.step(actions)
        self.variation = self._env.variation
        self._last[:, : self._size] = self._acted(actions)
        self._last[:, -2], self._last[:, -1] = step.reward, step.done
        self._mark[:] = KEEP
        final = None if step.final_observation is None else self._with_last(step.final_observation)
        if step.done.any():
            self._go_on(step.done, self._repeats.place)
        return replace(step, observation=self._with_last(step.observation), final_observation=final, place=place)

    def state(self) -> State:
        own: State = {
            "dealt": self._repeats.variation, "place": self._repeats.place, "last": self._last, "noted": self._noted,
            "mark": self._mark,
        }  # fmt: skip
        return self._env.state() | {f"trial_{name}": column.copy() for name, column in own.items()}

    def restore(self, state: State) -> NDArray[np.float32]:
        own = {name: column for name, column in state.items() if name.startswith("trial_")}
        observation = self._env.restore({name: column for name, column in state.items() if name not in own})
        self.variation = self._env.variation
        self._repeats.variation[:], self._repeats.place[:] = own["trial_dealt"], own["trial_place"]
        self._last[:], self._noted[:], self._mark[:] = own["trial_last"], own["trial_noted"], own["trial_mark"]
        return self._with_last(observation)

    def film(self) -> None:
        self._filmed().film()
        self.frame_rate = self._filmed().frame_rate

    def frame(self) -> Picture:
        return self._filmed().frame()

    def close(self) -> None:
        self._env.close()

    def _filmed(self) -> FilmedEnv:
        if not isinstance(self._env, FilmedEnv):
            raise EnvError("these environments cannot be filmed: they lack film() or frame()")
        return self._env

    def _acted(self, actions: NDArray[Any]) -> NDArray[Any]:
        """The actions as they are seen afterwards: (num_envs, size), in [-1, 1]."""
        return self._choices[actions] if self.actions.kind == "discrete" else actions.clip(-1, 1)

    def _go_on(self, done: NDArray[np.bool_], place: NDArray[np.int64]) -> None:
        """Marks and last steps of the slots whose next episode has this place."""
        first, noted = done & (place == 0), done & (place == self._trial.episodes)
        recalled = done & (place > self._trial.episodes)
        self._last[first], self._mark[first] = 0.0, FORGET
        self._noted[noted], self._mark[noted] = self._last[noted], NOTE
        self._last[recalled], self._mark[recalled] = self._noted[recalled], RECALL

    def _with_last(self, observation: NDArray[Any]) -> NDArray[np.float32]:
        """(num_envs, *observation_shape)."""
        seen = np.empty((self.num_envs, *self.observation_shape), np.float32)
        seen[:, : self._seen], seen[:, self._seen : -1], seen[:, -1] = observation, self._last, self._mark
        return seen
