"""Dark Key-to-Door (Laskin et al. 2022): a dark grid with a hidden key and a hidden door."""

from functools import cache
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings


class KeyToDoorSuite(SuiteSettings):
    """A dark grid with a key and a door: 1 for reaching the key, and 1 for then reaching the door, which ends it.

    All that is observed is the own cell, and episodes start anywhere. For in-context learning: a policy must find out
    where both are, and in which order they count. The defaults are those of Algorithm Distillation (Laskin et al.
    2022).
    """

    implementation: ClassVar[str] = "gsl.worker.envs.keytodoor:KeyToDoorEnv"
    title: ClassVar[str] = "Dark Key-to-Door"
    renders: ClassVar[bool] = True

    name: Literal["keytodoor"] = "keytodoor"
    size: int = setting(9, "Cells along each side.", unit="cells", ge=2, le=100)
    pairs: int = setting(
        100,
        "Number of pairs of a key's and a door's cell to train on; each is one variation.",
        unit="pairs",
        ge=1,
        le=100_000,
    )
    held_out_pairs: int = setting(
        50, "Number of further pairs that only measure generalisation.", unit="pairs", ge=0, le=100_000
    )
    pair_seed: int = setting(0, "Seed of the choice of pairs.", ge=0, lt=2**31)
    time_limit: int = setting(
        50, "Most steps of an episode. Fewer leave no time to reach both.", unit="steps", ge=2, le=10_000
    )

    @model_validator(mode="after")
    def _has_so_many_pairs(self) -> Self:
        if self.pairs + self.held_out_pairs > (available := self.size**2 * (self.size**2 - 1)):
            raise ValueError(
                f"pairs ({self.pairs}) and held_out_pairs ({self.held_out_pairs}) must be at most {available} together"
            )
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
        return 0.0, 2.0

    def training_variations(self) -> tuple[int, ...]:
        return _chosen(self.size, self.pair_seed, 0, self.pairs)

    def held_out_variations(self) -> tuple[int, ...]:
        return _chosen(self.size, self.pair_seed, self.pairs, self.pairs + self.held_out_pairs)

    def key_and_door(self, variation: int) -> tuple[int, int]:
        """The numbers of the two cells."""
        return variation // self.size**2, variation % self.size**2

    def variation_name(self, variation: int) -> str:
        (key, door), size = self.key_and_door(variation), self.size
        return f"key at {key % size}, {key // size}, door at {door % size}, {door // size}"


@cache
def _chosen(size: int, seed: int, first: int, end: int) -> tuple[int, ...]:
    """Some of all pairs in a random order, which does not depend on how many are chosen."""
    cells = size**2
    apart = np.array([key * cells + door for key in range(cells) for door in range(cells) if key != door])
    return tuple(sorted(int(pair) for pair in np.random.default_rng(seed).permutation(apart)[first:end]))
