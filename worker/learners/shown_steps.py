"""Demonstrations in the form of a replay's samples: windows of steps, each variation equally often.

Unlike a replay's steps they are never overwritten. Every job reads them from their files, so checkpoints do not contain
them.
"""

from dataclasses import fields

import torch
from torch import Tensor

from gsl.worker.experience import Demonstrations, Earned
from gsl.worker.learners.replay import Windows


class ShownSteps:
    """Demonstrated steps to sample from, in addition to a replay."""

    def __init__(self, demonstrations: Demonstrations, earned: Earned, device: torch.device) -> None:
        self._shown, self._device = demonstrations, device
        self._observation, self._action = demonstrations.observation.to(device), demonstrations.action.to(device)
        self._episode, self._variation = demonstrations.episode.to(device), demonstrations.variation.to(device)
        self._reward, self._final = earned.reward.to(device), earned.final_observation.to(device)
        cut = earned.truncated.to(device)
        self._final_at = torch.where(cut, cut.cumsum(0) - 1, -1)

    def sample(self, count: int, steps: int, generator: torch.Generator) -> Windows:
        """Draw `count` windows of `steps` with replacement; `generator` is on the replay's device."""
        first = self._shown.draw(count, generator).to(self._device)
        at = (first[:, None] + torch.arange(steps, device=self._device)).clamp_(max=len(self._episode) - 1)
        beyond = first[:, None] + torch.arange(steps, device=self._device) >= len(self._episode)
        counted = (self._episode[at] == self._episode[first][:, None]) & ~beyond
        last = first + counted.sum(1) - 1
        following = (last + 1).clamp_(max=len(self._episode) - 1)
        ends = (following == last) | (self._episode[following] != self._episode[last])
        final_at = self._final_at[last]
        after = self._observation[following]
        cut = (final_at >= 0).nonzero().squeeze(1)
        if len(cut):
            after[cut] = self._final[final_at[cut]].to(after.dtype)
        return Windows(
            observation=self._observation[at],
            action=self._action[at],
            reward=self._reward[at],
            counted=counted,
            terminal=ends & (final_at < 0),
            next_observation=after,
            variation=self._variation[first],
        )


def joined(one: Windows, other: Windows) -> Windows:
    """Concatenate both."""
    pairs: dict[str, tuple[Tensor, Tensor]] = {
        field.name: (getattr(one, field.name), getattr(other, field.name)) for field in fields(Windows)
    }
    return Windows(**{name: torch.cat(pair) for name, pair in pairs.items()})
