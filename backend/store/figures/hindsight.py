"""Whether a curve rose after a plateau, by the definition of criterion H's benchmark."""

import numpy as np

from backend.domain.figure_data import Curve, Metric
from gsl.method import curves


def rose_later(curve: Curve | None, metric: Metric, start_epoch: int, detected_epoch: int) -> bool | None:
    """As far as the curve is known; None if it is missing or does not reach beyond the detection."""
    if curve is None or len(curve.epochs) == 0 or int(curve.epochs[-1]) <= detected_epoch:
        return None
    smoothed = curves.smoothed_whole(curve.scores.of(metric))
    if np.isnan(smoothed).any():
        return None
    start, detected = np.searchsorted(curve.epochs, [start_epoch, detected_epoch])
    return curves.rose_later(smoothed, int(start), int(detected))
