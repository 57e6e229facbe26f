"""Two networks of the same shape: each pair of layers is one batched product, which two cores share evenly."""

import torch
from torch import Tensor, nn

from worker.nets.initialise import HIDDEN, orthogonal


class TwinLinear(nn.Module):
    """Two linear layers: (2, B, inputs) to (2, B, outputs)."""

    def __init__(self, first: nn.Linear, second: nn.Linear) -> None:
        """A pair with the weights and biases of these two layers."""
        super().__init__()
        self.weight = nn.Parameter(torch.stack([first.weight.detach().T, second.weight.detach().T]).contiguous())
        self.bias = nn.Parameter(torch.stack([first.bias.detach(), second.bias.detach()])[:, None])

    @classmethod
    def drawn(cls, inputs: int, outputs: int, gain: float = HIDDEN) -> "TwinLinear":
        """A fresh pair."""
        first, second = (orthogonal(nn.Linear(inputs, outputs), gain) for _ in range(2))
        return cls(first, second)

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, x, self.weight)

    def one(self, which: int, x: Tensor) -> Tensor:
        """Only the first (0) or second (1) layer: (B, inputs) to (B, outputs)."""
        return torch.addmm(self.bias.select(0, which), x, self.weight.select(0, which))
