"""A point that walks to one of several goals on a circle (Hausman et al. 2018)."""

from math import ceil, cos, pi, sin
from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings

STEP = 0.1
"""Longest step along each axis, and how near a goal counts as reached."""
BONUS = 10.0
"""Reward at the goal."""


class CircleSuite(SuiteSettings):
    """A point starts in the middle of a circle of goals, one of which is its own.

    Reward: minus the distance to it, and 10 at the goal, which ends the episode. The observation is the position, and
    which goal it is, one-hot. The defaults are those of garage's example of task embeddings.
    """

    implementation: ClassVar[str] = "gsl.worker.envs.circle:CircleEnv"
    title: ClassVar[str] = "Goals on a circle"

    name: Literal["circle"] = "circle"
    goals: int = setting(4, "Goals, evenly on the circle; each is a variation.", unit="goals", ge=2, le=1000)
    radius: float = setting(
        3.0, "Distance of the goals from the start. A step is at most 0.1 along each axis.", ge=0.2, le=100
    )
    one_hot: bool = setting(True, "Whether observations end with a one-hot vector that says which goal it is.")
    time_limit: int = setting(
        100,
        "Steps after which an episode is cut off (truncated, so the value of its last state still counts). Must be "
        "enough to reach a goal.",
        unit="steps",
        ge=2,
        le=10_000,
    )

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "continuous"

    @property
    def has_success(self) -> bool:
        return True

    @property
    def max_episode_steps(self) -> int:
        return self.time_limit

    @property
    def one_hot_size(self) -> int:
        return self.goals if self.one_hot else 0

    @property
    def score_range(self) -> tuple[float, float]:
        """Standing still, and walking straight along an axis."""
        steps = max(1, ceil(round(self.radius / STEP, 6)) - 1)
        return -self.radius * self.time_limit, BONUS - sum(self.radius - STEP * step for step in range(1, steps + 1))

    def place(self, variation: int) -> tuple[float, float]:
        """Where the goal is; the start is 0, 0."""
        angle = 2 * pi * variation / self.goals
        return self.radius * cos(angle), self.radius * sin(angle)

    def training_variations(self) -> tuple[int, ...]:
        return tuple(range(self.goals))

    def held_out_variations(self) -> tuple[int, ...]:
        return ()

    def variation_name(self, variation: int) -> str:
        return f"goal at {360 * variation / self.goals:.0f}°"
