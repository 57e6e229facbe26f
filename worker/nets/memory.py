"""Memories: a GRU and an LSTM over whole sequences, with hand-written derivatives.

The state (N, size) of N sequences is multiplied by `keep` (T, N) before each step, so that it can be cleared anywhere.
torch's own layers can clear it between calls alone: a sequence would have to be cut wherever one of N is cleared, and
autograd would record and reverse a dozen operations for every step.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Memory(nn.Module):
    """What both have: inputs (N, inputs) and the output (N, units) go to each of `gates` gates."""

    gates: int
    size: int
    """Numbers of a sequence's state; the first `units` of them are the output."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.weight_ih = nn.Parameter(torch.cat([_square(inputs, units) for _ in range(self.gates)]))
        self.weight_hh = nn.Parameter(torch.cat([_square(units, units) for _ in range(self.gates)]))
        self.bias_ih = nn.Parameter(torch.zeros(self.gates * units))
        self.bias_hh = nn.Parameter(torch.zeros(self.gates * units))

    def step(self, x: Tensor, state: Tensor) -> Tensor:
        """The state (N, size) after one step with the inputs (N, inputs); without gradients."""
        raise NotImplementedError

    def sequence(self, x: Tensor, state: Tensor, keep: Tensor) -> Tensor:
        """The outputs (T, N, units) of inputs (T, N, inputs), from `state` (N, size) on, which has no gradient."""
        raise NotImplementedError

    def _into(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight_ih, self.bias_ih)


def _square(inputs: int, units: int) -> Tensor:
    return nn.init.orthogonal_(torch.empty(units, inputs))


class GRU(Memory):
    """r, z = s(.), n = tanh(W x + r (U h + b)), h' = (1 - z) n + z h (Cho et al. 2014, as in torch)."""

    gates = 3

    @property
    def size(self) -> int:  # type: ignore[override]  # of each network
        return self.units

    @torch.no_grad()
    def step(self, x: Tensor, state: Tensor) -> Tensor:
        after: Tensor = torch.gru_cell(x, state, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return after

    def sequence(self, x: Tensor, state: Tensor, keep: Tensor) -> Tensor:
        outputs: Tensor = _GRU.apply(self._into(x), state, keep, self.weight_hh, self.bias_hh)  # type: ignore[no-untyped-call]  # untyped
        return outputs


class LSTM(Memory):
    """i, f, o = s(.), g = tanh(.), c' = f c + i g, h' = o tanh(c') (Hochreiter and Schmidhuber 1997, as in torch).

    The state is h and c beside each other.
    """

    gates = 4

    @property
    def size(self) -> int:  # type: ignore[override]  # of each network
        return 2 * self.units

    @torch.no_grad()
    def step(self, x: Tensor, state: Tensor) -> Tensor:
        h, c = state.chunk(2, dim=-1)
        both = torch.lstm_cell(x, (h, c), self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return torch.cat(both, dim=-1)

    def sequence(self, x: Tensor, state: Tensor, keep: Tensor) -> Tensor:
        outputs: Tensor = _LSTM.apply(self._into(x), state, keep, self.weight_hh, self.bias_hh)  # type: ignore[no-untyped-call]  # untyped
        return outputs


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, state: Tensor, keep: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        steps, count, units = x.shape[0], x.shape[1], weight.shape[1]
        before, after = x.new_empty(2, steps, count, units)
        gates, hidden = x.clone(), x.new_empty(steps, count, units)  # r, z, n; U h + b of n
        h, transposed = state, weight.T
        for t in range(steps):
            h = torch.mul(h, keep[t, :, None], out=before[t])
            fed = torch.addmm(bias, h, transposed)
            rz, n = gates[t, :, : 2 * units], gates[t, :, 2 * units :]
            rz.add_(fed[:, : 2 * units]).sigmoid_()
            hidden[t] = fed[:, 2 * units :]
            n.addcmul_(rz[:, :units], hidden[t]).tanh_()
            h = torch.lerp(n, h, rz[:, units:], out=after[t])
        ctx.save_for_backward(before, gates, hidden, keep, weight)
        outputs: Tensor = after
        return outputs

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        before, gates, hidden, keep, weight = ctx.saved_tensors
        units, d_h = weight.shape[1], torch.zeros_like(before[0])
        r, z, n = torch.split(gates, units, dim=-1)
        # What does not depend on later steps, for all of them at once.
        of_n, of_z = (1 - z) * (1 - n * n), (before - n) * z * (1 - z)
        of_r = hidden * r * (1 - r)
        d_x, d_fed = torch.empty_like(gates), torch.empty_like(gates)
        for t in reversed(range(len(gates))):
            d_h = d_h + slopes[0][t]
            d_n = torch.mul(d_h, of_n[t], out=d_x[t, :, 2 * units :])
            torch.mul(d_n, of_r[t], out=d_x[t, :, :units])
            torch.mul(d_h, of_z[t], out=d_x[t, :, units : 2 * units])
            d_fed[t, :, : 2 * units] = d_x[t, :, : 2 * units]
            torch.mul(d_n, r[t], out=d_fed[t, :, 2 * units :])
            d_h = torch.addmm(d_h * z[t], d_fed[t], weight).mul_(keep[t, :, None])
        flat = d_fed.flatten(0, 1)
        return d_x, None, None, flat.T @ before.flatten(0, 1), flat.sum(0)


class _LSTM(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, state: Tensor, keep: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        steps, count, units = x.shape[0], x.shape[1], weight.shape[1]
        before, after, cells, squashed = x.new_empty(4, steps, count, units)
        gates = x + bias  # i, f, g, o
        (h, c), transposed = state.chunk(2, dim=-1), weight.T
        for t in range(steps):
            kept = keep[t, :, None]
            h = torch.mul(h, kept, out=before[t])
            c = torch.mul(c, kept, out=cells[t])
            now = gates[t].addmm_(h, transposed)
            now[:, : 2 * units].sigmoid_()
            now[:, 2 * units : 3 * units].tanh_()
            now[:, 3 * units :].sigmoid_()
            i, f, g, o = torch.split(now, units, dim=-1)
            c = torch.addcmul(f * c, i, g)
            h = torch.mul(o, torch.tanh(c, out=squashed[t]), out=after[t])
        ctx.save_for_backward(before, gates, cells, squashed, keep, weight)
        outputs: Tensor = after
        return outputs

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        before, gates, cells, squashed, keep, weight = ctx.saved_tensors
        units, d_h, d_c = weight.shape[1], torch.zeros_like(before[0]), torch.zeros_like(before[0])
        i, f, g, o = torch.split(gates, units, dim=-1)
        # What does not depend on later steps, for all of them at once.
        of_c, of_o = o * (1 - squashed * squashed), squashed * o * (1 - o)
        of_gates = torch.cat([g * i * (1 - i), cells * f * (1 - f), i * (1 - g * g)], dim=-1)
        d_x = torch.empty_like(gates)
        for t in reversed(range(len(gates))):
            d_h = d_h + slopes[0][t]
            d_c = torch.addcmul(d_c, d_h, of_c[t])
            torch.mul(d_h, of_o[t], out=d_x[t, :, 3 * units :])
            torch.mul(d_c.repeat(1, 3), of_gates[t], out=d_x[t, :, : 3 * units])
            kept = keep[t, :, None]
            d_c = (d_c * f[t]).mul_(kept)
            d_h = (d_x[t] @ weight).mul_(kept)
        flat = d_x.flatten(0, 1)
        return d_x, None, None, flat.T @ before.flatten(0, 1), flat.sum(0)
