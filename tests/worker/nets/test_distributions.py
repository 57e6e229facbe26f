"""Our distributions against torch's own."""

from typing import Any

import pytest
import torch
from torch.distributions import Categorical as TorchCategorical
from torch.distributions import Independent, Normal, kl_divergence

from gsl.worker.nets.distributions import Categorical, Gaussian


def gaussians(mean: torch.Tensor, log_std: torch.Tensor) -> tuple[Gaussian, Any]:
    theirs: Any = Independent(Normal(mean, log_std.exp()), 1)
    return Gaussian(mean, log_std), theirs


def test_categorical_equals_torch() -> None:
    logits, others = torch.randn(20, 5), torch.randn(20, 5)
    ours = Categorical(logits)
    theirs: Any = TorchCategorical(logits=logits)
    action = torch.randint(5, (20,))
    torch.testing.assert_close(ours.log_prob(action), theirs.log_prob(action))
    torch.testing.assert_close(ours.entropy(), theirs.entropy())
    expected = kl_divergence(theirs, TorchCategorical(logits=others))
    torch.testing.assert_close(ours.kl(Categorical(others)), expected)
    assert torch.equal(ours.mode(), logits.argmax(-1))


def test_gaussian_equals_torch() -> None:
    ours, theirs = gaussians(torch.randn(20, 3), torch.randn(20, 3))
    our_other, their_other = gaussians(torch.randn(20, 3), torch.randn(20, 3))
    action = torch.randn(20, 3)
    torch.testing.assert_close(ours.log_prob(action), theirs.log_prob(action))
    torch.testing.assert_close(ours.entropy(), theirs.entropy())
    torch.testing.assert_close(ours.kl(our_other), kl_divergence(theirs, their_other))
    assert torch.equal(ours.mode(), ours.mean)


def test_samples_follow_the_distribution_and_the_generator_alone() -> None:
    before = torch.random.get_rng_state()
    policy = Gaussian(torch.full((20_000, 1), 2.0), torch.full((20_000, 1), 0.5).log())
    drawn = policy.sample(torch.Generator().manual_seed(0))
    assert drawn.mean().item() == pytest.approx(2.0, abs=0.02)
    assert drawn.std().item() == pytest.approx(0.5, abs=0.02)
    choice = Categorical(torch.tensor([[0.7, 0.3]]).log().expand(20_000, 2)).sample(torch.Generator().manual_seed(0))
    assert choice.float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_two_kinds_cannot_be_compared() -> None:
    discrete, continuous = Categorical(torch.zeros(1, 2)), Gaussian(torch.zeros(1, 2), torch.zeros(1, 2))
    with pytest.raises(TypeError, match="policy"):
        discrete.kl(continuous)
    with pytest.raises(TypeError, match="policy"):
        continuous.kl(discrete)
