"""Which training variation an environment plays next, and for how many episodes."""

from typing import Annotated, Literal

from pydantic import Field

from gsl.config.base import Settings, setting
from gsl.config.errors import known_name


class UniformSampling(Settings):
    """At random: every variation is played equally often in the long run."""

    name: Literal["uniform"] = "uniform"


class RoundRobinSampling(Settings):
    """In turn: the next free environment plays the next variation, so all are played equally often.

    As in Meta-World's multi-task training. An epoch's mean then varies only with the policy's episodes, not with the
    draw of variations.
    """

    name: Literal["round_robin"] = "round_robin"


class PrioritizedSampling(Settings):
    """Prioritized level replay (Jiang et al. 2021): variations with more left to learn are played more often.

    A variation's score is the mean absolute advantage of its newest steps (the L1 value loss). Its probability depends
    on the rank of that score and on how long ago it was played.
    """

    name: Literal["prioritized"] = "prioritized"
    temperature: float = setting(
        0.1,
        "Temperature of the ranking: the weight of a rank is (1 / rank) ^ (1 / temperature). Lower values replay the "
        "highest scores more often.",
        gt=0,
        le=100,
    )
    staleness: float = setting(
        0.1,
        "Share of the replay probability that depends on how long ago a variation was played instead of on its score.",
        ge=0,
        le=1,
    )
    replay_probability: float = setting(
        0.5,
        "Probability of replaying a known variation while some have never been played. Reduce it to see all variations "
        "sooner.",
        ge=0,
        le=1,
    )


class BootstrapSampling(Settings):
    """At random, for a learner with members: each plays a bootstrap sample of the variations.

    As many variations as there are, drawn with replacement: a member never plays about a third of them, and others more
    often. Samples are drawn once for a run, so members keep theirs in fine-tuning.
    """

    name: Literal["bootstrap"] = "bootstrap"


Sampling = Annotated[
    UniformSampling | RoundRobinSampling | PrioritizedSampling | BootstrapSampling,
    Field(discriminator="name"),
    known_name(("uniform", "round_robin", "prioritized", "bootstrap"), "sampling"),
]


class TrialSettings(Settings):
    """How many episodes in a row an environment plays of one variation. Only a learner with memory gains by more."""

    episodes: int = setting(
        1,
        "Episodes of a trial: all on one variation, in which a learner with memory forgets nothing from one episode to "
        "the next. 1: it forgets after every episode.",
        unit="episodes",
        ge=1,
        le=1000,
    )
    scored: int = setting(
        0,
        "Episodes that an evaluation adds to a trial, each with the memory that the trial left; they alone are scored. "
        "10 episodes and 3 scored are Meta-World's protocol for ML1, ML10 and ML45. 0: all of the trial are scored.",
        unit="episodes",
        ge=0,
        le=1000,
    )

    @property
    def evaluated(self) -> int:
        """Episodes of a trial in an evaluation."""
        return self.episodes + self.scored
