"""Which episodes a demonstrations job keeps: one rule for GSL Lab's own learners and for trainers of somebody's own."""

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict

from gsl.protocol.jobs import JobSpec


class Keeping(BaseModel):
    """How many episodes of each variation are kept, out of how many, and which are worth it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    episodes: int  # kept of each variation, at most
    tries: int  # played of each variation, at most
    filter: Literal["return", "success"]
    least: dict[int, float]  # return by variation
    strictly: bool  # whether a return must be above the least, or may equal it

    def is_worth_it(self, variation: int, total: float, success: bool | None) -> bool:
        """Whether an episode with this return is a demonstration."""
        if self.filter == "success":
            return bool(success)
        least = self.least[variation]
        return total > least or (total == least and not self.strictly)


def keeping_of(spec: JobSpec) -> Keeping:
    """Successes; or returns above the threshold, which the generalist's own episodes (index 0) need only reach.

    A specialist must improve on the generalist. The generalist demonstrates what it can do already, so that this is not
    forgotten: its better episodes, where it does better than a score of 0.
    """
    settings, (zero, _) = spec.config.demonstrations, spec.config.suite.score_range
    least = {variation: spec.thresholds.get(variation, zero) for variation in spec.variations}
    if not spec.index:
        above_zero = math.nextafter(zero, math.inf)
        least = {variation: max(threshold, above_zero) for variation, threshold in least.items()}
    return Keeping(
        episodes=settings.per_variation if spec.index else settings.generalist_per_variation,
        tries=settings.max_tries,
        filter=settings.filter,
        least=least,
        strictly=bool(spec.index),
    )
