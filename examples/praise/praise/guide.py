"""A bonus for taking demonstrated actions at similar observations, for vector observations."""

from typing import Any

import torch
from torch import Tensor

from gsl.worker.guides.base import Guide, GuideInputs
from praise import Praise as PraiseSettings


class Praise(Guide):
    """Adds a bonus to the reward of each sample, which is smaller the more the action differs."""

    def __init__(self, settings: PraiseSettings, inputs: GuideInputs) -> None:
        if inputs.demonstrations is None:
            raise ValueError("praise needs demonstrations")
        self._settings, self._bonus = settings, settings.bonus
        generator = torch.Generator().manual_seed(inputs.seed)
        kept = inputs.demonstrations.draw(settings.most, generator)  # all variations equally often
        self._observation = inputs.demonstrations.observation[kept].flatten(1).float()
        self._action = inputs.demonstrations.action[kept].float()

    def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
        shown = self._observation.to(observation.device)
        nearest = torch.cdist(observation.flatten(1).float(), shown).argmin(dim=1)
        apart = self._action.to(action.device)[nearest] - action.float()
        alike = (apart == 0).float() if apart.dim() == 1 else torch.exp(-apart.square().sum(dim=1))
        return reward + self._bonus * alike

    def end_epoch(self) -> None:
        self._bonus *= self._settings.decay

    def state(self) -> dict[str, Any]:
        return {"bonus": self._bonus}

    def restore(self, state: dict[str, Any]) -> None:
        self._bonus = state["bonus"]
