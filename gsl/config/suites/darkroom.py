"""Dark Room (Laskin et al. 2022): a dark grid with one hidden goal."""

from functools import cache
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings


class DarkRoomSuite(SuiteSettings):
    """A dark grid: one cell is the goal, which pays 1 for every step on it. All that is observed is the own cell.

    For in-context learning: within a trial of several episodes, a policy finds the goal once and then goes there. The
    defaults are those of Algorithm Distillation (Laskin et al. 2022), with as many goals held out as in ad-eps.
    """

    implementation: ClassVar[str] = "gsl.worker.envs.darkroom:DarkRoomEnv"
    title: ClassVar[str] = "Dark Room"
    renders: ClassVar[bool] = True

    name: Literal["darkroom"] = "darkroom"
    size: int = setting(
        9, "Cells along each side. All cells are goals but the start in the middle.", unit="cells", ge=3, le=100
    )
    held_out_goals: int = setting(
        15, "Number of goals that are not trained on and only measure generalisation.", unit="goals", ge=0, le=9998
    )
    goal_seed: int = setting(0, "Seed of the choice of held-out goals.", ge=0, lt=2**31)
    time_limit: int = setting(
        20, "Steps of an episode. Fewer leave no time to reach the corners.", unit="steps", ge=2, le=10_000
    )

    @model_validator(mode="after")
    def _leaves_goals_to_train(self) -> Self:
        if self.held_out_goals >= (goals := self.size**2 - 1):
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
    def start(self) -> int:
        """The cell in the middle."""
        return (self.size // 2) * (self.size + 1)

    @property
    def score_range(self) -> tuple[float, float]:
        """Never at the goal, and the shortest way to the mean goal."""
        column, row = self.cell(self.start)
        steps = [abs(x - column) + abs(y - row) for x, y in map(self.cell, self.goals())]
        return 0.0, float(np.mean([max(0, self.time_limit - each + 1) for each in steps]))

    def goals(self) -> tuple[int, ...]:
        """Every goal, by the number of its cell."""
        return tuple(cell for cell in range(self.size**2) if cell != self.start)

    def cell(self, number: int) -> tuple[int, int]:
        """Its column and row."""
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
