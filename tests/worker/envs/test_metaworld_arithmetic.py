"""The quick arithmetic has the bits of NumPy's, SciPy's and the package's."""

from math import sqrt

import mujoco
import numpy as np
import pytest
from metaworld.utils import reward_utils
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation as SciPyRotation

from gsl.worker.envs.metaworld.arithmetic import NUMPY, REWARDS, Rotation, length, norm, tolerance

RNG = np.random.default_rng(0)
AXES = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 1, 1]]


def rotation_matrix(quaternion: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.empty(9)
    mujoco.mju_quat2Mat(matrix, quaternion / np.linalg.norm(quaternion))
    return matrix.reshape(3, 3)


def test_quaternions_of_rotation_matrices_are_those_of_scipy() -> None:
    quaternions = [*np.array(AXES, float), *RNG.normal(size=(2000, 4))]
    for matrix in map(rotation_matrix, quaternions):
        assert np.array_equal(Rotation.from_matrix(matrix).as_quat(), SciPyRotation.from_matrix(matrix).as_quat())


def test_norms_of_vectors_are_those_of_numpy() -> None:
    for size in (2, 3, 6):
        for vector in RNG.normal(size=(1000, size)):
            assert norm(vector) == norm(vector, ord=2) == length(vector) == np.linalg.norm(vector)
    assert type(norm(np.ones(3))) is np.float64
    assert all(norm(number) == np.linalg.norm(number) for number in RNG.normal(size=1000))


@pytest.mark.parametrize(
    "value", [np.ones((2, 3)), np.arange(6.0)[::2], np.ones(3, np.float32), [3.0, 4.0], np.array([3, 4])]
)
def test_other_norms_are_left_to_numpy(value: NDArray[np.float64]) -> None:
    assert norm(value) == np.linalg.norm(value)
    assert type(norm(value)) is type(np.linalg.norm(value))


def test_the_order_of_a_norm_is_heeded() -> None:
    assert norm(np.array([3.0, -4.0]), 1) == norm(np.array([3.0, -4.0]), ord=1) == 7.0
    assert np.array_equal(norm(np.eye(2) * 2, axis=0), [2.0, 2.0])


@pytest.mark.parametrize("sigmoid", ["long_tail", "gaussian", "reciprocal"])
def test_tolerances_are_those_of_the_package(sigmoid: str) -> None:
    for x, upper, margin in RNG.uniform(0, 1, size=(2000, 3)):
        for value in (x, float(x)):
            expected = reward_utils.tolerance(value, (0, upper), margin, sigmoid)  # type: ignore[arg-type]  # a str
            assert tolerance(value, (0, upper), margin, sigmoid) == expected


def test_tolerance_at_its_edges() -> None:
    assert tolerance(0.5, (0, 0.5), 0.0, "long_tail") == 1.0
    assert tolerance(0.6, (0, 0.5), 0.0, "long_tail") == 0.0
    assert tolerance(-0.1, (0, 0.5), 0.1, "long_tail") == reward_utils.tolerance(-0.1, (0, 0.5), 0.1, "long_tail")
    with pytest.raises(ValueError, match="margin"):
        tolerance(0.6, (0, 0.5), -1.0, "long_tail")


def test_everything_else_is_numpy_and_the_package() -> None:
    assert NUMPY.hstack is np.hstack
    assert NUMPY.linalg.norm is norm
    assert REWARDS.hamacher_product is reward_utils.hamacher_product
    assert sqrt(2.0) == np.sqrt(2.0)
