"""Learners: what turns experience into a better policy."""

import torch

from gsl.config.learners import LearnerSettings
from worker.learners.base import Guidance, Learner, Overrides
from worker.plugins import implementation_of
from worker.spaces import Spaces

__all__ = ["Guidance", "Learner", "Overrides", "make_learner"]


def make_learner(
    settings: LearnerSettings, spaces: Spaces, seed: int, device: torch.device, overrides: Overrides | None = None
) -> Learner:
    """A fresh learner of the kind that the settings ask for."""
    learner: Learner = implementation_of(settings)(settings, spaces, seed, device, overrides)
    return learner
