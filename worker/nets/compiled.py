"""torch.compile, for the network during rollouts and for the losses of small networks on a CPU."""

import os
import shutil
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor

from gsl.config.networks import Precision
from gsl.worker.nets.actor_critic import ActorCritic
from gsl.worker.nets.precision import Rounding

F = TypeVar("F", bound=Callable[..., Any])
Forward = Callable[[Tensor], tuple[Tensor, Tensor]]


def compiled(network: ActorCritic, precision: Precision) -> Forward:
    """`network` without gradients: the policy's parameters (B, P) and values (B,) in float32.

    On CUDA with mode reduce-overhead: one CUDA graph instead of a launch for each layer, which is faster for the small
    batches of a rollout. The next run of a graph overwrites its results, so they are copied.
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


def compiled_for_cpu(function: F) -> F:
    """`function` of tensors and its derivatives, with neighbouring operations fused into one loop.

    It is compiled again for every new shape and every new value of a number that is not a tensor. Raises RuntimeError
    without a C++ compiler.
    """
    if not any(shutil.which(name) for name in (os.environ.get("CXX", "g++"), "g++", "clang++")):
        raise RuntimeError("learner.compile needs a C++ compiler: install g++, or set learner.compile to false")
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # otherwise a pool of processes stays alive
    return torch.compile(function, dynamic=False)  # type: ignore[return-value]  # callable as before
