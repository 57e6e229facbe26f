"""SAC's losses on one replayed batch: only maths, no logging and no optimiser steps."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gsl.worker.learners.replay import Windows

RewardOf = Callable[[Tensor, Tensor, Tensor], Tensor]
"""A guide's `reward`: maps observations, actions and rewards of the same batch to new rewards."""


@dataclass(frozen=True)
class Transitions:
    """Steps to learn from, on the network's device; the first dimension of every tensor is B."""

    observation: Tensor
    action: Tensor
    reward: Tensor  # discounted sum of the n steps'
    bootstrap: Tensor  # factor of the next observation's value: gamma^n, or 0 where the episode was over
    next_observation: Tensor
    variation: Tensor


def n_step(windows: Windows, gamma: float, reward_of: RewardOf | None = None) -> Transitions:
    """Windows of n steps as transitions (Sutton and Barto 2018, section 7.1); fewer steps where the episode ends.

    The entropy of intermediate steps is not added: it belongs to an earlier policy, which is not stored.
    """
    reward = windows.reward
    if reward_of is not None:
        flat = (windows.observation.flatten(0, 1), windows.action.flatten(0, 1), reward.flatten())
        reward = reward_of(*flat).reshape(reward.shape)
    discounts = gamma ** torch.arange(reward.shape[1], device=reward.device)
    return Transitions(
        observation=windows.observation[:, 0],
        action=windows.action[:, 0],
        reward=(reward * windows.counted * discounts).sum(1),
        bootstrap=gamma ** windows.counted.sum(1) * ~windows.terminal,
        next_observation=windows.next_observation,
        variation=windows.variation,
    )


def critic_target(transitions: Transitions, lower: Tensor, log_prob: Tensor, temperature: Tensor) -> Tensor:
    """r + gamma^n (min Q'(s', a') - alpha log pi(a'|s')) with a' of the policy (Haarnoja et al. 2018b, equation 3).

    `lower` is the smaller of the target critics' estimates, (B,); `log_prob` that of a', (B,). The temperature is one
    for all, or (B,).
    """
    return transitions.reward + transitions.bootstrap * (lower - temperature * log_prob)


def critic_loss(estimates: Tensor, target: Tensor) -> Tensor:
    """Half the squared error, summed over the two critics (equation 5); `estimates` are (2, B), `target` (B,)."""
    return 0.5 * ((estimates - target) ** 2).mean(1).sum()


def actor_loss(lower: Tensor, log_prob: Tensor, temperature: Tensor) -> Tensor:
    """alpha log pi(a|s) - min Q(s, a) with a of the policy, reparameterised (equation 7)."""
    return (temperature * log_prob - lower).mean()


def temperature_loss(log_temperature: Tensor, log_prob: Tensor, target_entropy: float) -> Tensor:
    """-alpha (log pi(a|s) + target entropy), differentiated with respect to log alpha (equation 18).

    `log_temperature` is one for all, or (B,): that of each sample's variation, as in multi-task SAC (Yu et al. 2019).
    """
    return -(log_temperature.exp() * (log_prob.detach() + target_entropy)).mean()
