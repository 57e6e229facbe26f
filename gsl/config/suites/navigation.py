"""Point navigation: a point that walks towards a goal it cannot see, for meta-learning."""

from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import refuse
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings

STEP = 0.1
"""How far an action moves the point along each axis at most."""


class NavigationSuite(SuiteSettings):
    """A point in the plane, and a goal that nothing but the reward tells of: minus the distance to it, every step.

    The defaults are the 2-D navigation of MAML (Finn et al. 2017). With start anywhere, extent 1, time limit 20 and
    end within 0 it is the point robot of PEARL (Rakelly et al. 2019).
    """

    implementation: ClassVar[str] = "gsl.worker.envs.navigation:NavigationEnv"
    title: ClassVar[str] = "Point navigation"

    name: Literal["navigation"] = "navigation"
    goals: Literal["square", "half_circle"] = setting(
        "square", "Where goals are drawn. square: from -extent to extent. half_circle: at the distance extent, above."
    )
    extent: float = setting(0.5, "Half the side of the square, or the half circle's radius.", gt=0, le=100)
    start: Literal["origin", "anywhere"] = setting(
        "origin", "Where episodes begin. origin: in the middle. anywhere: at random in the square of this extent."
    )
    training_goals: int = setting(100, "Number of goals to train on.", unit="goals", ge=1, le=100_000)
    held_out_goals: int = setting(
        40, "Number of further goals that only measure generalisation.", unit="goals", ge=0, le=100_000
    )
    goal_seed: int = setting(0, "Seed of the goals.", ge=0, lt=2**31)
    time_limit: int = setting(
        100, "Steps of an episode. It is no part of the task: the point would go on.", unit="steps", ge=1, le=10_000
    )
    end_within: float = setting(
        0.01, "An episode ends where both coordinates are this close to the goal's. 0: never.", ge=0, le=100
    )
    reward: Literal["dense", "sparse"] = setting(
        "dense", "dense: minus the distance. sparse: 1 minus the distance within sparse_radius, and 0 elsewhere."
    )
    sparse_radius: float = setting(0.2, "How near the goal a sparse reward begins.", gt=0, le=1)

    @model_validator(mode="after")
    def _pays_for_staying(self) -> Self:
        if self.reward == "sparse" and self.end_within:
            reason = "must be 0 with sparse rewards, which pay for every step at the goal"
            refuse(type(self).__name__, [(("end_within",), reason, self.end_within)])
        return self

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "continuous"

    @property
    def has_success(self) -> bool:
        return False

    @property
    def max_episode_steps(self) -> int:
        return self.time_limit

    @property
    def score_range(self) -> tuple[float, float]:
        """Standing still, and going straight to the goal; the mean over training goals."""
        return _range(self)

    def training_variations(self) -> tuple[int, ...]:
        return tuple(range(self.training_goals))

    def held_out_variations(self) -> tuple[int, ...]:
        return tuple(range(self.training_goals, self.training_goals + self.held_out_goals))

    def variation_name(self, variation: int) -> str:
        x, y = self.places()[variation]
        return f"goal at {x:.2f}, {y:.2f}"

    def places(self) -> NDArray[np.float64]:
        """(training_goals + held_out_goals, 2): where each goal is."""
        return _places(self.goals, self.extent, self.training_goals + self.held_out_goals, self.goal_seed)

    def rewards(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """For a step that ends at these distances from the goal."""
        if self.reward == "dense":
            return -distance
        return np.where(distance <= self.sparse_radius, 1 - distance, 0.0)


@lru_cache(16)
def _places(goals: str, extent: float, count: int, seed: int) -> NDArray[np.float64]:
    drawn = np.random.default_rng((seed, 1)).random((count, 2))  # no environment's numbers, whatever its seed
    angle = np.pi * drawn[:, 0]
    places = 2 * drawn - 1 if goals == "square" else np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.asarray(extent * places)


@lru_cache(16)
def _range(suite: NavigationSuite) -> tuple[float, float]:
    """Returns of both, from the middle or from a grid of starts."""
    middle, grid = np.zeros((1, 2)), (np.arange(0.5, 8) / 4 - 1) * suite.extent
    starts = middle if suite.start == "origin" else np.stack(np.meshgrid(grid, grid), -1).reshape(-1, 2)
    way = suite.places()[: suite.training_goals, None] - starts
    still = suite.rewards(np.linalg.norm(way, axis=-1)) * suite.time_limit
    straight = np.zeros(way.shape[:2])
    for _ in range(suite.time_limit):
        way -= way.clip(-STEP, STEP)
        straight += suite.rewards(np.linalg.norm(way, axis=-1))
    return float(still.mean()), float(straight.mean())
