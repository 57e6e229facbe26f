"""How whole an evaluation is: it goes in rounds of one episode a variation, and one with a budget may end early.

Every episode that begins also ends, so fewer rounds are noisier and not biased. A whole measurement is still never
compared with a cut one; and of measurements made before rounds were counted nobody knows which they were.
"""

from dataclasses import dataclass
from typing import Literal

Wholeness = Literal["whole", "cut", "unknown"]


@dataclass(frozen=True)
class Rounds:
    """Rounds that were played of those that were asked for; None: measured before rounds were counted, may be cut."""

    played: int | None = None
    asked: int | None = None

    @property
    def wholeness(self) -> Wholeness:
        if self.played is None or self.asked is None:
            return "unknown"
        return "whole" if self.played >= self.asked else "cut"

    def comparable(self, other: "Rounds") -> bool:
        """Whether a difference between both measurements means something."""
        return self.wholeness == other.wholeness

    @property
    def mark(self) -> str:
        """What stands beside a figure; empty where the measurement is whole."""
        if self.wholeness == "unknown":
            return "measured the old way: may be cut"
        return "" if self.wholeness == "whole" else f"cut: {self.played} of {self.asked} rounds"
