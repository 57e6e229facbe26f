"""What happens to gradients between two minibatches. A small network's whole step takes little longer than torch's own
functions for this, which look at every tensor several times in Python."""

from collections.abc import Iterable

import torch
from torch import Tensor


def forget_gradients(parameters: Iterable[Tensor]) -> None:
    """None of them has one."""
    for parameter in parameters:
        parameter.grad = None


def clip_gradients(parameters: Iterable[Tensor], most: float) -> Tensor:
    """Scale the gradients so that their joint norm is at most `most`, as `clip_grad_norm_` does; the norm they had."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients]))
    scale = (most / (norm + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(scale)
    return norm
