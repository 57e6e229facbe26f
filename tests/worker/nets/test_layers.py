"""Pairs of layers against single ones, the fast tanh against torch's."""

import torch
from torch import nn

from gsl.worker.nets.layers import FUNCTIONS, QUICKER_FROM, TwinLinear


def test_it_is_the_two_it_was_made_from() -> None:
    first, second = nn.Linear(3, 5), nn.Linear(3, 5)
    twin, x = TwinLinear(first, second), torch.randn(7, 3)
    both = twin(x.expand(2, -1, -1))
    for which, layer in enumerate((first, second)):
        torch.testing.assert_close(both[which], layer(x))
        torch.testing.assert_close(twin.one(which, x), layer(x))


def test_drawn_ones_differ() -> None:
    weight, bias = TwinLinear.drawn(4, 4).parameters()
    assert not torch.equal(weight[0], weight[1])
    assert not bias.any()


def test_tanh_and_its_slope() -> None:
    ours = torch.linspace(-20, 20, QUICKER_FROM).requires_grad_()
    theirs = ours.detach().clone().requires_grad_()
    quick, exact = FUNCTIONS["tanh"](ours), torch.tanh(theirs)
    torch.autograd.backward(quick.square().sum())
    torch.autograd.backward(exact.square().sum())
    torch.testing.assert_close(quick, exact, rtol=0, atol=2e-7)
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=0, atol=1e-6)
    with torch.no_grad():
        assert torch.equal(FUNCTIONS["tanh"](ours), quick)
