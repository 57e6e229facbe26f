"""Settings of Gymnasium environments, whose variations differ by seed, reset options, arguments or attributes."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings
from gsl.config.suites.gymnasium.choices import Choice, Choices, described
from gsl.config.suites.gymnasium.probe import Offer, Trial, offer

HELD_OUT = 1_000_000
"""Id of the first held-out variation that is not a seed; independent of the number of training variations."""


class GymnasiumParts(SuiteSettings):
    """The settings and what follows from them; `GymnasiumSuite` adds the check that an environment can be made."""

    implementation: ClassVar[str] = "gsl.worker.envs.gymnasium.env:make_gymnasium"
    title: ClassVar[str] = "Gymnasium"
    requires: ClassVar[tuple[str, ...]] = ("gymnasium",)
    renders: ClassVar[bool] = True

    name: Literal["gymnasium"] = "gymnasium"
    env_id: str = setting("CartPole-v1", "Id of the environment in Gymnasium's registry.", min_length=1, max_length=200)
    arguments: Choice = setting({}, "Constructor arguments shared by all variations.")
    observation_keys: tuple[str, ...] = setting(
        (),
        "Keys of a dictionary observation that the policy sees, for example image and direction. Empty: all.",
        max_length=100,
    )
    time_limit: int | None = setting(
        None, "Steps after which an episode is cut off. Empty: the registered limit.", unit="steps", ge=1, le=100_000
    )
    success_key: str | None = setting(
        None,
        "Key in the last info of an episode that reports success, for example is_success. Empty: no success signal.",
        min_length=1,
        max_length=200,
    )
    score_low: float | None = setting(None, "Return that is normalised to 0. Empty: 0, if score_high is positive.")
    score_high: float | None = setting(None, "Return that is normalised to 1. Empty: the registered reward threshold.")
    vary: Literal["seed", "options", "arguments", "attributes"] = setting(
        "seed",
        "How variations differ. seed: by the seed of the reset. options: by options of the reset. arguments: by "
        "arguments of the constructor. attributes: by attributes set before the reset, for example CartPole's length.",
    )
    first_seed: int = setting(0, "First training seed, if vary is seed.", ge=0, lt=2**30)
    num_seeds: int = setting(16, "Number of training seeds.", unit="seeds", ge=1, le=100_000)
    held_out_start: int = setting(1_000_000, "First held-out seed, which only measures generalisation.", ge=0, lt=2**30)
    held_out_seeds: int = setting(16, "Number of held-out seeds.", unit="seeds", ge=0, le=100_000)
    training: Choices = setting(Choices(), "Training variations, unless vary is seed.")
    held_out: Choices = setting(
        Choices(), "Held-out variations, unless vary is seed; they only measure generalisation."
    )

    @property
    def observes(self) -> Observes:
        return self.offered.observes

    @property
    def actions(self) -> ActionKind:
        return self.offered.actions

    @property
    def has_success(self) -> bool:
        return self.success_key is not None

    @property
    def max_episode_steps(self) -> int:
        limit = self.time_limit or self.offered.time_limit
        if limit is None:
            raise AssertionError("checked when the settings were validated")
        return limit

    @property
    def score_range(self) -> tuple[float, float]:
        high = self.offered.threshold if self.score_high is None else self.score_high
        if high is None:
            raise AssertionError("checked when the settings were validated")
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
        """The options, arguments or attributes of a variation; {} if vary is seed."""
        if self.vary == "seed":
            return {}
        held_out = variation >= HELD_OUT
        return (self.held_out if held_out else self.training).all[variation - HELD_OUT * held_out]

    def constructor(self, choice: Choice) -> Choice:
        """Constructor arguments of a choice's environment."""
        return self.arguments | choice if self.vary == "arguments" else self.arguments

    def trial(self, choice: Choice) -> Trial:
        """One episode of the environment with a choice of options, arguments or attributes."""
        return Trial(
            self.env_id,
            self.observation_keys,
            self.constructor(choice),
            options=choice if self.vary == "options" else None,
            attributes=choice if self.vary == "attributes" else {},
        )

    @property
    def offered(self) -> Offer:
        """What the environment offers in the first variation, before attributes are set. Raises OfferError."""
        return offer(self.trial({} if self.vary == "attributes" else self.choice(self.training_variations()[0])))
