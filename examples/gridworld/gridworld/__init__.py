"""Settings of an example suite: walk to a cell of a square grid; each cell is a variation."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings


class GridworldSuite(SuiteSettings):
    """A square grid without walls. The agent starts at cell 0 and walks to another cell, the variation."""

    implementation: ClassVar[str] = "gridworld.env:GridworldEnv"
    title: ClassVar[str] = "Gridworld"
    renders: ClassVar[bool] = True

    name: Literal["gridworld"] = "gridworld"
    size: int = setting(4, "Width and height of the grid.", unit="cells", ge=2, le=50)
    held_out_cells: int = setting(
        2, "Number of goals, counted from the last, that are never used for training.", unit="cells", ge=0
    )
    time_limit: int = setting(12, "Steps after which an episode ends without success.", unit="steps", ge=1, le=10_000)

    @model_validator(mode="after")
    def _leaves_goals_to_train(self) -> Self:
        if self.held_out_cells >= self.size**2 - 1:
            raise ValueError(f"held_out_cells must be below {self.size**2 - 1}, the number of goals")
        return self

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "discrete"

    @property
    def has_success(self) -> bool:
        return True

    @property
    def max_episode_steps(self) -> int:
        return self.time_limit

    @property
    def score_range(self) -> tuple[float, float]:
        return 0.0, 1.0

    def training_variations(self) -> tuple[int, ...]:
        return tuple(range(1, self.size**2 - self.held_out_cells))

    def held_out_variations(self) -> tuple[int, ...]:
        return tuple(range(self.size**2 - self.held_out_cells, self.size**2))

    def variation_name(self, variation: int) -> str:
        return f"row {variation // self.size}, column {variation % self.size}"
