"""Learners: algorithms that improve a policy from experience."""

from gsl.config.learners.base import LearnerSettings
from gsl.config.learners.ppg import PPG
from gsl.config.learners.ppo import PPO
from gsl.config.learners.sac import SAC

__all__ = ["BUILTIN_LEARNERS", "PPG", "PPO", "SAC", "LearnerSettings"]

BUILTIN_LEARNERS: tuple[type[LearnerSettings], ...] = (PPO, PPG, SAC)
