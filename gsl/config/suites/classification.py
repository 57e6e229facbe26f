"""Sequential classification: guess the label of an image until the guess is right."""

from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import refuse
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings

IMAGES = 1797
"""Of scikit-learn's digits."""
LABELS = 10
PIXELS = 64


class ClassificationSuite(SuiteSettings):
    """Sequential classification (Ghosh et al. 2021) of 8 x 8 handwritten digits; each image is one variation.

    An episode shows one image until its label is guessed. Each wrong guess costs 1. So a policy that is sure of a wrong
    label loses most, and one that does not see its guesses does best if it chooses labels at random, as likely as they
    seem after training.
    """

    implementation: ClassVar[str] = "gsl.worker.envs.classification:ClassificationEnv"
    title: ClassVar[str] = "Sequential classification"
    requires: ClassVar[tuple[str, ...]] = ("sklearn",)
    extra: ClassVar[str | None] = "worker"

    name: Literal["classification"] = "classification"
    images: int = setting(
        100,
        "Number of training images. With fewer, a policy is unsure of more images that it has not seen.",
        unit="images", ge=1, le=IMAGES,
    )  # fmt: skip
    held_out_images: int = setting(
        500, "Number of images that are not trained on and only measure generalisation.", unit="images", ge=0,
        lt=IMAGES,
    )  # fmt: skip
    split_seed: int = setting(0, "Seed of the random choice of training and held-out images.", ge=0, lt=2**31)
    guesses: int = setting(
        20, "Guesses after which an episode ends, even if none was right.", unit="guesses", ge=1, le=10_000
    )
    guesses_observed: bool = setting(
        False,
        "Add to the image which labels have been guessed in this episode. Without that, a policy cannot know which of "
        "its guesses were wrong and may repeat them.",
    )

    @model_validator(mode="after")
    def _has_enough_images(self) -> Self:
        most = IMAGES - self.images
        if self.held_out_images > most:
            reason = f"must be at most {most}: there are {IMAGES} images, and {self.images} are trained on"
            refuse(type(self).__name__, [(("held_out_images",), reason, self.held_out_images)])
        return self

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "discrete"

    @property
    def has_success(self) -> bool:
        """A policy that guesses at random is right in the end, so success says little."""
        return False

    @property
    def max_episode_steps(self) -> int:
        return self.guesses

    @property
    def score_range(self) -> tuple[float, float]:
        return -float(self.guesses), 0.0

    def training_variations(self) -> tuple[int, ...]:
        return tuple(sorted(_order(self.split_seed)[: self.images]))

    def held_out_variations(self) -> tuple[int, ...]:
        return tuple(sorted(_order(self.split_seed)[self.images : self.images + self.held_out_images]))

    def variation_name(self, variation: int) -> str:
        return f"image {variation}"


@lru_cache(64)
def _order(seed: int) -> tuple[int, ...]:
    """All images in random order: the first are trained on, the next are held out."""
    return tuple(np.random.default_rng(seed).permutation(IMAGES).tolist())
