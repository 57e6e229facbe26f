"""A drawing of the pendulum: its circle, and the bar at its angle. Gymnasium's own needs pygame."""

import numpy as np

from gsl.worker.envs.base import Picture

SIDE = 320
_LONGEST = 2.0  # metres, what fits into the picture
_WIDTH = 14  # pixels
_GROUND, _LINE, _BAR, _AXLE = (255, 255, 255), (222, 226, 230), (217, 119, 6), (33, 37, 41)


def pendulum_picture(angle: float, length: float) -> Picture:
    """`angle` in radians from upright, anticlockwise; `length` in metres."""
    drawn = np.full((SIDE, SIDE, 3), _GROUND, np.uint8)
    up = SIDE / 2 - (np.arange(SIDE)[:, None] + 0.5)
    right = np.arange(SIDE)[None, :] + 0.5 - SIDE / 2
    from_axle = np.hypot(up, right)
    reach = min(length, _LONGEST) / _LONGEST * (SIDE / 2 - _WIDTH)
    drawn[np.abs(from_axle - reach) <= 1] = _LINE
    along = up * np.cos(angle) - right * np.sin(angle)
    across = up * np.sin(angle) + right * np.cos(angle)
    drawn[(np.abs(across) <= _WIDTH / 2) & (along >= 0) & (along <= reach)] = _BAR
    drawn[from_axle <= _WIDTH / 2] = _AXLE
    return drawn
