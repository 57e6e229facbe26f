"""Procgen: sixteen games, each level a variation."""

from functools import lru_cache
from typing import Any, ClassVar, Literal, Self, get_args

from pydantic import field_validator, model_validator

from gsl.config.base import setting
from gsl.config.errors import did_you_mean
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings

Game = Literal[
    "bigfish", "bossfight", "caveflyer", "chaser", "climber", "coinrun", "dodgeball", "fruitbot",
    "heist", "jumper", "leaper", "maze", "miner", "ninja", "plunder", "starpilot",
]  # fmt: skip
GAMES: tuple[str, ...] = get_args(Game)

# Cobbe et al. 2020, "Leveraging Procedural Generation to Benchmark Reinforcement Learning", appendix C.
SCORE_RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "easy": {
        "bigfish": (1, 40), "bossfight": (0.5, 13), "caveflyer": (3.5, 12), "chaser": (0.5, 13),
        "climber": (2, 12.6), "coinrun": (5, 10), "dodgeball": (1.5, 19), "fruitbot": (-1.5, 32.4),
        "heist": (3.5, 10), "jumper": (3, 10), "leaper": (3, 10), "maze": (5, 10),
        "miner": (1.5, 13), "ninja": (3.5, 10), "plunder": (4.5, 30), "starpilot": (2.5, 64),
    },
    "hard": {
        "bigfish": (0, 40), "bossfight": (0.5, 13), "caveflyer": (2, 13.4), "chaser": (0.5, 14.2),
        "climber": (1, 12.6), "coinrun": (5, 10), "dodgeball": (1.5, 19), "fruitbot": (-0.5, 27.2),
        "heist": (2, 10), "jumper": (1, 10), "leaper": (1.5, 10), "maze": (4, 10),
        "miner": (1.5, 20), "ninja": (2, 10), "plunder": (3, 30), "starpilot": (1.5, 35),
    },
}  # fmt: skip


@lru_cache(64)
def _levels(first: int, count: int) -> tuple[int, ...]:
    """Made once, because every list of runs counts the levels of each several times."""
    return tuple(range(first, first + count))


class ProcgenSuite(SuiteSettings):
    """Procgen (Cobbe et al. 2020): sixteen games; each level is one variation."""

    implementation: ClassVar[str] = "gsl.worker.envs.procgen.env:ProcgenEnv"
    title: ClassVar[str] = "Procgen"
    requires: ClassVar[tuple[str, ...]] = ("procgen",)
    extra: ClassVar[str | None] = "worker"
    renders: ClassVar[bool] = True
    libraries: ClassVar[dict[str, str]] = {"libGL.so.1": "libgl1", "libgthread-2.0.so.0": "libglib2.0-0"}

    name: Literal["procgen"] = "procgen"
    game: Game = setting("bigfish", "The game to play.")
    mode: Literal["easy", "hard"] = setting("easy", "Difficulty of the levels. easy is meant for smaller budgets.")
    start_level: int = setting(0, "Number of the first training level.", unit="level", ge=0, lt=2**30)
    num_levels: int = setting(
        200,
        "Number of training levels. More levels generalise better but take more steps to learn.",
        unit="levels",
        ge=1,
        le=100_000,
    )
    held_out_start: int = setting(
        1_000_000,
        "Number of the first held-out level, which only measures generalisation.",
        unit="level",
        ge=0,
        lt=2**30,
    )
    held_out_levels: int = setting(50, "Number of held-out levels.", unit="levels", ge=0, le=100_000)
    num_threads: int = setting(
        4,
        "Threads that simulate the levels. 0: simulate in the trainer's own thread, best on few CPU cores.",
        ge=0,
        le=256,
    )

    @field_validator("game", mode="before")
    @classmethod
    def _is_known(cls, game: Any) -> Any:
        if isinstance(game, str) and game not in GAMES:
            raise ValueError(f"unknown game {game!r}{did_you_mean(game, GAMES)}")
        return game

    @model_validator(mode="after")
    def _keeps_levels_apart(self) -> Self:
        train_end = self.start_level + self.num_levels
        held_out_end = self.held_out_start + self.held_out_levels
        if self.held_out_levels and self.start_level < held_out_end and self.held_out_start < train_end:
            raise ValueError(
                f"held_out_start must be at least {train_end}: held-out levels {self.held_out_start} to "
                f"{held_out_end - 1} overlap the training levels {self.start_level} to {train_end - 1}"
            )
        return self

    @property
    def observes(self) -> Observes:
        return "picture"

    @property
    def actions(self) -> ActionKind:
        return "discrete"

    @property
    def has_success(self) -> bool:
        return False

    @property
    def max_episode_steps(self) -> int:
        """Procgen's own time limit, `Game::timeout`: 1000, but 4000 in bossfight and plunder."""
        return 4000 if self.game in ("bossfight", "plunder") else 1000

    @property
    def score_range(self) -> tuple[float, float]:
        """Published minimum and maximum of the game (Cobbe et al. 2020, appendix C)."""
        return SCORE_RANGES[self.mode][self.game]

    def training_variations(self) -> tuple[int, ...]:
        return _levels(self.start_level, self.num_levels)

    def held_out_variations(self) -> tuple[int, ...]:
        return _levels(self.held_out_start, self.held_out_levels)

    def variation_name(self, variation: int) -> str:
        return f"level {variation}"
