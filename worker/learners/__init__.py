"""Learners: what improves a policy by experience."""

from gsl.worker.learners.base import Guidance, Learner, Overrides

__all__ = ["Guidance", "Learner", "Overrides"]
