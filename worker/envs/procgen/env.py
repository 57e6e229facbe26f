"""Procgen (Cobbe et al. 2020) with any set of levels; each slot's next level is set one episode ahead.

Observations are uint8 (num_envs, 64, 64, 3), NHWC and RGB. Actions: procgen's 15. Rewards are raw.
One environment of the library has all slots. Procgen resets a slot within the step that ends its episode, so the next
level is dealt when the previous episode begins and is written into the slot's state (state.py). The level of every
ended episode is compared with the one dealt, so playing any other level is an error.
"""

import importlib
import warnings
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites import ProcgenSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.envs.procgen.state import SlotStates
from gsl.worker.spaces import Actions

FORCE_RESET = -1
"""The action that ends an episode at once; not one of the 15 actions of a policy."""


class ProcgenEnv:
    """An Env that can be filmed. The game's randomness depends on the level alone, so `seed` has no visible effect."""

    observation_shape: tuple[int, ...] = (64, 64, 3)
    observation_dtype: np.dtype[Any] = np.dtype(np.uint8)
    actions = Actions("discrete", 15)
    frame_rate = 15

    def __init__(self, suite: ProcgenSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        first_level = min(sampler.variations)
        self.num_envs = num_envs
        self.variation = np.full(num_envs, IDLE, dtype=np.int64)
        self._next = np.full(num_envs, IDLE, dtype=np.int64)  # what each slot plays after its current episode
        self._level = np.full(num_envs, first_level, dtype=np.int64)  # current level, also of idle slots
        self._patched = self._level.copy()  # the next level in each slot's state
        self._sampler = sampler
        self._made = (suite, num_envs, first_level, seed)
        self._library = _library_env(*self._made)
        self._picture: Picture | None = None  # of slot 0, if it is filmed
        self._slots = SlotStates(self._library, suite.game, suite.mode)

    def reset(self) -> NDArray[np.uint8]:
        """Start new episodes; levels dealt ahead earlier are dropped."""
        for slot in range(self.num_envs):
            self._deal_next(slot)
        self._library.act(np.full(self.num_envs, FORCE_RESET, dtype=np.int32))
        _, observation, _ = self._library.observe()
        self._begin(np.arange(self.num_envs))
        if self._picture is not None:
            self._picture = self._drawn()
        return self._image(observation)

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        self._library.act(actions.astype(np.int32))
        reward, observation, done = self._library.observe()
        variation = self.variation.copy()
        if self._picture is not None and not done[0]:  # where it is done, the next level has begun already
            self._picture = self._drawn()
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._image(observation), reward, done, variation, None)

    def state(self) -> State:
        slots = [np.frombuffer(self._slots.read(slot), dtype=np.uint8) for slot in range(self.num_envs)]
        return {
            "slots": np.concatenate(slots),
            "slot_bytes": np.array([len(slot) for slot in slots], dtype=np.int64),
            "variation": self.variation.copy(),
            "next": self._next.copy(),
            "level": self._level.copy(),
            "patched": self._patched.copy(),
        }

    def restore(self, state: State) -> NDArray[np.uint8]:
        if state["slot_bytes"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['slot_bytes'])} slots, not {self.num_envs}")
        ends = np.cumsum(state["slot_bytes"])
        for slot, part in enumerate(np.split(state["slots"], ends[:-1])):
            self._slots.write(slot, part.tobytes())
        self.variation, self._next = state["variation"].astype(np.int64), state["next"].astype(np.int64)
        self._level, self._patched = state["level"].astype(np.int64), state["patched"].astype(np.int64)
        return self._image(self._library.observe()[1])

    def film(self) -> None:
        """The library draws large pictures only if it was told so when it was made."""
        suite, *_ = self._made
        self._library.close()
        self._library = _library_env(*self._made, render_mode="rgb_array")
        self._slots = SlotStates(self._library, suite.game, suite.mode)
        self._picture = self._drawn()

    def frame(self) -> Picture:
        if self._picture is None:
            raise EnvError("the game was not told that it is filmed")
        return self._picture

    def _drawn(self) -> Picture:
        picture: Picture = self._library.get_info()[0]["rgb"]
        return picture.copy()

    def close(self) -> None:
        self._library.close()

    def _begin(self, slots: NDArray[np.int64]) -> None:
        """Record what these slots have just begun to play, and deal what each plays after that."""
        info = self._library.get_info()  # about 50 us for 64 slots, so only if an episode ended
        for slot in slots.tolist():
            ended, begun = int(info[slot]["prev_level_seed"]), int(info[slot]["level_seed"])
            if (ended, begun) != (self._level[slot], self._patched[slot]):
                raise EnvError(
                    f"slot {slot} played level {ended} and began {begun}; "
                    f"it was dealt {self._level[slot]} and {self._patched[slot]}"
                )
            self.variation[slot], self._level[slot] = self._next[slot], begun
            self._deal_next(slot)

    def _deal_next(self, slot: int) -> None:
        """The level after the slot's next reset. A slot with nothing left keeps its level and is idle."""
        self._next[slot] = deal(self._sampler, slot)
        level = int(self._next[slot])
        if level not in (IDLE, self._patched[slot]):
            self._slots.patch(slot, expected=int(self._patched[slot]), level=level)
            self._patched[slot] = level

    @staticmethod
    def _image(observation: dict[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
        return observation["rgb"]


def library() -> ModuleType:
    """The package `procgen`, imported without what that prints."""
    # Gym prints that it is unmaintained, whatever the warning filters are; procgen needs this version of gym.
    importlib.import_module("gym_notices.notices").notices.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # procgen/__init__.py does not close version.txt
        return importlib.import_module("procgen")


def _library_env(suite: ProcgenSuite, num_envs: int, level: int, seed: int, render_mode: str | None = None) -> Any:
    """The package's vector environment, with every slot on `level`."""
    return library().ProcgenGym3Env(
        num=num_envs,
        env_name=suite.game,
        distribution_mode=suite.mode,
        num_levels=1,
        start_level=level,
        num_threads=suite.num_threads,
        rand_seed=seed,
        render_mode=render_mode,
    )
