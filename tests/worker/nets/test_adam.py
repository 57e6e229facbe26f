"""Our Adam against PyTorch's."""

import subprocess
import sys

import pytest
import torch

from gsl.worker.nets.adam import Adam

WITHOUT_THE_COMPILER = """
import sys
import torch
from gsl.worker.nets.adam import Adam
weight = torch.nn.Parameter(torch.ones(2))
adam = Adam([weight], lr=0.1, fused=True)
adam.zero_grad()
weight.sum().backward()
adam.step()
assert weight.max() < 1
assert "torch._dynamo" not in sys.modules
"""


def trained(kind: type[torch.optim.Adam], *, fused: bool) -> torch.Tensor:
    weight = torch.nn.Parameter(torch.linspace(-1, 1, 6))
    adam = kind([weight], lr=0.05, eps=1e-5, fused=fused)
    for _ in range(5):
        adam.zero_grad()
        torch.autograd.backward((weight**2 + weight).sum())
        adam.step()
    return weight.detach()


@pytest.mark.parametrize("fused", [False, True])
def test_its_steps_are_pytorchs(fused: bool) -> None:
    assert torch.equal(trained(Adam, fused=fused), trained(torch.optim.Adam, fused=fused))
    assert not torch.equal(trained(Adam, fused=fused), torch.linspace(-1, 1, 6))


def test_it_does_not_import_the_compiler() -> None:
    """PyTorch's own takes 1.5 s for that, in every job's process."""
    subprocess.run([sys.executable, "-c", WITHOUT_THE_COMPILER], check=True, timeout=60)
