"""Settings of criterion H that did well on real and synthetic curves, at any length: docs/plateau.md.

They are shares of the generalist's share of the budget, so that a preset of twenty epochs and one of three thousand see
the same curve alike.
"""

from typing import Literal

from gsl.config.learners import LearnerSettings
from gsl.config.method import PlateauSettings

WINDOW = 0.3
MARGIN = 0.25
EARLIEST = 0.1
SMOOTHING = 0.02
"""Window, earliest start and the filter's deviation as shares of the epochs; margin as a share of the range."""


def plateau_within(
    learner: LearnerSettings, generalist_steps: int, metric: Literal["return", "success"] = "return"
) -> PlateauSettings:
    """Criterion H for a generalist that may train for so many steps before the gate."""
    return plateau_of(generalist_steps // learner.batch_size, metric)


def plateau_of(epochs: int, metric: Literal["return", "success"] = "return") -> PlateauSettings:
    """Criterion H for a generalist's share of so many epochs."""
    return PlateauSettings(
        metric=metric,
        sigma=round(SMOOTHING * epochs, 1),
        window=max(2, round(WINDOW * epochs)),
        margin=MARGIN,
        min_epochs=round(EARLIEST * epochs),
    )
