"""Finished episodes, and their summary for each variation."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.method.variation_returns import by_variation, finite
from gsl.protocol.reports import PlaceReturn, VariationReturn


@dataclass(frozen=True)
class Episodes:
    """E finished episodes in the order in which they ended; those that end at one step, by slot."""

    variation: NDArray[np.int64]  # (E,)
    returns: NDArray[np.float64]  # (E,) raw, undiscounted
    length: NDArray[np.int64]  # (E,) environment steps
    success: NDArray[np.bool_] | None  # (E,); None if the suite has no success signal
    place: NDArray[np.int64] | None = None  # (E,) in its trial, from 0; None without trials

    def __len__(self) -> int:
        return self.variation.shape[0]

    def __getitem__(self, index: NDArray[Any]) -> "Episodes":
        success = None if self.success is None else self.success[index]
        place = None if self.place is None else self.place[index]
        return Episodes(self.variation[index], self.returns[index], self.length[index], success, place)

    @property
    def mean_return(self) -> float | None:
        return finite(self.returns.mean()) if len(self) else None

    @property
    def success_rate(self) -> float | None:
        return float(self.success.mean()) if len(self) and self.success is not None else None

    @property
    def mean_length(self) -> float | None:
        return float(self.length.mean()) if len(self) else None

    def by_variation(self) -> tuple[VariationReturn, ...]:
        """One summary for each variation with a finished episode, in the order of the variations."""
        return by_variation(self.variation, self.returns, self.length, self.success)

    def by_place(self) -> tuple[PlaceReturn, ...]:
        """One summary for each place in a trial, in order; none without trials."""
        if self.place is None:
            return ()
        return tuple(_of_place(self[self.place == place]) for place in np.unique(self.place))


def join(parts: Iterable[Episodes]) -> Episodes:
    """Concatenate episodes."""
    parts = list(parts)
    if not parts:
        return Episodes(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64), None)
    success, place = None, None
    if parts[0].success is not None:
        success = np.concatenate([part.success for part in parts if part.success is not None])
    if parts[0].place is not None:
        place = np.concatenate([part.place for part in parts if part.place is not None])
    return Episodes(
        np.concatenate([part.variation for part in parts]),
        np.concatenate([part.returns for part in parts]),
        np.concatenate([part.length for part in parts]),
        success,
        place,
    )


def _of_place(episodes: Episodes) -> PlaceReturn:
    """Every variation counts the same; the deviation is between their means."""
    _, member = np.unique(episodes.variation, return_inverse=True)
    means = np.bincount(member, weights=episodes.returns) / np.bincount(member)
    spread = float(means.std(ddof=1)) if len(means) > 1 else None
    return PlaceReturn(
        variations=len(means),
        mean_return=finite(means.mean()),
        std_return=None if spread is None else finite(spread),
        success_rate=episodes.success_rate,
    )
