"""PopArt: values with a scale for each variation (van Hasselt et al. 2016; per task: Hessel et al. 2019).

The network has one value head n_i for each training variation i and learns normalised returns; the value is
sigma_i n_i(s) + mu_i, with mu_i and sigma_i the running mean and deviation of the variation's returns. When they
change, the head is rescaled so that its values stay the same: w' = w sigma / sigma', b' = (sigma b + mu - mu') /
sigma'. A single head for all variations could not be rescaled for one of them. Advantages are divided by sigma_i, so
that all variations have the same weight in the policy's gradient.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gsl.worker.learners.ppo_losses import Batch

LEAST_DEVIATION = 1e-4
"""Smallest deviation, for returns that hardly vary, as in Hessel et al. 2019."""


class PopArt:
    """Running scales of the returns of V variations, on the CPU in float64."""

    def __init__(self, variations: Sequence[int], rate: float) -> None:
        """`rate`: weight of a new epoch once there are more than 1 / rate epochs; before, all have the same weight."""
        if not variations:
            raise ValueError("PopArt needs to know the training variations: spaces.variations is empty")
        self._variations, self._rate = torch.tensor(sorted(variations)), rate
        count = len(variations)
        self.mean = torch.zeros(count, dtype=torch.float64)
        self._square = torch.ones(count, dtype=torch.float64)  # mean of squared returns
        self._epochs = torch.zeros(count, dtype=torch.int64)  # in which the variation was played

    @property
    def deviation(self) -> Tensor:
        """(V,)"""
        return (self._square - self.mean**2).clamp(min=LEAST_DEVIATION**2).sqrt()

    def heads(self, variation: Tensor) -> Tensor:
        """The head of each variation, (B,). Raises ValueError for anything but a training variation."""
        place = torch.searchsorted(self._variations, variation).clamp(max=len(self._variations) - 1)
        if not torch.equal(self._variations[place], variation):
            raise ValueError("the variations include one that is not a training variation")
        return place

    def values(self, normalised: Tensor, variation: Tensor) -> Tensor:
        """Values (B,) on the scale of rewards, from those of all heads (B, V), or of the only head (B,)."""
        place = self.heads(variation)
        return picked(normalised, place) * self.deviation.float()[place] + self.mean.float()[place]

    def learn(self, samples: Batch, variation: Tensor, layer: nn.Linear) -> Batch:
        """Update the scales with the samples' returns, rescale `layer`, and return the samples on the new scales.

        `variation` (B,) is on the CPU. A head that has not learned yet keeps its weights: its values count as values on
        the new scale.
        """
        place, known = self.heads(variation), self._epochs > 0
        mean, deviation = self.mean.clone(), self.deviation
        self._observe(samples.returns.cpu().double(), place)
        ratio = torch.where(known, deviation / self.deviation, 1.0)
        shift = torch.where(known, (mean - self.mean) / self.deviation, 0.0)
        with torch.no_grad():
            layer.weight.mul_(ratio.to(layer.weight)[:, None])
            layer.bias.mul_(ratio.to(layer.bias)).add_(shift.to(layer.bias))
        return self._scaled(samples, place, known)

    def _observe(self, returns: Tensor, place: Tensor) -> None:
        steps = torch.bincount(place, minlength=len(self.mean))
        seen = steps > 0
        self._epochs += seen
        rate = torch.where(seen, (1.0 / self._epochs.clamp(min=1)).clamp(min=self._rate), 0.0)
        for running, values in ((self.mean, returns), (self._square, returns**2)):
            total = torch.bincount(place, weights=values, minlength=len(self.mean))
            running += rate * (total / steps.clamp(min=1) - running)

    def _scaled(self, samples: Batch, place: Tensor, known: Tensor) -> Batch:
        device = samples.returns.device
        mean, deviation = (column[place].float().to(device) for column in (self.mean, self.deviation))
        scaled = torch.where(known[place].to(device), (samples.value - mean) / deviation, samples.value)
        changed = {
            "value": scaled, "advantage": samples.advantage / deviation,
            "returns": (samples.returns - mean) / deviation, "head": place.to(device),
        }  # fmt: skip
        return Batch(**(vars(samples) | changed))

    def state(self) -> dict[str, Any]:
        columns = {"mean": self.mean, "square": self._square, "epochs": self._epochs}
        return {"variations": self._variations.tolist()} | {name: column.clone() for name, column in columns.items()}

    def restore(self, state: dict[str, Any], *, same_job: bool) -> None:
        """Continue from `state`. In another job, where a guide may change rewards, the first epochs weigh more.

        Raises ValueError if the state belongs to other variations.
        """
        if list(state["variations"]) != self._variations.tolist():
            raise ValueError("the scales in this state belong to other variations")
        self.mean, self._square = (torch.as_tensor(state[name]).double().clone() for name in ("mean", "square"))
        epochs = torch.as_tensor(state["epochs"]).clone()
        self._epochs = epochs if same_job else epochs.clamp(max=1)


def picked(values: Tensor, head: Tensor) -> Tensor:
    """The value (..., B) of each sample's own head, from all heads' (..., B, V), or (..., B) if there is only one."""
    return values if values.dim() == head.dim() else values.gather(-1, head[..., None]).squeeze(-1)
