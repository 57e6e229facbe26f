"""Sequence models: acting one token at a time gives what learning from whole sequences gives."""

import pytest
import torch
from torch import Tensor

from gsl.worker.nets.sequence import GRUBody, SequenceBody, Transformer

CONTEXT, SIZE, SLOTS = 8, 5, 3


def made(kind: str) -> SequenceBody:
    torch.manual_seed(0)
    if kind == "gru":
        return GRUBody(SIZE, 12)
    return Transformer(SIZE, 12, layers=2, heads=3, context=CONTEXT, dropout=0.5).eval()


def tokens(steps: int, seed: int = 1) -> Tensor:
    return torch.randn(SLOTS, steps, SIZE, generator=torch.Generator().manual_seed(seed))


def acted(body: SequenceBody, seen: Tensor) -> Tensor:
    """Features (B, T, width), one step after the other."""
    memory = body.blank(len(seen))
    return torch.stack([body.step(token, memory).clone() for token in seen.unbind(1)], dim=1)


KINDS = pytest.mark.parametrize("kind", ["gru", "transformer"])


@KINDS
def test_acting_and_learning_see_the_same(kind: str) -> None:
    body, seen = made(kind), tokens(CONTEXT)
    torch.testing.assert_close(acted(body, seen), body(seen).detach(), atol=1e-5, rtol=1e-4)


@KINDS
def test_later_tokens_do_not_change_earlier_features(kind: str) -> None:
    body, seen = made(kind), tokens(CONTEXT)
    before = body(seen).detach()
    seen[:, 5:] += 1.0
    torch.testing.assert_close(body(seen).detach()[:, :5], before[:, :5])
    assert not torch.allclose(body(seen).detach()[:, 5:], before[:, 5:])


def test_a_full_context_keeps_its_last_tokens_as_a_sequence_of_their_own() -> None:
    """Three quarters of eight are six, so the ninth token follows on tokens 3 to 8."""
    body, seen = made("transformer"), tokens(2 * CONTEXT)
    features = acted(body, seen)
    for last, first in ((9, 2), (10, 2), (11, 4), (16, 8)):
        expected = body(seen[:, first:last]).detach()[:, -1]
        torch.testing.assert_close(features[:, last - 1], expected, atol=1e-5, rtol=1e-4)


@KINDS
def test_slots_forget_by_themselves(kind: str) -> None:
    body, seen = made(kind), tokens(6)
    memory = body.blank(SLOTS)
    for token in seen[:, :3].unbind(1):
        body.step(token, memory)
    body.forget(memory, torch.tensor([False, True, False]))
    for token in seen[:, 3:].unbind(1):
        features = body.step(token, memory).clone()
    whole, rest = body(seen).detach()[:, -1], body(seen[:, 3:]).detach()[:, -1]
    torch.testing.assert_close(features[[0, 2]], whole[[0, 2]], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(features[1], rest[1], atol=1e-5, rtol=1e-4)


def test_dropout_is_for_learning_alone() -> None:
    body, seen = made("transformer"), tokens(CONTEXT)
    torch.testing.assert_close(body(seen), body(seen))
    body.train()
    assert not torch.allclose(body(seen), body(seen))
