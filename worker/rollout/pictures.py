"""Pictures of a policy's behaviour, drawn from the episodes of an evaluation."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites import ForkMazeSuite, SuiteSettings
from gsl.worker.envs.forkmaze import picture
from gsl.worker.rollout.env_runner import StepResult

EPISODES_EACH = 4
"""Paths drawn for each variation."""


class PathObserver:
    """An Observer of an evaluation in the fork maze that draws its first paths to every goal."""

    def __init__(self, suite: ForkMazeSuite) -> None:
        self._suite = suite
        self._steps: list[tuple[NDArray[Any], ...]] = []

    def __call__(self, observation: NDArray[Any], action: NDArray[Any], result: StepResult) -> None:
        step = result.step
        success = np.zeros_like(step.done) if step.success is None else step.success
        self._steps.append((observation, action, step.done, step.variation, success))

    def draw(self, path: Path) -> None:
        """Write the SVG."""
        chosen: dict[int, list[picture.Path]] = defaultdict(list)
        if self._steps:
            columns = (np.stack(column) for column in zip(*self._steps, strict=True))
            for episode in picture.paths(self._suite, *columns):
                chosen[episode.variation].append(episode)
        drawn = [episode for episodes in chosen.values() for episode in episodes[:EPISODES_EACH]]
        path.write_text(picture.picture(self._suite, drawn))


def path_observer(suite: SuiteSettings) -> PathObserver | None:
    """An observer that draws policies in this suite; None if it has no pictures."""
    return PathObserver(suite) if isinstance(suite, ForkMazeSuite) else None
