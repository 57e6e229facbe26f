"""Sequential classification of scikit-learn's digits, with all slots in a few numpy operations.

Observation (64,) float32: the image's 8 x 8 pixels, each in [0, 1]; with `guesses_observed` (74,), ten more numbers, of
which those of labels that were guessed in this episode are 1.
Actions: the ten labels. Reward: -1 for a wrong guess, 0 for the right one, which ends the episode. The limit on guesses
is part of the task. So a policy without memory that gives the right label the probability p has the expected return
-sum of (1 - p)^t for t from 1 to the limit.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.classification import IMAGES, LABELS, PIXELS, ClassificationSuite
from gsl.worker.envs.base import IDLE, EnvError, Sampler, State, Step, deal
from gsl.worker.spaces import Actions

BRIGHTEST = 16


class ClassificationEnv:
    """An Env. Only the sampler's choices are random, so `seed` is not used."""

    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("discrete", LABELS)

    def __init__(self, suite: ClassificationSuite, num_envs: int, sampler: Sampler, seed: int = 0) -> None:
        unknown = sorted(sampler.variations - set(range(IMAGES)))
        if unknown:
            raise EnvError(f"the images are 0..{IMAGES - 1}, not {unknown[:10]}")
        self.num_envs, self._guesses, self._sampler = num_envs, suite.guesses, sampler
        self._images, self._labels = digits()
        self._slots = np.arange(num_envs)
        self._remembers = suite.guesses_observed
        self.observation_shape: tuple[int, ...] = (PIXELS + LABELS * self._remembers,)
        self.variation = np.full(num_envs, IDLE, np.int64)
        self._label = np.full(num_envs, IDLE, np.int64)  # the right one; an idle slot has none
        self._steps = np.zeros(num_envs, np.int64)
        self._observation = np.zeros((num_envs, *self.observation_shape), np.float32)

    def reset(self) -> NDArray[np.float32]:
        self._begin(self._slots)
        return self._observation.copy()

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        right = actions == self._label
        self._steps += 1
        done = right | (self._steps >= self._guesses)
        variation = self.variation.copy()
        if self._remembers:
            self._observation[self._slots, PIXELS + actions] = 1.0
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._observation.copy(), right.astype(np.float32) - 1.0, done, variation, None)

    def state(self) -> State:
        guessed = self._observation[:, PIXELS:].copy()
        return {"variation": self.variation.copy(), "steps": self._steps.copy(), "guessed": guessed}

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["steps"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['steps'])} slots, not {self.num_envs}")
        self.variation = state["variation"].astype(np.int64)
        self._steps = state["steps"].astype(np.int64)
        self._show(self._slots)
        self._observation[:, PIXELS:] = state["guessed"]
        return self._observation.copy()

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self, slots: NDArray[np.int64]) -> None:
        self.variation[slots] = [deal(self._sampler, slot) for slot in slots.tolist()]
        self._steps[slots] = 0
        self._show(slots)

    def _show(self, slots: NDArray[np.int64]) -> None:
        """Show these slots' images, without any guesses."""
        variation = self.variation[slots]
        idle = variation == IDLE
        self._label[slots] = np.where(idle, IDLE, self._labels[variation])
        self._observation[slots, :PIXELS] = np.where(idle[:, None], 0.0, self._images[variation])
        self._observation[slots, PIXELS:] = 0.0


@cache
def digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Images (1797, 64), each pixel in [0, 1], and their labels (1797,).

    They are read from the package's file: importing the package takes a second and would add to every job's start.
    Raises EnvError if it is missing or another one.
    """
    package = find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise EnvError("the images are part of scikit-learn, which is not installed")
    file = Path(package.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    try:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    except OSError as error:
        raise EnvError(f"scikit-learn's digits cannot be read: {error}") from error
    if table.shape != (IMAGES, PIXELS + 1):
        raise EnvError(f"scikit-learn's digits have the shape {table.shape}, not {(IMAGES, PIXELS + 1)}")
    return table[:, :PIXELS] / BRIGHTEST, table[:, PIXELS].astype(np.int64)
