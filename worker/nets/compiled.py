"""The rollout's network through torch.compile."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gsl.config.networks import Precision
from worker.nets.actor_critic import ActorCritic
from worker.nets.precision import Rounding

Forward = Callable[[Tensor], tuple[Tensor, Tensor]]


def compiled(network: ActorCritic, precision: Precision) -> Forward:
    """`network` without gradients: the policy's parameters (B, P) and values (B,) in float32.

    On CUDA in the mode reduce-overhead: one CUDA graph in place of a launch for each layer, which pays for the small
    batches of a rollout. A graph's results lie in memory that its next run overwrites, hence the copies.
    """
    device = network.value_head.weight.device
    run: Any = torch.compile(network, mode="reduce-overhead" if device.type == "cuda" else None)
    rounding = Rounding(precision)

    @torch.no_grad()
    def forward(observation: Tensor) -> tuple[Tensor, Tensor]:
        with rounding.of(device):
            parameters, value = run(observation)
        return parameters.to(torch.float32, copy=True), value.to(torch.float32, copy=True)

    return forward
