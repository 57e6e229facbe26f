"""Sequence models: features of tokens in order, a whole sequence at once or one token at a time with a memory.

The memory of N slots is a dictionary of tensors whose first dimension is the slot; `step` writes into it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gsl.worker.nets.memory import GRU

SlotMemory = dict[str, Tensor]

KEPT = 0.75
"""Share of a full context that stays when the next token comes: what is left out is recomputed that much less often."""


class SequenceBody(nn.Module):
    """What both have: tokens (..., size) to features (..., width)."""

    width: int

    def forward(self, tokens: Tensor) -> Tensor:
        """Features (B, T, width) of sequences of tokens (B, T, size), each from a blank memory on; for learning."""
        raise NotImplementedError

    def blank(self, count: int) -> SlotMemory:
        """The memory of so many slots that have seen nothing."""
        raise NotImplementedError

    def forget(self, memory: SlotMemory, slots: Tensor) -> None:
        """Clear the memory of the slots (N,) bool."""
        raise NotImplementedError

    def step(self, token: Tensor, memory: SlotMemory) -> Tensor:
        """Features (N, width) after one more token (N, size) of every slot; without gradients."""
        raise NotImplementedError


class GRUBody(SequenceBody):
    """A GRU on a layer, which remembers without a limit."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.embedding = nn.Linear(size, width)
        self.memory = GRU(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        seen = F.relu(self.embedding(tokens)).transpose(0, 1)
        keep = seen.new_ones(seen.shape[:2])
        return self.memory.sequence(seen, seen.new_zeros(seen.shape[1:]), keep).transpose(0, 1)

    def blank(self, count: int) -> SlotMemory:
        return {"hidden": self.embedding.weight.new_zeros(count, self.width)}

    def forget(self, memory: SlotMemory, slots: Tensor) -> None:
        memory["hidden"][slots] = 0.0

    @torch.no_grad()
    def step(self, token: Tensor, memory: SlotMemory) -> Tensor:
        memory["hidden"] = self.memory.step(F.relu(self.embedding(token)), memory["hidden"])
        return memory["hidden"]


class Block(nn.Module):
    """A layer of a transformer that normalises first: causal attention, then two layers on each token."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, width) after the layer, and keys and values (B, heads, T, width / heads)."""
        query, key, value = self._heads(x)
        share = self.dropout if self.training else 0.0
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=True, dropout_p=share)
        return self._after(x, seen), key, value

    def step(self, x: Tensor, keys: Tensor, values: Tensor, at: Tensor, mask: Tensor) -> Tensor:
        """(N, width) after the layer, of one token that comes at the places `at` (N,) of keys and values."""
        query, key, value = self._heads(x[:, None])
        slots = torch.arange(len(x), device=x.device)
        keys[slots, :, at], values[slots, :, at] = key[:, :, 0], value[:, :, 0]
        longest = mask.shape[-1]
        seen = F.scaled_dot_product_attention(query, keys[:, :, :longest], values[:, :, :longest], attn_mask=mask)
        return self._after(x[:, None], seen)[:, 0]

    def _heads(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        parts = self.into(self.norms[0](x)).unflatten(-1, (3, self.heads, -1))
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        return query, key, value

    def _after(self, x: Tensor, seen: Tensor) -> Tensor:
        x = x + self._dropped(self.out(seen.transpose(1, 2).flatten(2)))
        return x + self._dropped(self.narrow(F.gelu(self.wide(self.norms[1](x)))))

    def _dropped(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training)


class Transformer(SequenceBody):
    """A causal transformer over at most `context` tokens, with learnt positions.

    Acting keeps keys and values. Where the context is full, its last three quarters are computed again as a sequence
    of their own, so every feature is one that `forward` gives for the last tokens.
    """

    def __init__(self, size: int, width: int, layers: int, heads: int, context: int, dropout: float) -> None:
        super().__init__()
        self.width, self.context, self._size = width, context, size
        self._kept = max(1, min(context - 1, int(KEPT * context)))
        self.embedding = nn.Linear(size, width)
        self.position = nn.Parameter(0.02 * torch.randn(context, width))
        self.blocks = nn.ModuleList([Block(width, heads, dropout) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self._head = width // heads

    def forward(self, tokens: Tensor) -> Tensor:
        return self._computed(tokens)[0]

    def blank(self, count: int) -> SlotMemory:
        heads = self.width // self._head
        shape = (count, len(self.blocks), heads, self.context, self._head)
        zeros = self.position.new_zeros
        return {
            "keys": zeros(shape), "values": zeros(shape), "tokens": zeros(count, self.context, self._size),
            "length": torch.zeros(count, dtype=torch.int64, device=self.position.device),
        }  # fmt: skip

    def forget(self, memory: SlotMemory, slots: Tensor) -> None:
        memory["length"][slots] = 0

    @torch.no_grad()
    def step(self, token: Tensor, memory: SlotMemory) -> Tensor:
        if (full := memory["length"] == self.context).any():
            self._shorten(memory, full.nonzero().flatten())
        at, slots = memory["length"], torch.arange(len(token), device=token.device)
        memory["tokens"][slots, at] = token
        places = torch.arange(int(at.max()) + 1, device=token.device)
        mask = (places <= at[:, None])[:, None, None]
        x = self.embedding(token) + self.position[at]
        for layer, block in enumerate(self.blocks):
            assert isinstance(block, Block)
            x = block.step(x, memory["keys"][:, layer], memory["values"][:, layer], at, mask)
        memory["length"] = at + 1
        after: Tensor = self.norm(x)
        return after

    def _computed(self, tokens: Tensor) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """Features, and keys and values of each layer."""
        x, kept = self.embedding(tokens) + self.position[: tokens.shape[1]], []
        for block in self.blocks:
            x, key, value = block(x)
            kept.append((key, value))
        return self.norm(x), kept

    def _shorten(self, memory: SlotMemory, slots: Tensor) -> None:
        """Keep the last tokens of these slots alone, as if they were all."""
        tokens, kept = memory["tokens"][slots, -self._kept :], self._kept
        _, computed = self._computed(tokens)
        memory["tokens"][slots, :kept], memory["length"][slots] = tokens, kept
        for layer, (key, value) in enumerate(computed):
            memory["keys"][slots, layer, :, :kept], memory["values"][slots, layer, :, :kept] = key, value
