"""CartPole, with all slots in Gymnasium's own vectorised environment.

Each slot's physics are written into the environment's attributes, which may be arrays, and its first state is drawn as
the single environment draws it from its reset seed. The vectorised environment's own resets, which would come a step
late and use one seed for all slots, are prevented.
"""

from typing import Any

import numpy as np
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv
from gymnasium.envs.classic_control.utils import maybe_parse_reset_bounds
from gymnasium.utils.seeding import np_random
from numpy.typing import NDArray

from gsl.config.suites.gymnasium import GymnasiumSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.envs.gymnasium.attributes import attributes_of, is_cartpole
from gsl.worker.envs.gymnasium.pool import check_finite, check_variations
from gsl.worker.envs.gymnasium.recipe import GymnasiumRecipe
from gsl.worker.envs.physics.pictures import Pose, cartpole_picture
from gsl.worker.spaces import Actions

PHYSICS = (
    "gravity", "masscart", "masspole", "total_mass", "length", "polemass_length", "force_mag", "tau",
    "theta_threshold_radians", "x_threshold",
)  # fmt: skip


_STARTS_KEPT = 10_000
"""Number of cached first states; they recur if seeds are the variations."""


def fits(suite: GymnasiumSuite) -> bool:
    """Whether these settings can be used here: Gymnasium's CartPole, with only numbers changed."""
    if not is_cartpole(suite.env_id) or suite.vary == "arguments" or suite.success_key is not None:
        return False
    if suite.vary == "attributes" and not set(attributes_of(suite, suite.training_variations()[0])) <= {*PHYSICS}:
        return False
    return set(suite.arguments) <= {"sutton_barto_reward"}


class CartPoleEnv:
    """An Env that can be filmed, see the module."""

    observation_shape: tuple[int, ...] = (4,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("discrete", 2)
    frame_rate = 50

    def __init__(
        self, suite: GymnasiumSuite, recipe: GymnasiumRecipe, num_envs: int, sampler: Sampler, seed: int
    ) -> None:
        check_variations(recipe, sampler)
        self.num_envs = num_envs
        self.variation = np.full(num_envs, IDLE, dtype=np.int64)
        self._recipe, self._sampler, self._seed = recipe, sampler, seed
        self._cartpole = _library_env(suite, num_envs)
        self._starts: dict[tuple[int, int], NDArray[np.float64]] = {}
        self._episode = np.zeros(num_envs, np.int64)
        self._reset_seed = np.zeros(num_envs, np.int64)
        self._idle = False  # whether any slot is
        self._filmed = False
        self._picture: Picture | None = None  # of slot 0, if it is filmed

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        self._draw()
        return self._observe()

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        cartpole = self._cartpole
        observation, reward, over, cut, _ = cartpole.step(actions)
        cartpole.prev_done[:] = False
        variation = self.variation.copy()
        self._draw()
        if self._idle:
            busy = variation != IDLE
            cartpole.state[:, ~busy] = 0.0
            reward, over, cut = reward * busy, over & busy, cut & busy
        if not np.isfinite(observation.sum()):
            check_finite(self._recipe, observation, reward, variation, self._reset_seed, cartpole.steps)
        cut = cut & ~over
        done, final = over | cut, observation
        if done.any():
            self._begin(np.flatnonzero(done))
            observation = self._observe()
        return Step(observation, reward, done, variation, None, cut, final)

    def state(self) -> State:
        return {
            "variation": self.variation.copy(), "episode": self._episode.copy(), "reset_seed": self._reset_seed.copy(),
            "steps": self._cartpole.steps.copy(), "motion": self._cartpole.state.copy(),
        }  # fmt: skip

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["variation"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['variation'])} slots, not {self.num_envs}")
        self.variation, self._episode = state["variation"].astype(np.int64), state["episode"].astype(np.int64)
        self._reset_seed = state["reset_seed"].astype(np.int64)
        self._cartpole.steps, self._cartpole.state = state["steps"].copy(), state["motion"].copy()
        for slot, variation in enumerate(self.variation.tolist()):
            self._shape(slot, variation)
        self._idle = bool((self.variation == IDLE).any())
        return self._observe()

    def film(self) -> None:
        self._filmed = True

    def frame(self) -> Picture:
        if self._picture is None:
            raise EnvError("CartPole was not told that it is filmed, or has not begun")
        return self._picture

    def _draw(self) -> None:
        """Slot 0, if it is filmed and busy."""
        if self._filmed and self.variation[0] != IDLE:
            cartpole: Any = self._cartpole
            position, angle = float(cartpole.state[0, 0]), float(cartpole.state[2, 0])
            pose = Pose(position, angle, float(cartpole.length[0]), float(cartpole.x_threshold[0]))
            self._picture = cartpole_picture(pose)

    def close(self) -> None:
        self._cartpole.close()

    def _begin(self, slots: NDArray[np.int64]) -> None:
        for slot in slots.tolist():
            variation = deal(self._sampler, slot)
            self.variation[slot] = variation
            self._episode[slot] += 1
            self._cartpole.steps[slot] = 0
            seed = self._recipe.reset_seed(self._seed, slot, int(self._episode[slot]), variation)
            self._reset_seed[slot] = seed
            self._cartpole.state[:, slot] = 0.0 if variation == IDLE else self._start(variation, seed)
            self._shape(slot, variation)
        self._idle = bool((self.variation == IDLE).any())

    def _start(self, variation: int, seed: int) -> NDArray[np.float64]:
        """First state (4,) of the single environment, reset with this seed and the variation's options."""
        key = (variation, seed)
        if key not in self._starts:
            if len(self._starts) >= _STARTS_KEPT:
                self._starts.clear()
            low, high = maybe_parse_reset_bounds(self._recipe.options(variation), -0.05, 0.05)
            self._starts[key] = np_random(seed)[0].uniform(low=low, high=high, size=(4,))
        return self._starts[key]

    def _shape(self, slot: int, variation: int) -> None:
        """Set a slot's physics to those of its variation."""
        if variation != IDLE:
            for name, value in self._recipe.attributes(variation).items():
                getattr(self._cartpole, name)[slot] = value

    def _observe(self) -> NDArray[np.float32]:
        observation: NDArray[np.float32] = self._cartpole.state.T.astype(np.float32)
        return observation


def _library_env(suite: GymnasiumSuite, num_envs: int) -> Any:
    """Gymnasium's environment, with separate physics for each slot. Any, because it does not declare them as arrays."""
    arguments: dict[str, Any] = dict(suite.arguments)
    cartpole = CartPoleVectorEnv(num_envs, suite.max_episode_steps, **arguments)
    cartpole.reset(seed=0)
    before = suite.offered.attributes
    physics = {name: np.full(num_envs, before[name], np.float64) for name in PHYSICS}
    for name, value in (physics | {"action_space": _Unchecked()}).items():
        setattr(cartpole, name, value)
    return cartpole


class _Unchecked:
    """Replaces the slow check whether actions are in the environment's space; a policy's actions always are."""

    def contains(self, actions: object) -> bool:
        return True
