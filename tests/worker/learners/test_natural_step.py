"""The natural step on toys whose answers are known."""

import pytest
import torch
from torch import Tensor

from gsl.worker.learners.natural_step import Region, conjugate_gradients, fisher_product, flat, natural_step
from gsl.worker.nets.distributions import Categorical, Gaussian

REGION = Region(max_kl=0.01, iterations=10, damping=0.0, backtracks=10, ratio=0.8)


def test_conjugate_gradients_solve_a_system_in_as_many_steps_as_it_has_unknowns() -> None:
    generator = torch.Generator().manual_seed(1)
    root = torch.randn(5, 5, generator=generator, dtype=torch.float64)
    matrix, b = root @ root.T + torch.eye(5), torch.randn(5, generator=generator, dtype=torch.float64)
    assert torch.allclose(conjugate_gradients(lambda v: matrix @ v, b, 5), torch.linalg.solve(matrix, b))


def test_the_fisher_matrix_of_a_gaussian_is_known() -> None:
    """Of mean and log-deviation: 1 / sigma^2 and 2 (Amari 1998); in two tensors, with damping."""
    mean, log_std = torch.zeros(1, 1, requires_grad=True), torch.full((1, 1), 0.5, requires_grad=True)
    old = Gaussian(mean.detach(), log_std.detach())
    product = fisher_product(old.kl(Gaussian(mean, log_std)).mean(), [mean, log_std], damping=0.25)
    columns = torch.stack([product(unit) for unit in torch.eye(2)])
    expected = torch.diag(torch.tensor([torch.tensor(-1.0).exp().item() + 0.25, 2.25]))
    assert torch.allclose(columns, expected, atol=1e-5)


def logits_step(gradient: Tensor, region: Region = REGION) -> tuple[Tensor, float]:
    """From even odds over three actions, along a linear objective; the logits after it and the KL divergence."""
    logits = torch.zeros(1, 3, requires_grad=True)
    old = Categorical(logits.detach().clone())
    taken = natural_step(
        [logits], lambda: (logits * gradient).sum(), lambda: old.kl(Categorical(logits)).mean(), region
    )
    return logits.detach(), taken.kl


def test_the_step_ends_at_the_regions_edge_in_the_direction_of_the_natural_gradient() -> None:
    logits, kl = logits_step(torch.tensor([[1.0, -1.0, 0.0]]))
    assert kl == pytest.approx(0.01, rel=0.05)
    assert kl <= REGION.max_kl
    assert torch.allclose(logits / logits[0, 0], torch.tensor([[1.0, -1.0, 0.0]]), atol=1e-5)


@pytest.mark.parametrize("gradient", [0.0, float("nan")])
def test_without_a_direction_nothing_changes(gradient: float) -> None:
    logits, kl = logits_step(torch.full((1, 3), gradient))
    assert (logits.tolist(), kl) == ([[0.0] * 3], 0.0)


def test_a_step_that_gains_nothing_is_taken_back() -> None:
    """The objective only promises to grow: its value does not depend on the parameter."""
    weight = torch.ones(2, requires_grad=True)
    old = Gaussian(weight.detach().clone()[None], torch.zeros(1, 2))
    taken = natural_step(
        [weight],
        lambda: (weight - weight.detach()).sum(),
        lambda: old.kl(Gaussian(weight[None], torch.zeros(1, 2))).mean(),
        REGION,
    )
    assert (flat([weight]).tolist(), taken.share, taken.kl) == ([1.0, 1.0], 0.0, 0.0)
    assert taken.gradient_norm == pytest.approx(2**0.5)
