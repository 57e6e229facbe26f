"""Bernoulli bandits: the smallest suite in which remembering pays."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings


class BanditSuite(SuiteSettings):
    """A bandit pays 1 with a probability of each arm's own, which is not observed. An episode is one pull.

    For learners with memory: with a trial of ten episodes, they find the best arm of a new bandit in ten pulls.
    """

    implementation: ClassVar[str] = "gsl.worker.envs.bandits:BanditEnv"
    title: ClassVar[str] = "Bernoulli bandits"

    name: Literal["bandits"] = "bandits"
    arms: int = setting(5, "Number of arms. More arms take longer to explore.", unit="arms", ge=2, le=1000)
    bandits: int = setting(
        512,
        "Number of bandits to train on; each is one variation. With few of them, a policy learns them by heart.",
        unit="bandits",
        ge=1,
        le=100_000,
    )
    held_out_bandits: int = setting(
        100, "Number of further bandits that only measure generalisation.", unit="bandits", ge=0, le=100_000
    )
    bandit_seed: int = setting(0, "Seed of the probabilities, which are drawn uniformly from 0 to 1.", ge=0, lt=2**31)

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "discrete"

    @property
    def has_success(self) -> bool:
        return False

    @property
    def max_episode_steps(self) -> int:
        return 1

    @property
    def score_range(self) -> tuple[float, float]:
        return 0.0, 1.0

    def training_variations(self) -> tuple[int, ...]:
        return tuple(range(self.bandits))

    def held_out_variations(self) -> tuple[int, ...]:
        return tuple(range(self.bandits, self.bandits + self.held_out_bandits))

    def variation_name(self, variation: int) -> str:
        return f"bandit {variation}"

    def probabilities(self) -> NDArray[np.float64]:
        """(bandits + held_out_bandits, arms): how likely each arm pays."""
        count = self.bandits + self.held_out_bandits
        return np.random.default_rng(self.bandit_seed).random((count, self.arms))
