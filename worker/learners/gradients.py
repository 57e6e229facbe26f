"""What happens to gradients between two minibatches. A small network's whole step takes little longer than torch's own
functions for this, which look at every tensor several times in Python."""

from collections.abc import Iterable

import torch
from torch import Tensor


def forget_gradients(parameters: Iterable[Tensor]) -> None:
    """None of them has one."""
    for parameter in parameters:
        parameter.grad = None


def clipped_step(adam: torch.optim.Adam, parameters: Iterable[Tensor], most: float) -> Tensor:
    """A step of fused Adam with gradients clipped as `clip_grad_norm_` does to the joint norm `most`.

    Gives the norm that they had. Adam's kernel scales them as it reads them, as `torch.amp.GradScaler` has it do.
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(one) for one in gradients]))
    adam.grad_scale = (norm / most).clamp(min=1.0)  # type: ignore[attr-defined]  # what it divides by
    adam.step()
    return norm
