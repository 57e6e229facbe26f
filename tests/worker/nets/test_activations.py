"""The quick tanh against torch's."""

import torch

from worker.nets.activations import FUNCTIONS, QUICKER_FROM


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
