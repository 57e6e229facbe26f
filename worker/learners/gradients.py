"""Resetting, measuring and clipping gradients.

Torch's own functions visit every tensor several times in Python, which takes almost as long as the whole step of a
small network.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from gsl.worker.nets.adam import Adam


def forget_gradients(parameters: Iterable[Tensor]) -> None:
    """Reset all gradients to None."""
    for parameter in parameters:
        parameter.grad = None


def gradient_norm(parameters: Iterable[Tensor]) -> Tensor:
    """The joint Euclidean norm of the gradients that there are; a scalar on their device."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(one) for one in gradients]))
    return norm


def clipped_step(adam: Adam, parameters: Iterable[Tensor], max_norm: float) -> Tensor:
    """A step of fused Adam with the gradients' joint norm clipped to `max_norm`, as `clip_grad_norm_` does.

    Returns the norm before clipping. Adam's kernel scales gradients while reading them, as for `torch.amp.GradScaler`.
    """
    norm = gradient_norm(parameters)
    adam.grad_scale = (norm / max_norm).clamp(min=1.0)  # type: ignore[attr-defined]  # the divisor
    adam.step()
    return norm
