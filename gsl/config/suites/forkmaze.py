"""The fork maze: the paper's own example."""

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings


class ForkMazeSuite(SuiteSettings):
    """One shared corridor that forks to many goals; the goal is told as one scalar."""

    implementation: ClassVar[str] = "worker.envs.forkmaze.env:ForkMazeEnv"
    title: ClassVar[str] = "Fork maze"

    name: Literal["forkmaze"] = "forkmaze"
    goals: int = setting(10, "How many goals the maze has; each goal is one variation.", unit="goals", ge=2, le=256)
    held_out_goals: int = setting(
        0, "How many of the goals are never trained on and only measure generalisation.", unit="goals", ge=0, le=255
    )
    corridor: int = setting(8, "Length of the corridor that all variations share.", unit="cells", ge=1, le=100)
    branch: int = setting(4, "Length of each branch from the fork column to its goal.", unit="cells", ge=1, le=100)
    context_order: Literal["shuffled", "ordered"] = setting(
        "shuffled", "Whether the scalar context follows the order of the goals or a fixed permutation of it."
    )
    context_seed: int = setting(0, "Seed of the permutation and of the choice of held-out goals.", ge=0, lt=2**31)
    time_limit: int = setting(80, "Steps after which an episode ends without success.", unit="steps", ge=2, le=10_000)
    progress_reward: float = setting(
        0.3, "Share of the goal's reward that is paid for progress along the path.", ge=0.0, le=1.0
    )

    @model_validator(mode="after")
    def _leaves_goals_to_train(self) -> Self:
        if self.held_out_goals >= self.goals:
            raise ValueError(f"held_out_goals ({self.held_out_goals}) must be smaller than goals ({self.goals})")
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
        return 0.0, 1.0 + self.progress_reward

    def training_variations(self) -> tuple[int, ...]:
        held_out = set(self.held_out_variations())
        return tuple(goal for goal in range(self.goals) if goal not in held_out)

    def held_out_variations(self) -> tuple[int, ...]:
        order = np.random.default_rng(self.context_seed).permutation(self.goals)
        return tuple(sorted(int(goal) for goal in order[: self.held_out_goals]))

    def variation_name(self, variation: int) -> str:
        return f"goal {variation}"
