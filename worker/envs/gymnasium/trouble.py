"""What is said when an environment crashes, shows no numbers, or is asked for what it has not."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.envs.base import IDLE, EnvError, Sampler
from worker.envs.gymnasium.pool import Recipe


def check_variations(recipe: Recipe, sampler: Sampler) -> None:
    """Raise EnvError when the sampler may deal what the suite has not."""
    unknown = sorted(sampler.variations - recipe.variations)
    if unknown:
        raise EnvError(f"{recipe.env_id}: these settings have no variations {unknown[:10]}")


def check_finite(
    recipe: Recipe, observation: NDArray[Any], reward: NDArray[np.float32], variation: NDArray[np.int64],
    seed: NDArray[np.int64], steps: NDArray[np.int64],
) -> None:  # fmt: skip
    """Raise EnvError for the first slot whose observation or reward is no finite number; idle slots may show any."""
    fine = np.isfinite(reward)
    if observation.dtype != np.uint8:
        fine &= np.isfinite(observation).all(axis=1)
    if fine.all():
        return
    for slot in np.flatnonzero(~fine & (variation != IDLE)).tolist():
        shown = ValueError(f"reward {reward[slot]}, observation {observation[slot]}")
        raise failure(recipe, int(variation[slot]), int(seed[slot]), int(steps[slot]), shown)


def failure(recipe: Recipe, variation: int, seed: int, step: int, error: Exception) -> EnvError:
    """What can be repeated: the variation, the reset's seed and the step at which it happened."""
    if isinstance(error, EnvError):
        return error
    name = recipe.name(variation) if variation != IDLE else "idle"
    return EnvError(
        f"{recipe.env_id} failed in variation {variation} ({name}), reset seed {seed}, step {step}: "
        f"{type(error).__name__}: {error}"
    )
