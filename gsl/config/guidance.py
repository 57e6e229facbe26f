"""The table of learners and guides: which learner can be guided how, and why another cannot."""

from dataclasses import dataclass

from gsl.config.rules import refusal
from gsl.config.run import GUIDES, LEARNERS


@dataclass(frozen=True)
class Pair:
    """A learner and a guide by name; without a `reason` they work together."""

    learner: str
    guide: str
    reason: str | None


def pairs() -> tuple[Pair, ...]:
    """Every learner with every guide, those of installed packages included."""
    return tuple(
        Pair(learner, guide, refusal(LEARNERS[learner], GUIDES[guide])) for learner in LEARNERS for guide in GUIDES
    )
