"""Two layers in one product against the two."""

import torch
from torch import nn

from worker.nets.twin_linear import TwinLinear


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
