"""Learners: what turns experience into a better policy."""

from gsl.config.learners.base import LearnerSettings
from gsl.config.learners.ppo import PPO

__all__ = ["BUILTIN_LEARNERS", "PPO", "LearnerSettings"]

BUILTIN_LEARNERS: tuple[type[LearnerSettings], ...] = (PPO,)
