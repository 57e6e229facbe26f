"""What an evaluation says about a policy as a whole: means over variations, in which every variation counts alike.

Variations that were not measured (None) are left out; where none was measured, the answer is None.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean

from gsl.config.suites.base import SuiteSettings
from gsl.protocol.reports import VariationReturn


def score(suite: SuiteSettings, returns: Sequence[VariationReturn]) -> float | None:
    """The suite's score of the means over variations: the success rate, or the normalised return without one."""
    return suite.score(mean_return(returns), success_rate(returns))


def mean_return(returns: Sequence[VariationReturn]) -> float | None:
    """The mean of the variations' mean returns, raw."""
    return _mean(entry.mean_return for entry in returns)


def success_rate(returns: Sequence[VariationReturn]) -> float | None:
    """The mean of the variations' success rates, 0 to 1."""
    return _mean(entry.success_rate for entry in returns)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
