"""Gymnasium: any registered environment, its variations told apart by seed, reset options, arguments or attributes."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings
from gsl.config.suites.gymnasium.choices import Choice, Choices, described
from gsl.config.suites.gymnasium.probe import Offer, offer

HELD_OUT = 1_000_000
"""Id of the first held-out variation that is not a seed: those that are trained on may grow without renaming it."""


class GymnasiumParts(SuiteSettings):
    """The settings and what follows from them; `GymnasiumSuite` adds the check that an environment can be made."""

    implementation: ClassVar[str] = "worker.envs.gymnasium.env:make_gymnasium"
    title: ClassVar[str] = "Gymnasium"
    requires: ClassVar[tuple[str, ...]] = ("gymnasium",)

    name: Literal["gymnasium"] = "gymnasium"
    env_id: str = setting("CartPole-v1", "Registered id of the environment.", min_length=1, max_length=200)
    arguments: Choice = setting({}, "Arguments of its constructor that all variations share.")
    time_limit: int | None = setting(
        None, "Steps after which an episode is cut off; nothing: the registered limit.", unit="steps", ge=1, le=100_000
    )
    success_key: str | None = setting(
        None,
        "Entry of an episode's last `info` that tells success, as is_success; nothing: no success signal.",
        min_length=1,
        max_length=200,
    )
    score_low: float | None = setting(
        None, "Return that counts as 0; nothing: 0, where the return that counts as 1 is above it."
    )
    score_high: float | None = setting(None, "Return that counts as 1; nothing: the registered threshold.")
    vary: Literal["seed", "options", "arguments", "attributes"] = setting(
        "seed",
        "What tells variations apart: the seed of the reset, options of the reset, arguments of the constructor, or "
        "attributes that are set before the reset, as CartPole's length.",
    )
    first_seed: int = setting(0, "First seed that is trained on.", ge=0, lt=2**30)
    num_seeds: int = setting(16, "How many seeds are trained on.", unit="seeds", ge=1, le=100_000)
    held_out_start: int = setting(1_000_000, "First seed that only measures generalisation.", ge=0, lt=2**30)
    held_out_seeds: int = setting(16, "How many held-out seeds there are.", unit="seeds", ge=0, le=100_000)
    training: Choices = setting(Choices(), "Variations that are trained on, where seeds do not tell them apart.")
    held_out: Choices = setting(Choices(), "Variations that only measure generalisation, likewise.")

    @property
    def observes(self) -> Observes:
        return self._offer.observes

    @property
    def actions(self) -> ActionKind:
        return self._offer.actions

    @property
    def has_success(self) -> bool:
        return self.success_key is not None

    @property
    def max_episode_steps(self) -> int:
        limit = self.time_limit or self._offer.time_limit
        if limit is None:
            raise AssertionError("no settings are valid without a time limit")
        return limit

    @property
    def score_range(self) -> tuple[float, float]:
        high = self._offer.threshold if self.score_high is None else self.score_high
        if high is None:
            raise AssertionError("no settings are valid without a return that counts as 1")
        return self.score_low or 0.0, high

    def training_variations(self) -> tuple[int, ...]:
        if self.vary == "seed":
            return tuple(range(self.first_seed, self.first_seed + self.num_seeds))
        return tuple(range(len(self.training)))

    def held_out_variations(self) -> tuple[int, ...]:
        if self.vary == "seed":
            return tuple(range(self.held_out_start, self.held_out_start + self.held_out_seeds))
        return tuple(range(HELD_OUT, HELD_OUT + len(self.held_out)))

    def variation_name(self, variation: int) -> str:
        return f"seed {variation}" if self.vary == "seed" else described(self.choice(variation))

    def choice(self, variation: int) -> Choice:
        """The options, arguments or attributes of a variation; {} where seeds tell them apart."""
        if self.vary == "seed":
            return {}
        held_out = variation >= HELD_OUT
        return (self.held_out if held_out else self.training).all[variation - HELD_OUT * held_out]

    def constructor(self, choice: Choice) -> Choice:
        """What the environment of a choice is constructed with."""
        return self.arguments | choice if self.vary == "arguments" else self.arguments

    @property
    def _offer(self) -> Offer:
        return offer(self.env_id, self.constructor(self.choice(self.training_variations()[0])))
