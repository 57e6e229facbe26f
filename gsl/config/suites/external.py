"""Environments that only a trainer of somebody's own knows: their variations, and what returns are worth."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings


class ExternalSuite(SuiteSettings):
    """Environments that your own trainer brings. What a variation is, it knows; here each is a number with a name."""

    implementation: ClassVar[str] = "gsl.worker.envs.base:Env"
    title: ClassVar[str] = "Your own environments"

    name: Literal["external"] = "external"
    environment: str = setting("", "What the trainer is told to make; it may be empty if it knows.", max_length=200)
    variations: int = setting(
        8, "Number of variations to train on; they are numbered from 0.", unit="variations", ge=1, le=100_000
    )
    held_out: int = setting(
        4, "Number of further variations that only measure generalisation.", unit="variations", ge=0, le=100_000
    )
    names: tuple[str, ...] = setting(
        (), "Names of the variations, first of those to train on. Those left out have numbers.", max_length=200_000
    )
    success: bool = setting(False, "Whether episodes report success, by whose rate they are then scored.")
    return_of_zero: float = setting(0.0, "Return that is a score of 0.")
    return_of_one: float = setting(1.0, "Return that is a score of 1.")
    longest_episode: int = setting(
        1000, "Steps after which an episode is cut off; budgets of evaluations follow from it.", unit="steps", ge=1,
        le=10_000_000,
    )  # fmt: skip

    @model_validator(mode="after")
    def _scores_differ(self) -> Self:
        if self.return_of_zero == self.return_of_one:
            raise ValueError("return_of_one must differ from return_of_zero")
        return self

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "continuous"

    @property
    def has_success(self) -> bool:
        return self.success

    @property
    def max_episode_steps(self) -> int:
        return self.longest_episode

    @property
    def score_range(self) -> tuple[float, float]:
        return self.return_of_zero, self.return_of_one

    def training_variations(self) -> tuple[int, ...]:
        return tuple(range(self.variations))

    def held_out_variations(self) -> tuple[int, ...]:
        return tuple(range(self.variations, self.variations + self.held_out))

    def variation_name(self, variation: int) -> str:
        return self.names[variation] if variation < len(self.names) else f"variation {variation}"

    @classmethod
    def missing(cls) -> str:
        """No machine has them by itself: they come with the trainer that its owner declares."""
        return "they come with your own trainer; choose the learner external"
