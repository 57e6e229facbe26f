"""The squashed Gaussian against the integral of its density and against torch's own."""

import pytest
import torch
from torch.distributions import Normal, TransformedDistribution
from torch.distributions.transforms import TanhTransform

from gsl.config.networks import MLP
from gsl.worker.nets.distributions import Categorical
from gsl.worker.nets.squashed import SquashedGaussian, SquashedGaussianHead


def some(seed: int = 0) -> SquashedGaussian:
    generator = torch.Generator().manual_seed(seed)
    return SquashedGaussian(torch.randn(5, 3, generator=generator), torch.randn(5, 3, generator=generator) * 0.5)


def test_log_probabilities_are_torchs() -> None:
    ours = some()
    theirs = TransformedDistribution(Normal(ours.mean, ours.log_std.exp()), [TanhTransform()])
    action = ours.sample(torch.Generator().manual_seed(1)).clamp(-0.99, 0.99)
    expected = theirs.log_prob(action).sum(-1)  # type: ignore[no-untyped-call]  # torch's
    assert torch.allclose(ours.log_prob(action), expected, atol=1e-4)


def test_the_density_integrates_to_one_and_gives_the_entropy() -> None:
    action = torch.linspace(-0.99999, 0.99999, 400_001, dtype=torch.float64)[:, None]
    policy = SquashedGaussian(torch.tensor([[0.4]], dtype=torch.float64), torch.tensor([[-0.5]], dtype=torch.float64))
    log_prob = policy.log_prob(action)
    assert torch.trapezoid(log_prob.exp(), action[:, 0]).item() == pytest.approx(1.0, abs=1e-3)
    entropy = torch.trapezoid(-log_prob.exp() * log_prob, action[:, 0]).item()
    assert policy.entropy().item() == pytest.approx(entropy, abs=1e-3)


def test_sampled_log_probabilities_are_those_of_the_actions() -> None:
    action, log_prob = some().sample_with_log_prob(torch.Generator().manual_seed(2))
    assert torch.allclose(some().log_prob(action), log_prob, atol=1e-2)
    assert action.abs().max() < 1


def test_actions_on_the_bounds_have_finite_gradients() -> None:
    mean = torch.zeros(2, 1, requires_grad=True)
    SquashedGaussian(mean, torch.zeros(2, 1)).log_prob(torch.tensor([[1.0], [-1.0]])).sum().backward()  # type: ignore[no-untyped-call]  # torch's
    assert mean.grad is not None
    assert torch.isfinite(mean.grad).all()
    assert mean.grad.abs().max() > 1


def test_divergence_by_hand() -> None:
    """Means 0 and 1, deviations 1: half; a policy does not diverge from itself."""
    one, other = (SquashedGaussian(torch.full((1, 1), mean), torch.zeros(1, 1)) for mean in (0.0, 1.0))
    assert one.kl(other).item() == pytest.approx(0.5)
    assert one.kl(one).item() == 0.0
    with pytest.raises(TypeError, match="Categorical"):
        one.kl(Categorical(torch.zeros(1, 2)))


def test_the_head_starts_around_zero_with_the_wanted_deviation() -> None:
    head = SquashedGaussianHead(8, 2, MLP(initial_std=0.5, min_std=0.1, max_std=2.0))
    policy = head.distribution(head(torch.randn(4, 8, generator=torch.Generator().manual_seed(0))))
    assert policy.mean.abs().max() < 0.1
    assert policy.log_std.exp().sub(0.5).abs().max() < 0.05
    with torch.no_grad():
        head.bias.fill_(100.0)
    assert head.distribution(head(torch.zeros(1, 8))).log_std.exp().tolist() == [[2.0, 2.0]]
