"""How many rounds of an evaluation were played; a round is one episode of each variation.

An evaluation with a budget may be cut after any round. Every episode that starts is finished, so fewer rounds are
noisier but not biased. Even so, whole and cut measurements are never compared.
"""

from dataclasses import dataclass
from typing import Literal

Wholeness = Literal["whole", "cut", "unknown"]


@dataclass(frozen=True)
class Rounds:
    """Rounds played and rounds asked for; None: measured before rounds were counted, so it may have been cut."""

    played: int | None = None
    asked: int | None = None

    @property
    def wholeness(self) -> Wholeness:
        if self.played is None or self.asked is None:
            return "unknown"
        return "whole" if self.played >= self.asked else "cut"

    def comparable(self, other: "Rounds") -> bool:
        """Whether the difference between both measurements is meaningful."""
        return self.wholeness == other.wholeness

    @property
    def mark(self) -> str:
        """A note for whatever shows the measurement; empty if it is whole."""
        if self.wholeness == "unknown":
            return "measured by an older version: may be cut"
        return "" if self.wholeness == "whole" else f"cut: {self.played} of {self.asked} rounds"
