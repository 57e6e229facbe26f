"""Learners turn experience into a better policy; each knows `update(rollout)` and nothing of the loop around it."""

from worker.learners.ppo import PPO, ExtraLoss, Overrides

__all__ = ["PPO", "ExtraLoss", "Overrides"]
