"""The two phases of trials, before and after the inner step, and the inner step itself.

theta'_i = theta - alpha * gradient of L_i,    L_i = -mean over the steps before of log pi_theta(a|s) * A
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gsl.worker.experience import Rollout
from gsl.worker.learners.maml.baseline import advantages
from gsl.worker.nets.adaptive import AdaptivePolicy
from gsl.worker.spaces import FORGET


@dataclass(frozen=True)
class Phase:
    """Up to B steps of each of N tasks, on the network's device; what is not counted has the weight 0."""

    observation: Tensor  # (N, B, *observation_shape)
    action: Tensor  # (N, B) int64 or (N, B, size)
    advantage: Tensor  # (N, B)
    weight: Tensor  # (N, B): of a step in its task's mean
    log_prob: Tensor  # (N, B), of the policy that acted
    returns: float  # the mean of its episodes'

    def some(self, share: float) -> "Phase":
        """Every n-th step of each task, about this share of them."""
        apart = max(1, round(1 / share))
        columns = {name: getattr(self, name)[:, ::apart] for name in ("observation", "action", "advantage", "log_prob")}
        weight = self.weight[:, ::apart]
        return Phase(**columns, weight=weight / weight.sum(1, keepdim=True).clamp(min=1e-8), returns=self.returns)

    def mean(self, values: Tensor) -> Tensor:
        """The mean (N,) of values (N, B) over each task's steps."""
        return (values * self.weight).sum(1)


@dataclass(frozen=True)
class Played:
    """T steps of N slots, on the CPU."""

    observation: Tensor
    action: Tensor
    reward: Tensor
    done: Tensor
    log_prob: Tensor


def phase_of(played: Played, counted: Tensor, gamma: float, gae_lambda: float, device: torch.device) -> Phase:
    """The counted steps (T, N) bool, which are whole episodes, with their advantages."""
    longest = max(1, int(counted.sum(0).max()))
    order = (~counted).int().argsort(dim=0, stable=True)[:longest]  # the counted ones first, in their order
    steps = {name: _taken(column, order) for name, column in vars(played).items()}
    kept = torch.take_along_dim(counted, order, 0)
    seen = steps["observation"]
    advantage = advantages(seen, steps["reward"], steps["done"], kept, gamma, gae_lambda)
    weight = kept / kept.sum(0).clamp(min=1)
    episodes = int((steps["done"] & kept).sum())
    return Phase(
        **{name: _by_task(steps[name], device) for name in ("observation", "action", "log_prob")},
        advantage=_by_task(advantage, device),
        weight=_by_task(weight, device),
        returns=float((steps["reward"] * kept).sum() / max(1, episodes)),
    )


def phases_of(
    rollout: Rollout, adapt_after: int, gamma: float, gae_lambda: float, device: torch.device
) -> tuple[Phase, Phase]:
    """Before and after the inner step, of the first trial of every slot."""
    first = (rollout.observation[..., -1] == FORGET).cumsum(0) == 1
    episode = rollout.done.cumsum(0) - rollout.done.long()
    played = Played(rollout.observation, rollout.action, rollout.reward, rollout.done, rollout.log_prob)
    parts = (first & (episode < adapt_after), first & (episode >= adapt_after))
    before, after = (phase_of(played, part, gamma, gae_lambda, device) for part in parts)
    return before, after


def inner_step(policy: AdaptivePolicy, parameters: Sequence[Tensor], before: Phase, rate: float) -> list[Tensor]:
    """The adapted parameters, each with the tasks N in front.

    Differentiable with respect to `parameters`, through the step, where gradients are enabled. The gradients of all
    tasks are those of one sum, because each task has a copy of the parameters to itself.
    """
    differentiable = torch.is_grad_enabled()
    with torch.enable_grad():
        copies = [one.expand(len(before.weight), *one.shape) for one in parameters]
        chosen = policy.distribution(policy.each(copies, before.observation)).log_prob(before.action)
        loss = -before.mean(chosen * before.advantage).sum()
        gradients = torch.autograd.grad(loss, copies, create_graph=differentiable)
    return [copy - rate * gradient for copy, gradient in zip(copies, gradients, strict=True)]


def _taken(column: Tensor, order: Tensor) -> Tensor:
    index = order.reshape(*order.shape, *[1] * (column.dim() - 2))
    return torch.take_along_dim(column, index, 0)


def _by_task(column: Tensor, device: torch.device) -> Tensor:
    return column.transpose(0, 1).contiguous().to(device)
