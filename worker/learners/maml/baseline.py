"""Advantages by a baseline that is linear in features of time and observation, fitted to each task's own returns.

As in rllab, garage and metaworld-algorithms: refitted for every task and phase, it needs no weights that are kept.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.worker.learners.gae import gae

RIDGE = 1e-5
CLIP = 10.0
PER_HUNDRED = 100.0


def times(done: Tensor) -> NDArray[np.int64]:
    """(T, N): how many steps of its episode came before each step; the first row begins episodes."""
    row = np.arange(len(done))[:, None]
    begins = np.zeros(tuple(done.shape), np.int64)
    begins[1:] = np.where(done.numpy()[:-1], row[1:], 0)
    return np.asarray(row - np.maximum.accumulate(begins, axis=0))


def features(observation: Tensor, done: Tensor) -> Tensor:
    """(N, T, 2 n + 4) float64 of observations (T, N, n): o, o^2, t, t^2, t^3, 1 with t in hundreds of steps."""
    seen = observation.double().clamp(-CLIP, CLIP)
    time = torch.from_numpy(times(done))[..., None] / PER_HUNDRED
    columns = [seen, seen**2, time, time**2, time**3, torch.ones_like(time)]
    return torch.cat(columns, dim=-1).transpose(0, 1)


def advantages(
    observation: Tensor, reward: Tensor, done: Tensor, counted: Tensor, gamma: float, gae_lambda: float
) -> Tensor:
    """(T, N), with mean 0 and deviation 1 over the counted steps of each of N tasks, and 0 elsewhere.

    Counted steps come first and are whole episodes. An episode that a time limit ended is over: the baseline knows the
    time.
    """
    ends, nothing = done | ~counted, torch.zeros_like(reward)
    returns, _ = gae(reward, nothing, ends, nothing[0], gamma, 1.0)
    value = _fitted(features(observation, ends), returns, counted)
    advantage, _ = gae(reward, value, ends, nothing[0], gamma, gae_lambda)
    return _standardised(advantage, counted)


def _fitted(rows: Tensor, returns: Tensor, counted: Tensor) -> Tensor:
    """(T, N): each task's returns as the features explain them, by least squares with a small ridge."""
    weighed = rows * counted.T[..., None]
    square = weighed.mT @ rows + RIDGE * torch.eye(rows.shape[-1], dtype=rows.dtype)
    weights: Tensor = torch.linalg.solve(square, weighed.mT @ returns.T.double()[..., None])
    return (rows @ weights).squeeze(-1).T.float()


def _standardised(advantage: Tensor, counted: Tensor) -> Tensor:
    count = counted.sum(0).clamp(min=1)
    centred: Tensor = (advantage - (advantage * counted).sum(0) / count) * counted
    deviation: Tensor = ((centred**2).sum(0) / count).sqrt()
    return centred / (deviation + 1e-8)
