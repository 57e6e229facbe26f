"""The fork maze, the paper's example."""

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings


class ForkMazeSuite(SuiteSettings):
    """A corridor that forks towards many goals; one scalar in the observation encodes the goal."""

    implementation: ClassVar[str] = "gsl.worker.envs.forkmaze.env:ForkMazeEnv"
    title: ClassVar[str] = "Fork maze"
    renders: ClassVar[bool] = True

    name: Literal["forkmaze"] = "forkmaze"
    goals: int = setting(
        10,
        "Number of goals; each goal is one variation. More goals make the maze harder for one policy.",
        unit="goals",
        ge=2,
        le=256,
    )
    held_out_goals: int = setting(
        0, "Number of goals that are not trained on and only measure generalisation.", unit="goals", ge=0, le=255
    )
    corridor: int = setting(
        8, "Length of the shared corridor. A longer one makes exploration harder.", unit="cells", ge=1, le=100
    )
    branch: int = setting(4, "Length of each branch, from the fork to its goal.", unit="cells", ge=1, le=100)
    context_order: Literal["shuffled", "ordered"] = setting(
        "shuffled",
        "Encoding of the goal. ordered: neighbouring goals have similar values. shuffled: values are in a fixed random "
        "order, which is harder.",
    )
    context_seed: int = setting(0, "Seed of the shuffled encoding and of the held-out goals.", ge=0, lt=2**31)
    time_limit: int = setting(
        80,
        "Steps after which an episode ends without success. Increase it for longer mazes.",
        unit="steps",
        ge=2,
        le=10_000,
    )
    progress_reward: float = setting(
        0.3,
        "Extra reward for progress along the path, as a share of the goal's reward of 1. 0 makes rewards sparse.",
        ge=0.0,
        le=1.0,
    )

    @model_validator(mode="after")
    def _leaves_goals_to_train(self) -> Self:
        if self.held_out_goals >= self.goals:
            raise ValueError(f"held_out_goals ({self.held_out_goals}) must be less than goals ({self.goals})")
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
