"""Functions of learners that use each rollout once."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from gsl.worker.experience import Rollout
from gsl.worker.learners.base import Guidance, to_device
from gsl.worker.learners.gae import Values, bootstrap_time_limits, gae
from gsl.worker.learners.ppo_losses import Batch
from gsl.worker.learners.reward_normaliser import RewardNormaliser


def samples_of(
    rollout: Rollout, guidance: Guidance | None, rewards: RewardNormaliser | None, values: Values,
    gamma: float, gae_lambda: float, device: torch.device,
) -> Batch:  # fmt: skip
    """Every sample of the rollout (T*N) with advantage and return, on the device.

    The guide gets raw rewards. The observation after the last step belongs to that step's variation, unless the step
    ended its episode; then the value is not used.
    """
    reward = rollout.reward
    if guidance is not None:
        flat = guidance.reward(rollout.observation.flatten(0, 1), rollout.action.flatten(0, 1), reward.flatten())
        reward = flat.reshape(reward.shape)
    if rewards is not None:
        reward = rewards(reward, rollout.done)
    reward = bootstrap_time_limits(reward, rollout, values, gamma)
    value = rollout.value
    if value is None:
        value = values(rollout.observation.flatten(0, 1), rollout.variation.flatten()).reshape(reward.shape)
    next_value = rollout.next_value
    if next_value is None:
        next_value = values(rollout.next_observation, rollout.variation[-1])
    advantage, returns = gae(reward, value, rollout.done, next_value, gamma, gae_lambda)
    columns = (rollout.observation, rollout.action, rollout.log_prob, value, advantage, returns)
    return Batch(*(to_device(column.flatten(0, 1), device) for column in columns))


def normalised(advantage: Tensor) -> Tensor:
    """(..., B), scaled to mean 0 and standard deviation 1 along B."""
    deviation, mean = torch.std_mean(advantage, dim=-1, keepdim=True)
    return (advantage - mean) / (deviation + 1e-8)


def minibatches(samples: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Indices of all samples in random order, `size` at a time; the last minibatch may be smaller."""
    return iter(torch.split(torch.randperm(samples, generator=generator), size))


def shuffled(samples: Batch, size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, Batch]]:
    """One pass: minibatches of all samples in random order, each with the samples' indices.

    Vectors are reordered once for each pass, which is faster; a second copy of pictures would take too much memory.
    """
    device, count = samples.advantage.device, samples.advantage.shape[0]
    order = torch.randperm(count, generator=generator).to(device)
    ordered = samples[order] if samples.observation.dim() == 2 else None
    for start in range(0, count, size):
        part = slice(start, min(start + size, count))
        yield order[part], samples[order[part]] if ordered is None else ordered[part]


def explained_variance(samples: Batch) -> float:
    """Fraction of the returns' variance that the values explain; NaN if the returns do not vary."""
    variance = samples.returns.var()
    return float(1 - (samples.returns - samples.value).var() / variance) if variance > 0 else float("nan")


def stacked(samples: Sequence[Batch]) -> Batch:
    """The samples of K learners as one, (K, B, ...)."""
    every: dict[str, Any] = {name: [vars(one)[name] for one in samples] for name in vars(samples[0])}
    whole: dict[str, Any] = {name: None if one[0] is None else torch.stack(one) for name, one in every.items()}
    return Batch(**whole)


def reordered(samples: Batch, order: Tensor) -> Batch:
    """Of the samples (K, B, ...) those at `order` (K, b), which indexes each learner's own."""
    rows = torch.arange(len(order), device=order.device)[:, None]
    return columns(samples, lambda column: column[rows, order])


def columns(samples: Batch, change: Callable[[Tensor], Tensor]) -> Batch:
    """The samples with every column changed alike."""
    changed: dict[str, Any] = {name: None if one is None else change(one) for name, one in vars(samples).items()}
    return Batch(**changed)
