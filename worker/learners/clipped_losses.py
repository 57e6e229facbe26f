"""PPO's clipped losses with hand-written derivatives.

They are a few operations on one number for each sample, which autograd would record and reverse one by one: for the
small networks of vector observations this took as long as the network itself.
"""

from typing import Any

import torch
from torch import Tensor


def clipped_policy_loss(
    log_prob: Tensor, old_log_prob: Tensor, advantage: Tensor, clip: float
) -> tuple[Tensor, Tensor, Tensor]:
    """-mean(min(r A, clamp(r, 1 - clip, 1 + clip) A)), r the ratio of probabilities (Schulman et al. 2017, equation 7).

    Tensors are (..., B), and the mean is over B. Also returns log r and r (..., B), which are not differentiable.
    """
    return _PolicyLoss.apply(log_prob, old_log_prob, advantage, clip)  # type: ignore[no-any-return,no-untyped-call]  # untyped


def clipped_value_loss(value: Tensor, old_value: Tensor, returns: Tensor, clip: float) -> Tensor:
    """Half the mean of the larger squared error: of the value, or of the value clamped to `clip` around the old one.

    Tensors are (..., B), and the mean is over B. No paper describes it; it is in OpenAI's code, `baselines`.
    """
    return _ValueLoss.apply(value, old_value, returns, clip)  # type: ignore[no-any-return,no-untyped-call]  # untyped


class _PolicyLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, log_prob: Tensor, old_log_prob: Tensor, advantage: Tensor, clip: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        log_ratio = log_prob - old_log_prob
        ratio = log_ratio.exp()
        gain, clipped = advantage * ratio, advantage * ratio.clamp(1 - clip, 1 + clip)
        ctx.save_for_backward(gain * (gain <= clipped))  # dr / dlog_prob = r; zero beyond the clip
        ctx.mark_non_differentiable(log_ratio, ratio)
        return -torch.minimum(gain, clipped).mean(-1), log_ratio, ratio

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None, None, None]:
        (steepness,) = ctx.saved_tensors
        return steepness * (-slopes[0][..., None] / steepness.shape[-1]), None, None, None


class _ValueLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: Tensor, old_value: Tensor, returns: Tensor, clip: float) -> Tensor:
        error, change = value - returns, value - old_value
        held = change.clamp(-clip, clip)
        squared, clamped = error * error, (old_value + held - returns).square_()
        flat = (clamped > squared) & (held != change)  # a clamped value has no gradient
        ctx.save_for_backward(error.masked_fill(flat, 0.0))
        return 0.5 * torch.maximum(squared, clamped).mean(-1)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None, None, None]:
        (steepness,) = ctx.saved_tensors
        return steepness * (slopes[0][..., None] / steepness.shape[-1]), None, None, None
