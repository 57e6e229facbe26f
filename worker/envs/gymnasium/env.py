"""Any environment registered with Gymnasium, one for each slot, stepped in a thin loop.

Gymnasium environments have no state that could be saved. An episode is therefore saved as its reset seed and actions,
and restored by replaying them; environments that are deterministic given their seed resume exactly. If a replay ends
with another observation, the episode is dropped without being counted, which is logged, and the slot begins a new one.
"""

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.errors import did_you_mean
from gsl.config.suites.gymnasium import GymnasiumSuite
from gsl.config.suites.gymnasium.contract import ContractError
from gsl.worker.envs.base import IDLE, Env, EnvError, Picture, Sampler, State, Step, deal, even
from gsl.worker.envs.gymnasium.cartpole import CartPoleEnv, fits
from gsl.worker.envs.gymnasium.pool import AnyEnv, Pool, Recipe, Tape, check_finite, check_variations, failure
from gsl.worker.envs.gymnasium.recipe import GymnasiumRecipe
from gsl.worker.envs.gymnasium.spaces import NO_ANSWER, Observations, convert_actions

log = logging.getLogger(__name__)


def make_gymnasium(suite: GymnasiumSuite, num_envs: int, sampler: Sampler, seed: int) -> Env:
    """Gymnasium's own vectorised environment if its slots can play variations, otherwise one environment per slot."""
    recipe = GymnasiumRecipe(suite)
    if fits(suite):
        return CartPoleEnv(suite, recipe, num_envs, sampler, seed)
    return GymnasiumEnv(recipe, num_envs, sampler, seed)


class GymnasiumEnv:
    """An Env that can be filmed if its environments draw. The seed of a slot's n-th episode does not depend on the
    other slots."""

    frame_rate = 30

    def __init__(self, recipe: Recipe, num_envs: int, sampler: Sampler, seed: int) -> None:
        check_variations(recipe, sampler)
        self.num_envs = num_envs
        self.variation = np.full(num_envs, IDLE, dtype=np.int64)
        self._recipe, self._sampler, self._seed = recipe, sampler, seed
        self._limit = recipe.max_episode_steps
        self._pool = Pool(recipe, idle=num_envs)
        self._envs: list[AnyEnv | None] = [None] * num_envs
        self._episode = np.zeros(num_envs, np.int64)  # number that each slot has begun
        self._reset_seed = np.zeros(num_envs, np.int64)
        self._steps = np.zeros(num_envs, np.int64)
        self._tape = Tape(self._limit)
        self._lost = np.zeros(num_envs, np.bool_)  # its episode could not be restored
        self._picture: Picture | None = None  # of slot 0, if it is filmed
        self._look()

    def _look(self) -> None:
        """Observations and actions, which are the same for all variations, as validation has checked."""
        variation = min(self._sampler.variations)
        env = self._made(0, variation)
        self._seen = Observations(env.observation_space, self._recipe.observation_keys)
        self.observation_shape, self.observation_dtype = self._seen.shape, self._seen.dtype
        self.actions, self._convert_actions = convert_actions(env.action_space)
        self._observation = np.zeros((self.num_envs, *self.observation_shape), self.observation_dtype)
        self._pool.give_back(variation, env)

    # Stepping

    def reset(self) -> NDArray[Any]:
        self._observation = self._observation.copy()
        for slot in range(self.num_envs):
            self._begin(slot)
        self._draw()
        return self._observation

    def step(self, actions: NDArray[Any]) -> Step:
        self._tape.record(actions)
        observation, reward = self._observation.copy(), np.zeros(self.num_envs, np.float32)
        over, cut = np.zeros(self.num_envs, np.bool_), self._lost.copy()
        infos: list[dict[str, Any]] = [{}] * self.num_envs
        given, slot, answer = self._convert_actions(actions), 0, NO_ANSWER
        row, size = self._seen.row, self._seen.size
        try:
            for slot, env in enumerate(self._envs):
                if env is not None:
                    answer = NO_ANSWER
                    answer = env.step(given[slot])
                    seen, reward[slot], over[slot], cut[slot], infos[slot] = answer
                    shown = row(seen)
                    if shown.size != size:  # it might be stretched to fit
                        raise ContractError(f"the observation has {shown.size} numbers; it must have {size}")
                    observation[slot] = shown
        except Exception as error:
            self._steps += 1
            raise self._failure(slot, self._seen.wrong_in(answer) or error) from error
        self._steps += 1
        busy = self.variation != IDLE
        check_finite(self._recipe, observation, reward, self.variation, self._reset_seed, self._steps)
        self._draw()
        cut = (cut | (self._steps >= self._limit) & busy) & ~over
        return self._end(observation, reward, over | cut, cut, infos)

    def _end(
        self, observation: NDArray[Any], reward: NDArray[np.float32], done: NDArray[np.bool_],
        cut: NDArray[np.bool_], infos: list[dict[str, Any]],
    ) -> Step:  # fmt: skip
        """Begin a new episode in every slot where one ended."""
        variation, success = self.variation.copy(), self._success(done, infos)
        final = observation.copy() if cut.any() else observation
        self._observation = observation
        for slot in np.flatnonzero(done).tolist():
            self._begin(slot)
        return Step(observation, reward, done, variation, success, cut, final)

    def _begin(self, slot: int) -> None:
        self._release(slot)
        variation = deal(self._sampler, slot)
        self.variation[slot], self._steps[slot], self._lost[slot] = variation, 0, False
        self._episode[slot] += 1
        if variation == IDLE:
            return
        self._reset_seed[slot] = self._recipe.reset_seed(self._seed, slot, int(self._episode[slot]), variation)
        self._observation[slot] = self._started(slot, variation)

    def _release(self, slot: int) -> None:
        """Return the slot's environment to the pool."""
        env, self._envs[slot] = self._envs[slot], None
        if env is not None:
            self._pool.give_back(int(self.variation[slot]), env)

    def _started(self, slot: int, variation: int) -> NDArray[Any]:
        """The slot's environment at the first observation of the variation, with the slot's reset seed."""
        env = self._envs[slot] = self._made(slot, variation)
        try:
            return self._seen.first(self._recipe.reset(env, variation, int(self._reset_seed[slot])))
        except Exception as error:
            raise self._failure(slot, error) from error

    def _made(self, slot: int, variation: int) -> AnyEnv:
        try:
            return self._pool.take(variation)
        except Exception as error:
            raise failure(self._recipe, variation, int(self._reset_seed[slot]), 0, error) from error

    def _success(self, done: NDArray[np.bool_], infos: list[dict[str, Any]]) -> NDArray[np.bool_] | None:
        key = self._recipe.success_key
        if key is None:
            return None
        success = np.zeros(self.num_envs, np.bool_)
        for slot in np.flatnonzero(done & (self.variation != IDLE) & ~self._lost).tolist():
            if key not in infos[slot]:
                missing = ContractError(f"the last info has no {key!r}{did_you_mean(key, infos[slot])}")
                raise self._failure(slot, missing)
            success[slot] = bool(infos[slot][key])
        return success

    def _failure(self, slot: int, error: Exception) -> EnvError:
        return failure(
            self._recipe, int(self.variation[slot]), int(self._reset_seed[slot]), int(self._steps[slot]), error
        )

    # Pictures

    def film(self) -> None:
        self._recipe.filmed = True
        self._pool.close()

    def frame(self) -> Picture:
        if self._picture is None:
            raise EnvError(f"{self._recipe.env_id} was not told that it is filmed, or has not begun")
        return self._picture

    def _draw(self) -> None:
        """Slot 0, if it is filmed and busy."""
        env = self._envs[0]
        if not self._recipe.filmed or env is None:
            return
        try:
            self._picture = even(np.asarray(env.render()))
        except Exception as error:
            raise self._failure(0, error) from error

    # State

    def state(self) -> State:
        return {
            "variation": self.variation.copy(), "episode": self._episode.copy(), "steps": self._steps.copy(),
            "reset_seed": self._reset_seed.copy(), "observation": self._observation.copy(), "lost": self._lost.copy(),
            "played": self._tape.newest(self._played()),
        }  # fmt: skip

    def restore(self, state: State) -> NDArray[Any]:
        if state["variation"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['variation'])} slots, not {self.num_envs}")
        for slot in range(self.num_envs):
            self._release(slot)
        self.variation, self._episode = state["variation"].astype(np.int64), state["episode"].astype(np.int64)
        self._steps, self._reset_seed = state["steps"].astype(np.int64), state["reset_seed"].astype(np.int64)
        self._observation, self._lost = state["observation"].copy(), state["lost"].astype(np.bool_)
        for slot, actions in enumerate(self._tape.rewind(self._played(), state["played"])):
            if self.variation[slot] != IDLE:
                self._replay(slot, actions)
        return self._observation

    def _played(self) -> list[int]:
        """Number of actions to save of each slot's running episode."""
        counts: list[int] = np.where(self.variation == IDLE, 0, self._steps).tolist()
        return counts

    def _replay(self, slot: int, actions: NDArray[Any]) -> None:
        """Replay a slot's episode to where it was saved; drop the episode if it ends with another observation."""
        variation, ended = int(self.variation[slot]), False
        shown = self._started(slot, variation)
        env = self._envs[slot]
        for step, action in enumerate(actions, start=1):
            if env is None or ended:
                break
            try:
                seen, _, over, cut, _ = env.step(self._convert_actions(action[None])[0])
            except Exception as error:
                raise failure(self._recipe, variation, int(self._reset_seed[slot]), step, error) from error
            shown, ended = np.asarray(self._seen.row(seen), self.observation_dtype), over or cut
        if ended or not np.array_equal(shown, self._observation[slot]):
            self._drop_episode(slot)

    def _drop_episode(self, slot: int) -> None:
        """Let the slot's next step end its episode without counting it."""
        log.warning(
            "%s is not deterministic: the episode of slot %d (%s, reset seed %d) is dropped after %d steps",
            self._recipe.env_id, slot, self._recipe.name(int(self.variation[slot])), self._reset_seed[slot],
            self._steps[slot],
        )  # fmt: skip
        self._release(slot)
        self.variation[slot], self._lost[slot] = IDLE, True

    def close(self) -> None:
        for env in self._envs:
            if env is not None:
                env.close()
        self._pool.close()
