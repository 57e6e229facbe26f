"""The derivatives by hand against autograd's on the same formulas."""

import pytest
import torch
from torch import Tensor

from gsl.worker.learners.clipped_losses import clipped_policy_loss, clipped_value_loss

CLIP = 0.2


def columns(seed: int) -> list[Tensor]:
    """Three of (200,), wide enough that every side of every clip is reached."""
    return list(torch.randn(3, 200, generator=torch.Generator().manual_seed(seed)))


def policy_loss(log_prob: Tensor, old: Tensor, advantage: Tensor) -> Tensor:
    ratio = (log_prob - old).exp()
    return -torch.minimum(advantage * ratio, advantage * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()


def value_loss(value: Tensor, old: Tensor, returns: Tensor) -> Tensor:
    near = old + (value - old).clamp(-CLIP, CLIP)
    return 0.5 * torch.maximum((value - returns) ** 2, (near - returns) ** 2).mean()


@pytest.mark.parametrize("closeness", [1.0, 0.1])
def test_the_policys(closeness: float) -> None:
    change, old, advantage = columns(1)
    ours, theirs = ((old + closeness * change).requires_grad_() for _ in range(2))
    loss, log_ratio, ratio = clipped_policy_loss(ours, old, advantage, CLIP)
    expected = policy_loss(theirs, old, advantage)
    torch.autograd.backward(3.0 * loss)
    torch.autograd.backward(3.0 * expected)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)
    torch.testing.assert_close(log_ratio.exp(), ratio)
    assert not ratio.requires_grad


@pytest.mark.parametrize("closeness", [1.0, 0.1])
def test_the_values(closeness: float) -> None:
    change, old, returns = columns(2)
    ours, theirs = ((old + closeness * change).requires_grad_() for _ in range(2))
    loss, expected = clipped_value_loss(ours, old, returns, CLIP), value_loss(theirs, old, returns)
    torch.autograd.backward(3.0 * loss)
    torch.autograd.backward(3.0 * expected)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_a_value_inside_the_clip_always_learns() -> None:
    """There both errors are the same but for rounding, which must not decide."""
    old, returns = torch.full((1000,), 1e3), torch.zeros(1000)
    value = (old + torch.linspace(-0.1, 0.1, 1000)).requires_grad_()
    torch.autograd.backward(clipped_value_loss(value, old, returns, CLIP))
    assert value.grad is not None
    assert (value.grad > 0).all()
