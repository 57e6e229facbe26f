"""Which training variation an environment plays next."""

from typing import Annotated, Literal

from pydantic import Field

from gsl.config.base import Settings, setting
from gsl.config.known import known


class UniformSampling(Settings):
    """Every variation equally often in the long run."""

    name: Literal["uniform"] = "uniform"


class PrioritizedSampling(Settings):
    """Prioritized level replay (Jiang et al. 2021): variations from which more can be learned are played more often.

    A variation's score is the mean absolute advantage of its newest steps, their L1 value loss. It is replayed by the
    rank of its score, mixed with how long ago it was played.
    """

    name: Literal["prioritized"] = "prioritized"
    temperature: float = setting(
        0.1, "How much the ranks of scores count: a rank's share is (1 / rank) to the power of 1 / temperature.",
        gt=0, le=100,
    )  # fmt: skip
    staleness: float = setting(
        0.1, "Share of replays that go by how long ago a variation was played, instead of by its score.", ge=0, le=1
    )
    replay_probability: float = setting(
        0.5, "How often a known variation is replayed while there are some that were never played.", ge=0, le=1
    )


Sampling = Annotated[
    UniformSampling | PrioritizedSampling, Field(discriminator="name"), known(("uniform", "prioritized"), "sampling")
]
