"""Clipping against torch's own."""

import pytest
import torch

from gsl.worker.learners.gradients import clipped_step, forget_gradients
from gsl.worker.nets.adam import Adam


def parameters() -> list[torch.nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    made = [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in ((3, 4), (5,), (2,))]
    for parameter in made[:2]:
        parameter.grad = torch.randn(parameter.shape, generator=generator)
    return made


def adam(parameters: list[torch.nn.Parameter]) -> Adam:
    return Adam(parameters, lr=0.01, eps=0.1, fused=True)


@pytest.mark.parametrize("most", [0.5, 100.0])
def test_a_step_is_torchs_own_after_its_own_clipping(most: float) -> None:
    """Adam's large epsilon lets the scale of the gradients tell."""
    ours, theirs = parameters(), parameters()
    our_adam, their_adam = adam(ours), adam(theirs)
    for _ in range(3):
        norm, expected = clipped_step(our_adam, ours, most), torch.nn.utils.clip_grad_norm_(theirs, most)
        their_adam.step()
        torch.testing.assert_close(norm, expected)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-6)
    assert torch.equal(ours[2], parameters()[2])


def test_they_are_forgotten() -> None:
    made = parameters()
    forget_gradients(made)
    assert all(parameter.grad is None for parameter in made)
