"""Pendulum and CartPole whose physics differ: training, moderate and extreme ranges of their parameters."""

from collections.abc import Mapping
from functools import cache, partial
from itertools import product
from typing import ClassVar, Literal

import numpy as np

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings

Range = tuple[float, float]
Physics = tuple[float, float]
"""The values of both parameters."""

SETS = {"moderate": 1000, "extreme": 2000}
"""Ids of the first variation of each held-out set; training variations begin at 0."""


class PhysicsSuite(SuiteSettings):
    """What both suites share: two parameters, evenly spread over the training ranges, and the sets outside of them."""

    renders: ClassVar[bool] = True
    parameters: ClassVar[tuple[str, str]]
    trained: ClassVar[tuple[Range, Range]]
    """The range of each parameter in training."""
    beyond: ClassVar[Mapping[str, tuple[tuple[Range, Range], ...]]]
    """By the name of each held-out set: pairs of ranges, of which the ends are played."""

    values: int = setting(
        5,
        "Number of values of each parameter in training, evenly spread over its range. Every combination is a "
        "variation, so 5 gives 25.",
        unit="values",
        ge=1,
        le=30,
    )
    held_out: Literal["both", "moderate", "extreme"] = setting(
        "both",
        "Which sets of variations only measure generalisation. moderate: parameters a little outside of the training "
        "ranges. extreme: parameters far outside.",
    )
    time_limit: int = setting(200, "Steps after which an episode is cut off.", unit="steps", ge=1, le=10_000)

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def has_success(self) -> bool:
        return False

    @property
    def max_episode_steps(self) -> int:
        return self.time_limit

    def training_variations(self) -> tuple[int, ...]:
        return tuple(range(self.values**2))

    def held_out_variations(self) -> tuple[int, ...]:
        return tuple(number for name in SETS if self.held_out in ("both", name) for number in self.held_out_set(name))

    def held_out_set(self, name: str) -> tuple[int, ...]:
        """The variations of a held-out set."""
        return tuple(range(SETS[name], SETS[name] + 4 * len(self.beyond[name])))

    def physics(self, variation: int) -> Physics:
        """The values of the parameters in a variation."""
        return _physics(type(self), self.values)[variation]

    def variation_name(self, variation: int) -> str:
        name = next((f"{name}: " for name in reversed(SETS) if variation >= SETS[name]), "")
        values = zip(self.parameters, self.physics(variation), strict=True)
        return name + ", ".join(f"{parameter} {value:.4g}" for parameter, value in values)


class PendulumSuite(PhysicsSuite):
    """A pendulum of varied mass and length, to be swung up with a torque that alone is too weak to lift most of them.

    The physics are Gymnasium's, and the ranges those of CaDM (Lee et al. 2020). A policy does not see mass and length.
    """

    implementation: ClassVar[str] = "gsl.worker.envs.physics.env:PendulumEnv"
    reward_function: ClassVar[str | None] = "gsl.worker.envs.physics.mechanics:pendulum_reward"
    title: ClassVar[str] = "Pendulum with varied physics"
    parameters: ClassVar[tuple[str, str]] = ("mass", "length")
    trained: ClassVar[tuple[Range, Range]] = ((0.75, 1.25), (0.75, 1.25))
    beyond: ClassVar[Mapping[str, tuple[tuple[Range, Range], ...]]] = {
        "moderate": (((0.5, 0.7), (1.3, 1.5)), ((1.3, 1.5), (0.5, 0.7))),
        "extreme": (((0.2, 0.4), (1.6, 1.8)), ((1.6, 1.8), (0.2, 0.4))),
    }

    name: Literal["pendulum"] = "pendulum"

    @property
    def actions(self) -> ActionKind:
        return "continuous"

    @property
    def score_range(self) -> tuple[float, float]:
        """About what a policy that does nothing gets, and what a good one gets: -1600 and -150 in 200 steps."""
        return -8.0 * self.time_limit, -0.75 * self.time_limit


class CartPoleSuite(PhysicsSuite):
    """A pole of varied length that a cart balances by a push of varied force to the left or to the right.

    1 for every step after which it still stands. The physics are Gymnasium's, and the ranges those of CaDM (Lee et al.
    2020). A policy sees neither force nor length.
    """

    implementation: ClassVar[str] = "gsl.worker.envs.physics.env:CartPoleEnv"
    reward_function: ClassVar[str | None] = "gsl.worker.envs.physics.mechanics:cartpole_reward"
    title: ClassVar[str] = "CartPole with varied physics"
    parameters: ClassVar[tuple[str, str]] = ("force", "length")
    trained: ClassVar[tuple[Range, Range]] = ((5.0, 15.0), (0.4, 0.6))
    beyond: ClassVar[Mapping[str, tuple[tuple[Range, Range], ...]]] = {
        "moderate": (((3.0, 3.5), (0.25, 0.3)), ((16.5, 17.0), (0.7, 0.75))),
        "extreme": (((2.0, 2.5), (0.15, 0.2)), ((17.5, 18.0), (0.8, 0.85))),
    }

    name: Literal["cartpole"] = "cartpole"

    @property
    def actions(self) -> ActionKind:
        return "discrete"

    @property
    def score_range(self) -> tuple[float, float]:
        return 0.0, float(self.time_limit)


@cache
def _physics(suite: type[PhysicsSuite], values: int) -> dict[int, Physics]:
    """The parameters of every variation. One value alone is the middle of the range."""
    spread = partial(np.linspace, num=values) if values > 1 else lambda low, high: np.array([(low + high) / 2])
    first, second = (spread(*ends).round(6).tolist() for ends in suite.trained)
    found = dict(enumerate(product(first, second)))
    for name, pairs in suite.beyond.items():
        found |= dict(enumerate((both for ends in pairs for both in product(*ends)), SETS[name]))
    return found
