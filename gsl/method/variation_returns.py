"""Finished episodes of each variation in one figure, and several such figures in one."""

from collections.abc import Sequence
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from gsl.protocol.reports import VariationReturn

Success = NDArray[np.bool_] | None


def finite(number: float) -> float | None:
    """The number as reports may contain it: None if it is infinite or not a number."""
    return float(number) if isfinite(number) else None


def by_variation(
    variation: NDArray[np.int64], returns: NDArray[np.float64], length: NDArray[np.int64], success: Success
) -> tuple[VariationReturn, ...]:
    """One figure for each variation with an episode, in the order of the variations; arrays of shape (episodes,)."""
    found = []
    for number in np.unique(variation):
        mine = variation == number
        found.append(_summary(int(number), returns[mine], length[mine], None if success is None else success[mine]))
    return tuple(found)


def _summary(
    variation: int, returns: NDArray[np.float64], length: NDArray[np.int64], success: Success
) -> VariationReturn:
    spread = float(returns.std(ddof=1)) if len(returns) > 1 else None
    return VariationReturn(
        variation=variation,
        episodes=len(returns),
        mean_return=finite(returns.mean()),
        std_return=None if spread is None else finite(spread),
        success_rate=None if success is None else float(success.mean()),
        mean_length=float(length.mean()),
    )


def pooled(parts: Sequence[VariationReturn]) -> VariationReturn:
    """One variation's figures, at least one, as if all their episodes had been summed up together.

    Those whose mean is not known count for nothing, unless there are no others.
    """
    known = [part for part in parts if part.mean_return is not None] or list(parts[:1])
    episodes = sum(part.episodes for part in known)
    means = [(part.episodes, part.mean_return or 0.0, part.std_return or 0.0) for part in known]
    mean = sum(count * value for count, value, _ in means) / episodes
    scatter = sum((count - 1) * std**2 + count * (value - mean) ** 2 for count, value, std in means)
    rates = [part.episodes * part.success_rate for part in known if part.success_rate is not None]
    return VariationReturn(
        variation=known[0].variation,
        episodes=episodes,
        mean_return=None if known[0].mean_return is None else mean,
        std_return=sqrt(scatter / (episodes - 1)) if episodes > 1 else None,
        success_rate=sum(rates) / episodes if len(rates) == len(known) else None,
        mean_length=sum(part.episodes * part.mean_length for part in known) / episodes,
    )
