"""The link of several policies: its formula, and who moves by a member's divergence from it."""

import pytest
import torch
from torch.nn import functional as F

from gsl.config.networks import MLP, SmallCNN
from gsl.worker.nets import make_network
from gsl.worker.nets.linked import LinkedPolicy, divergence_from_link, link
from gsl.worker.spaces import Actions, Spaces


def test_the_link_is_the_normalised_largest_probability() -> None:
    members = torch.tensor([[[0.7, 0.2, 0.1]], [[0.1, 0.2, 0.7]]])
    assert link(members.log()).exp()[0].tolist() == pytest.approx([0.4375, 0.125, 0.4375])


def test_members_that_agree_are_no_way_from_their_link() -> None:
    same = F.log_softmax(torch.randn(1, 5, 3, generator=torch.Generator().manual_seed(0)), -1).expand(4, -1, -1)
    assert divergence_from_link(same, same.expand(4, 4, -1, -1)).abs().max() < 1e-6


def test_a_member_moves_by_its_own_divergence_alone() -> None:
    """The gradient is that of KL(pi_i || link), with all other members' policies as constants."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 3, 6, 4, generator=generator)  # of member i on what member k saw
    own = torch.stack([logits[i, i] for i in range(3)]).requires_grad_()
    found = divergence_from_link(F.log_softmax(own, -1), F.log_softmax(logits, -1))
    (gradient,) = torch.autograd.grad(found.sum(), own)
    for i in range(3):
        mine = logits[i, i].clone().requires_grad_()
        every = [F.softmax(mine if j == i else logits[j, i], -1) for j in range(3)]
        largest = torch.stack(every).amax(0)
        linked = largest / largest.sum(-1, keepdim=True)
        expected = (every[i] * (every[i] / linked).log()).sum(-1).mean()
        assert float(found[i].detach()) == pytest.approx(float(expected.detach()), abs=1e-6)
        assert torch.allclose(gradient[i], torch.autograd.grad(expected, mine)[0], atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "shape"), [(MLP(width=8), (5,)), (SmallCNN(width=8, channels=2), (36, 36, 3))], ids=["mlp", "cnn"]
)
def test_members_are_what_they_are_alone(settings: MLP | SmallCNN, shape: tuple[int, ...]) -> None:
    spaces = Spaces(shape, Actions("discrete", 3))
    members = [make_network(settings, spaces, seed) for seed in range(3)]
    generator = torch.Generator().manual_seed(0)
    seen = torch.randint(256, (4, *shape), generator=generator, dtype=torch.uint8)
    seen = seen if len(shape) == 3 else seen.float() / 256
    alone = torch.stack([F.log_softmax(one.policy_parameters(seen), -1) for one in members])
    network = LinkedPolicy(members)
    assert torch.allclose(network.everyone(seen), alone, atol=1e-5)
    logits, values = network.each(torch.stack([seen] * 3))
    assert torch.allclose(F.log_softmax(logits, -1), alone, atol=1e-5)
    assert torch.allclose(values.mean(0), network.values(seen), atol=1e-5)
    assert network.policy_features(seen).shape == (4, 24)
    assert torch.allclose(network.policy(seen).log_prob(torch.zeros(4, dtype=torch.int64)), link(alone)[:, 0])
