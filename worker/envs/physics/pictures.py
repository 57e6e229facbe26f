"""Drawings of CartPole and of the pendulum; Gymnasium's own need pygame.

CartPole: the track with its ends, the cart, and the pole at its angle. Pendulum: its circle, and the bar at its angle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.base import Picture

HEIGHT, WIDTH = 320, 480
_TRACK = 230  # its row
_CART_HEIGHT, _CART_WIDTH, _POLE_WIDTH = 36, 70, 10  # pixels
_LONGEST = 190  # pixels of the pole's longest picture
_GROUND, _LINE, _CART, _POLE, _AXLE = (255, 255, 255), (134, 142, 150), (33, 37, 41), (217, 119, 6), (73, 80, 87)
SIDE = 320
_FITS = 2.0  # metres, the pendulum's length that fills the picture
_BAR_WIDTH, _CIRCLE = 14, (222, 226, 230)


@dataclass(frozen=True)
class Pose:
    """Where cart and pole are, and how large what they are on is; in metres."""

    position: float  # of the cart, from the middle of the track to the right
    angle: float  # of the pole, in radians from upright to the right
    half_length: float  # of the pole
    bound: float  # where the track ends, on both sides


def cartpole_picture(pose: Pose) -> Picture:
    """The whole track is always seen. A pole that is too long for the picture is drawn shorter."""
    drawn = np.full((HEIGHT, WIDTH, 3), _GROUND, np.uint8)
    scale = WIDTH / (2 * pose.bound * 1.1)  # pixels a metre
    centre = WIDTH / 2 + pose.position * scale
    drawn[_TRACK : _TRACK + 2] = _LINE
    for end in (-pose.bound, pose.bound):
        at = round(WIDTH / 2 + end * scale)
        drawn[_TRACK - 14 : _TRACK + 16, max(at - 1, 0) : at + 1] = _LINE
    left, right = (int(np.clip(centre + side * _CART_WIDTH / 2, 0, WIDTH)) for side in (-1, 1))
    drawn[_TRACK - _CART_HEIGHT // 2 : _TRACK + _CART_HEIGHT // 2, left:right] = _CART
    _draw_pole(drawn, centre, pose.angle, min(2 * pose.half_length * scale, _LONGEST))
    return drawn


def _draw_pole(drawn: Picture, centre: float, angle: float, length: float) -> None:
    """A bar from the axle on, at this angle; the axle is a dot on it."""
    rows: NDArray[np.float64] = np.arange(HEIGHT)[:, None] + 0.5 - (_TRACK - _CART_HEIGHT / 4)
    columns: NDArray[np.float64] = np.arange(WIDTH)[None, :] + 0.5 - centre
    along = columns * np.sin(angle) - rows * np.cos(angle)
    across = columns * np.cos(angle) + rows * np.sin(angle)
    drawn[(np.abs(across) <= _POLE_WIDTH / 2) & (along >= -_POLE_WIDTH / 2) & (along <= length)] = _POLE
    drawn[rows**2 + columns**2 <= (_POLE_WIDTH * 0.4) ** 2] = _AXLE


def pendulum_picture(angle: float, length: float) -> Picture:
    """`angle` in radians from upright, anticlockwise; `length` in metres."""
    drawn = np.full((SIDE, SIDE, 3), _GROUND, np.uint8)
    up: NDArray[np.float64] = SIDE / 2 - (np.arange(SIDE)[:, None] + 0.5)
    right: NDArray[np.float64] = np.arange(SIDE)[None, :] + 0.5 - SIDE / 2
    from_axle = np.hypot(up, right)
    reach = min(length, _FITS) / _FITS * (SIDE / 2 - _BAR_WIDTH)
    drawn[np.abs(from_axle - reach) <= 1] = _CIRCLE
    along = up * np.cos(angle) - right * np.sin(angle)
    across = up * np.sin(angle) + right * np.cos(angle)
    drawn[(np.abs(across) <= _BAR_WIDTH / 2) & (along >= 0) & (along <= reach)] = _POLE
    drawn[from_axle <= _BAR_WIDTH / 2] = _AXLE
    return drawn
