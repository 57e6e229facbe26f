"""Memories compute what torch's own layers do, also their gradients, and forget where they are told to."""

import pytest
import torch
from torch import Tensor, nn

from gsl.worker.nets.memory import GRU, LSTM, Memory

STEPS, COUNT, INPUTS, UNITS = 7, 3, 4, 5
CELLS = pytest.mark.parametrize(("ours", "torchs"), [(GRU, nn.GRU), (LSTM, nn.LSTM)], ids=["gru", "lstm"])


def _memory(kind: type[Memory]) -> Memory:
    torch.manual_seed(0)
    memory = kind(INPUTS, UNITS).double()
    for parameter in memory.parameters():
        parameter.data = torch.randn_like(parameter) / 2
    return memory


def _given(memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs, a first state, and where two of the sequences are cleared."""
    keep = torch.ones(STEPS, COUNT, dtype=torch.float64)
    keep[3, 0] = keep[0, 1] = 0
    x = torch.randn(STEPS, COUNT, INPUTS, dtype=torch.float64, requires_grad=True)
    return x, torch.randn(COUNT, memory.size, dtype=torch.float64), keep


def _by_torch(layer: nn.GRU | nn.LSTM, x: Tensor, state: Tensor, keep: Tensor) -> Tensor:
    """Step by step, as nobody would do it who has time to lose."""
    outputs = []
    for seen, kept in zip(x, keep, strict=True):
        before = (state * kept[:, None])[None]
        if isinstance(layer, nn.LSTM):
            output, after = layer(seen[None], tuple(part.contiguous() for part in before.chunk(2, dim=-1)))
            state = torch.cat([part[0] for part in after], dim=-1)
        else:
            output, (state,) = layer(seen[None], before)
        outputs.append(output[0])
    return torch.stack(outputs)


@CELLS
def test_outputs_and_gradients_are_torchs(ours: type[Memory], torchs: type[nn.GRU | nn.LSTM]) -> None:
    memory = _memory(ours)
    layer = torchs(INPUTS, UNITS).double()
    names = {f"{name}_l0": value for name, value in memory.state_dict().items()}
    layer.load_state_dict(names)
    x, state, keep = _given(memory)
    mine, theirs = memory.sequence(x, state, keep), _by_torch(layer, x, state, keep)
    torch.testing.assert_close(mine, theirs)
    slope = torch.randn_like(mine)
    of_mine = torch.autograd.grad(mine, [x, *memory.parameters()], slope)
    of_theirs = torch.autograd.grad(
        theirs, [x, *(getattr(layer, f"{n}_l0") for n, _ in memory.named_parameters())], slope
    )
    for one, other in zip(of_mine, of_theirs, strict=True):
        torch.testing.assert_close(one, other)


@CELLS
def test_a_step_is_a_sequence_of_one(ours: type[Memory], torchs: type[nn.GRU | nn.LSTM]) -> None:
    memory = _memory(ours)
    x, state, keep = _given(memory)
    whole = memory.sequence(x, state, keep)
    for t in range(STEPS):
        state = memory.step(x[t], state * keep[t, :, None])
        torch.testing.assert_close(state[:, :UNITS], whole[t])


@CELLS
def test_what_was_cleared_has_no_influence(ours: type[Memory], torchs: type[nn.GRU | nn.LSTM]) -> None:
    memory = _memory(ours)
    x, state, keep = _given(memory)
    (slope,) = torch.autograd.grad(memory.sequence(x, state, keep)[3:, 0].sum(), x)
    assert not slope[:3, 0].any()
    assert slope[3:, 0].all()
