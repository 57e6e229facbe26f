"""Suites: the families of environments and the variations each of them has."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from gsl.config.base import Settings, setting
from gsl.config.procgen_scores import SCORE_RANGES, Game


class ForkMazeSuite(Settings):
    """One shared corridor that forks to many goals; the goal is told as one scalar."""

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
    def has_success(self) -> bool:
        return True

    @property
    def max_episode_steps(self) -> int:
        return self.time_limit

    @property
    def score_range(self) -> tuple[float, float]:
        """Returns that count as 0 and as 1 when a return is normalised."""
        return 0.0, 1.0 + self.progress_reward

    def score(self, mean_return: float | None, success_rate: float | None) -> float | None:
        """The success rate; None when nobody measured it."""
        return success_rate

    def training_variations(self) -> tuple[int, ...]:
        held_out = set(self.held_out_variations())
        return tuple(goal for goal in range(self.goals) if goal not in held_out)

    def held_out_variations(self) -> tuple[int, ...]:
        order = np.random.default_rng(self.context_seed).permutation(self.goals)
        return tuple(sorted(int(goal) for goal in order[: self.held_out_goals]))

    def variation_name(self, variation: int) -> str:
        return f"goal {variation}"


class ProcgenSuite(Settings):
    """Procgen (Cobbe et al. 2020): sixteen games; each level is one variation."""

    name: Literal["procgen"] = "procgen"
    game: Game = setting("bigfish", "Which of the sixteen games is played.")
    mode: Literal["easy", "hard"] = setting("easy", "Difficulty of the levels.")
    start_level: int = setting(0, "First training level.", unit="level", ge=0, lt=2**30)
    num_levels: int = setting(200, "How many levels are trained on.", unit="levels", ge=1, le=100_000)
    held_out_start: int = setting(
        1_000_000,
        "First level that is never trained on and only measures generalisation.",
        unit="level",
        ge=0,
        lt=2**30,
    )
    held_out_levels: int = setting(50, "How many held-out levels there are.", unit="levels", ge=0, le=100_000)
    num_threads: int = setting(4, "Threads that step the levels; 0 steps them in the trainer's thread.", ge=0, le=256)

    @model_validator(mode="after")
    def _keeps_levels_apart(self) -> Self:
        train_end = self.start_level + self.num_levels
        held_out_end = self.held_out_start + self.held_out_levels
        if self.held_out_levels and self.start_level < held_out_end and self.held_out_start < train_end:
            raise ValueError(
                f"held_out_start: held-out levels {self.held_out_start}..{held_out_end - 1} overlap the training "
                f"levels {self.start_level}..{train_end - 1}; start them at {train_end} or later"
            )
        return self

    @property
    def has_success(self) -> bool:
        return False

    @property
    def max_episode_steps(self) -> int:
        """Procgen's own time limit, `Game::timeout`; longer only in bossfight and plunder (4000)."""
        return 4000 if self.game in ("bossfight", "plunder") else 1000

    @property
    def score_range(self) -> tuple[float, float]:
        """Published minimum and maximum of the game (Cobbe et al. 2020, appendix C)."""
        return SCORE_RANGES[self.mode][self.game]

    def score(self, mean_return: float | None, success_rate: float | None) -> float | None:
        """(R - min) / (max - min) of the published range; not clipped, may leave [0, 1]. None without a return."""
        low, high = self.score_range
        return None if mean_return is None else (mean_return - low) / (high - low)

    def training_variations(self) -> tuple[int, ...]:
        return tuple(range(self.start_level, self.start_level + self.num_levels))

    def held_out_variations(self) -> tuple[int, ...]:
        return tuple(range(self.held_out_start, self.held_out_start + self.held_out_levels))

    def variation_name(self, variation: int) -> str:
        return f"level {variation}"


Suite = Annotated[ForkMazeSuite | ProcgenSuite, Field(discriminator="name")]
