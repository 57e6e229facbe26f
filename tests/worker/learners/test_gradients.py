"""Clipping against torch's own."""

import pytest
import torch

from worker.learners.gradients import clip_gradients, forget_gradients


def parameters() -> list[torch.nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    made = [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in ((3, 4), (5,), (2,))]
    for parameter in made[:2]:
        parameter.grad = torch.randn(parameter.shape, generator=generator)
    return made


@pytest.mark.parametrize("most", [0.5, 100.0])
def test_they_are_clipped_as_torch_clips_them(most: float) -> None:
    ours, theirs = parameters(), parameters()
    norm, expected = clip_gradients(ours, most), torch.nn.utils.clip_grad_norm_(theirs, most)
    torch.testing.assert_close(norm, expected)
    for a, b in zip(ours[:2], theirs[:2], strict=True):
        torch.testing.assert_close(a.grad, b.grad)
    assert ours[2].grad is None


def test_they_are_forgotten() -> None:
    made = parameters()
    forget_gradients(made)
    assert all(parameter.grad is None for parameter in made)
