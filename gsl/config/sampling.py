"""Which training variation an environment plays next."""

from typing import Annotated, Literal

from pydantic import Field

from gsl.config.base import Settings, setting
from gsl.config.errors import known_name


class UniformSampling(Settings):
    """Drawn at random: every variation equally often in the long run."""

    name: Literal["uniform"] = "uniform"


class RoundRobinSampling(Settings):
    """In turn: whichever environment is free begins the next variation, so that each is played equally often.

    The environments of Meta-World's multi-task trainings do so. An epoch's mean then varies with the policy's episodes
    alone, and not with which variations were drawn.
    """

    name: Literal["round_robin"] = "round_robin"


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
    UniformSampling | RoundRobinSampling | PrioritizedSampling,
    Field(discriminator="name"),
    known_name(("uniform", "round_robin", "prioritized"), "sampling"),
]
