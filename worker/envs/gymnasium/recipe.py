"""From the settings of a Gymnasium suite to its episodes."""

from typing import Any

from gsl.config.suites.gymnasium import GymnasiumSuite
from gsl.config.suites.gymnasium.probe import Scalar, make
from gsl.worker.envs.gymnasium.attributes import attributes_of
from gsl.worker.envs.gymnasium.pool import AnyEnv, episode_seed


class GymnasiumRecipe:
    """A Recipe."""

    def __init__(self, suite: GymnasiumSuite) -> None:
        self._suite = suite
        self.env_id, self.success_key = suite.env_id, suite.success_key
        self.max_episode_steps, self.observation_keys = suite.max_episode_steps, suite.observation_keys
        self.variations = frozenset((*suite.training_variations(), *suite.held_out_variations()))
        self._attributes: dict[int, dict[str, Scalar]] = {}
        self.filmed = False

    def name(self, variation: int) -> str:
        return self._suite.variation_name(variation)

    def kind(self, variation: int) -> int:
        return variation if self._suite.vary == "arguments" else 0

    def make(self, variation: int) -> AnyEnv:
        arguments = self._suite.constructor(self._suite.choice(variation))
        return make(self.env_id, {**arguments, "render_mode": "rgb_array"} if self.filmed else arguments)

    def prepare(self, env: AnyEnv, variation: int) -> None:
        for name, value in self.attributes(variation).items():
            setattr(env.unwrapped, name, value)

    def attributes(self, variation: int) -> dict[str, Scalar]:
        """The attributes to set on the unwrapped environment for a variation."""
        if variation not in self._attributes:
            self._attributes[variation] = attributes_of(self._suite, variation)
        return self._attributes[variation]

    def reset(self, env: AnyEnv, variation: int, seed: int) -> Any:
        return env.reset(seed=seed, options=self.options(variation))

    def options(self, variation: int) -> dict[str, Any] | None:
        """Options for the reset of a variation."""
        return dict(self._suite.choice(variation)) if self._suite.vary == "options" else None

    def reset_seed(self, seed: int, slot: int, episode: int, variation: int) -> int:
        """The variation itself if variations are seeds."""
        return variation if self._suite.vary == "seed" else episode_seed(seed, slot, episode)
