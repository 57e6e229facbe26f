"""A step along the natural gradient within a trust region (Schulman et al. 2015, section 6 and appendix C)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Product = Callable[[Tensor], Tensor]
_SMALL_RESIDUAL = 1e-10


@dataclass(frozen=True)
class Region:
    """How far a step may go, and how its direction is found; see the settings of TRPO."""

    max_kl: float
    iterations: int
    damping: float
    backtracks: int
    ratio: float


@dataclass(frozen=True)
class Taken:
    """What became of a step: the KL divergence and the objective's gain, both 0 if no length was accepted."""

    kl: float = 0.0
    gain: float = 0.0
    share: float = 0.0
    """Of the longest step that the region allows."""
    gradient_norm: float = 0.0


def conjugate_gradients(product: Product, b: Tensor, iterations: int) -> Tensor:
    """Approximately the x with product(x) = b, for a symmetric positive matrix that is known by its products alone."""
    x, residual, direction = torch.zeros_like(b), b.clone(), b.clone()
    squared = residual.dot(residual)
    for _ in range(iterations):
        if squared < _SMALL_RESIDUAL:
            break
        image = product(direction)
        length = squared / direction.dot(image)
        x += length * direction
        residual -= length * image
        before, squared = squared, residual.dot(residual)
        direction = residual + squared / before * direction
    return x


def fisher_product(divergence: Tensor, parameters: Sequence[Tensor], damping: float) -> Product:
    """Products with the Hessian of the mean KL divergence, which is the Fisher matrix, and with `damping` added."""
    gradient = flat(torch.autograd.grad(divergence, parameters, create_graph=True))

    def product(vector: Tensor) -> Tensor:
        return flat(torch.autograd.grad(gradient.dot(vector), parameters, retain_graph=True)) + damping * vector

    return product


def natural_step(
    parameters: Sequence[Tensor],
    objective: Callable[[], Tensor],
    divergence: Callable[[], Tensor],
    region: Region,
    sampled_divergence: Callable[[], Tensor] | None = None,
) -> Taken:
    """Change the parameters so that the objective grows within the region; without such a step they stay.

    `objective` and `divergence`, the mean KL divergence from the policy before, are scalars with gradients;
    `sampled_divergence` is the same on fewer samples, for the Fisher matrix.
    """
    before = objective()
    gradient = flat(torch.autograd.grad(before, parameters))
    norm = float(gradient.norm())
    if not 0 < norm < float("inf"):
        return Taken(gradient_norm=norm)
    product = fisher_product((sampled_divergence or divergence)(), parameters, region.damping)
    direction = conjugate_gradients(product, gradient, region.iterations)
    curvature = direction.dot(product(direction))
    longest = direction * torch.sqrt(2 * region.max_kl / (curvature + 1e-8))
    return _shortened(parameters, objective, divergence, region, longest, float(before.detach()), norm)


@torch.no_grad()
def _shortened(
    parameters: Sequence[Tensor], objective: Callable[[], Tensor], divergence: Callable[[], Tensor], region: Region,
    longest: Tensor, before: float, norm: float,
) -> Taken:  # fmt: skip
    start, share = flat(parameters).clone(), 1.0
    for _ in range(region.backtracks):
        assign(parameters, start + share * longest)
        kl, gain = float(divergence()), float(objective()) - before
        if gain > 0 and kl <= region.max_kl:
            return Taken(kl, gain, share, norm)
        share *= region.ratio
    assign(parameters, start)
    return Taken(gradient_norm=norm)


def flat(tensors: Sequence[Tensor]) -> Tensor:
    """All of their numbers in one vector."""
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


@torch.no_grad()
def assign(parameters: Sequence[Tensor], vector: Tensor) -> None:
    """The opposite of `flat`."""
    parts = torch.split(vector, [parameter.numel() for parameter in parameters])
    for parameter, part in zip(parameters, parts, strict=True):
        parameter.copy_(part.view_as(parameter))
