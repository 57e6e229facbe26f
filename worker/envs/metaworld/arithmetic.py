"""The arithmetic of Meta-World's observations and rewards on plain floats: the same bits in much less time.

NumPy and SciPy are made for arrays, but Meta-World uses them for three numbers at a time, thousands of times a second.
Each function here does the same operations in the same order on Python's floats, which are the same IEEE doubles, and
passes all other cases to the original. `tests/worker/envs/test_metaworld_arithmetic.py` compares the bits.
"""

from math import sqrt
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from metaworld.utils import reward_utils as package_rewards
from numpy.typing import NDArray

VALUE_AT_MARGIN: Final = 0.1
_LONG_TAIL_SCALE: Final = float(np.sqrt(1 / VALUE_AT_MARGIN - 1))
_GAUSSIAN_SCALE: Final = float(np.sqrt(-2 * np.log(VALUE_AT_MARGIN)))
_SIGMOIDS: Final = ("long_tail", "gaussian")
_FLOAT64: Final = np.dtype(np.float64)
_CONTIGUOUS_VECTOR: Final = (8,)  # strides
_SCALARS: Final = frozenset({float, int, np.float64})

Quaternion = tuple[float, float, float, float]


def length(vector: NDArray[np.float64]) -> float:
    """Euclidean norm of contiguous doubles `vector` (n,). As in NumPy: the square root of x . x."""
    return sqrt(vector.dot(vector))


def norm(x: Any, *arguments: Any, **options: Any) -> Any:
    """`numpy.linalg.norm`, with the same type of result, because tasks call its `item()`."""
    vector = type(x) is np.ndarray and x.strides == _CONTIGUOUS_VECTOR and x.dtype is _FLOAT64
    if vector and not arguments and options.get("ord", 2) == 2 and len(options) <= 1:
        return np.float64(sqrt(x.dot(x)))
    if type(x) is np.float64 and not arguments and not options:
        return np.float64(sqrt(x * x))
    return np.linalg.norm(x, *arguments, **options)


def tolerance(
    x: Any, bounds: tuple[float, float] = (0.0, 0.0), margin: Any = 0.0, sigmoid: str = "gaussian",
    value_at_margin: float = VALUE_AT_MARGIN,
) -> Any:  # fmt: skip
    """`metaworld.utils.reward_utils.tolerance`: 1 inside `bounds`, falling to `value_at_margin` at `margin` outside."""
    plain = sigmoid in _SIGMOIDS and value_at_margin == VALUE_AT_MARGIN and type(x) in _SCALARS
    if not plain or type(margin) not in _SCALARS:
        return package_rewards.tolerance(x, bounds, margin, sigmoid, value_at_margin)  # type: ignore[arg-type]  # a str
    lower, upper = bounds
    if lower > upper or margin < 0:
        raise ValueError(f"bounds {bounds} must be in ascending order, and margin {margin} must not be negative")
    x = float(x)
    if lower <= x <= upper:
        return 1.0
    if margin == 0:
        return 0.0
    distance = (lower - x if x < lower else x - upper) / float(margin)
    if sigmoid == "long_tail":
        return 1 / ((distance * _LONG_TAIL_SCALE) ** 2 + 1)
    return float(np.exp(-0.5 * (distance * _GAUSSIAN_SCALE) ** 2))


def quaternion(matrix: NDArray[np.float64]) -> Quaternion:
    """(x, y, z, w) of a rotation matrix (3, 3), as `scipy.spatial.transform.Rotation` computes it.

    The component with the largest square comes from the diagonal, the others from it (Markley 2008).
    The matrix must be orthogonal, as MuJoCo's are to a few ulps; SciPy corrects those that are off by 1e-12.
    """
    (m00, m01, m02), (m10, m11, m12), (m20, m21, m22) = matrix.tolist()
    trace = m00 + m11 + m22
    if m00 >= m11 and m00 >= m22 and m00 >= trace:
        x, y, z, w = 1 - trace + 2 * m00, m10 + m01, m20 + m02, m21 - m12
    elif m11 >= m22 and m11 >= trace:
        x, y, z, w = m01 + m10, 1 - trace + 2 * m11, m21 + m12, m02 - m20
    elif m22 >= trace:
        x, y, z, w = m02 + m20, m12 + m21, 1 - trace + 2 * m22, m10 - m01
    else:
        x, y, z, w = m21 - m12, m02 - m20, m10 - m01, 1 + trace
    length = sqrt(x * x + y * y + z * z + w * w)
    return x / length, y / length, z / length, w / length


class Rotation:
    """The only use that Meta-World makes of `scipy.spatial.transform.Rotation`: `from_matrix(matrix).as_quat()`."""

    __slots__ = ("_matrix",)

    def __init__(self, matrix: NDArray[np.float64]) -> None:
        self._matrix = matrix

    @classmethod
    def from_matrix(cls, matrix: NDArray[np.float64]) -> "Rotation":
        return cls(matrix)

    def as_quat(self) -> Quaternion:
        return quaternion(self._matrix)


NUMPY: Final = SimpleNamespace(**vars(np) | {"linalg": SimpleNamespace(**vars(np.linalg) | {"norm": norm})})
"""numpy with the norm above."""

REWARDS: Final = SimpleNamespace(**vars(package_rewards) | {"tolerance": tolerance})
"""metaworld.utils.reward_utils with the tolerance above."""
