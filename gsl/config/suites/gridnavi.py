"""GridNavi (Zintgraf et al. 2020): a small grid whose goal is hidden."""

from functools import cache
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings

NEAR = 2
"""No goal lies in the square of this side at the start."""


class GridNaviSuite(SuiteSettings):
    """A grid with a hidden goal: 1 for every step on it, -0.1 for any other. Finding it does not end the episode.

    For learners with memory: with a trial of several episodes, they search in the first and go straight to the goal in
    the others. The defaults are those of variBAD (Zintgraf et al. 2020).
    """

    implementation: ClassVar[str] = "gsl.worker.envs.gridnavi:GridNaviEnv"
    title: ClassVar[str] = "GridNavi"
    renders: ClassVar[bool] = True

    name: Literal["gridnavi"] = "gridnavi"
    size: int = setting(
        5, "Cells along each side. All cells are goals but the four at the start.", unit="cells", ge=3, le=100
    )
    held_out_goals: int = setting(
        5, "Number of goals that are not trained on and only measure generalisation.", unit="goals", ge=0, le=9995
    )
    goal_seed: int = setting(0, "Seed of the choice of held-out goals.", ge=0, lt=2**31)
    time_limit: int = setting(
        15, "Steps of an episode. Fewer leave no time to search the whole grid.", unit="steps", ge=2, le=10_000
    )

    @model_validator(mode="after")
    def _leaves_goals_to_train(self) -> Self:
        if self.held_out_goals >= (goals := self.size**2 - NEAR**2):
            raise ValueError(f"held_out_goals ({self.held_out_goals}) must be less than the {goals} goals")
        return self

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
        return self.time_limit

    @property
    def score_range(self) -> tuple[float, float]:
        """Never at the goal, and the shortest way to the mean goal."""
        steps = float(np.mean([sum(self.cell(goal)) for goal in self.goals()]))
        return -0.1 * self.time_limit, self.time_limit - steps + 1 - 0.1 * (steps - 1)

    def goals(self) -> tuple[int, ...]:
        """Every goal, by the number of its cell."""
        return tuple(cell for cell in range(self.size**2) if max(self.cell(cell)) >= NEAR)

    def cell(self, number: int) -> tuple[int, int]:
        """Its column and row; the start is 0, 0."""
        return number % self.size, number // self.size

    def training_variations(self) -> tuple[int, ...]:
        held_out = set(self.held_out_variations())
        return tuple(goal for goal in self.goals() if goal not in held_out)

    def held_out_variations(self) -> tuple[int, ...]:
        return _chosen(self.goals(), self.held_out_goals, self.goal_seed)

    def variation_name(self, variation: int) -> str:
        column, row = self.cell(variation)
        return f"goal at {column}, {row}"


@cache
def _chosen(goals: tuple[int, ...], count: int, seed: int) -> tuple[int, ...]:
    order = np.random.default_rng(seed).permutation(goals)
    return tuple(sorted(int(goal) for goal in order[:count]))
