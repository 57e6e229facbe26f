"""Returns of demonstrated steps, as targets for a value function."""

import torch
from torch import Tensor

from gsl.worker.experience import Demonstrations, LossContext, rows
from gsl.worker.nets import ActorCritic


class DemonstratedValues:
    """Discounted returns-to-go of demonstrated steps, on the scale of the learner's values.

    If a time limit outside the task ended an episode, the value of the final observation stands for the rest.
    Raises ValueError for demonstrations without rewards.
    """

    def __init__(self, demonstrations: Demonstrations, device: torch.device) -> None:
        if demonstrations.earned is None:
            raise ValueError("the demonstrations have no rewards: set guide.value_coefficient to 0")
        self._shown, self._earned, self._device = demonstrations, demonstrations.earned, device
        self._gamma: float | None = None
        self._to_go, self._left, self._final_at = torch.empty(0), torch.empty(0), torch.empty(0)

    def loss(self, network: ActorCritic, index: Tensor, context: LossContext) -> Tensor:
        """Half the mean squared error of the values at these steps; scalar."""
        if self._gamma != context.gamma:
            self._compute_returns(context.gamma)
        target = (self._to_go[index] / context.reward_scale).to(self._device)
        cut = (self._final_at[index] >= 0).nonzero().squeeze(1)
        if len(cut):
            seen = self._earned.final_observation[self._final_at[index][cut]].to(self._device)
            with torch.no_grad():
                rest = network.values(seen)
            target[cut.to(self._device)] += (context.gamma ** self._left[index][cut]).to(rest) * rest
        values = network.values(rows(self._shown.observation, index).to(self._device))
        return 0.5 * (values - target).square().mean()

    def _compute_returns(self, gamma: float) -> None:
        self._gamma = gamma
        lengths = torch.unique_consecutive(self._shown.episode, return_counts=True)[1].tolist()
        self._to_go = discounted_to_go(self._earned.reward, lengths, gamma)
        self._left = torch.cat([torch.arange(length, 0, -1) for length in lengths])
        ends = torch.tensor(lengths).cumsum(0) - 1
        cut = self._earned.truncated[ends]
        self._final_at = torch.where(cut, cut.cumsum(0) - 1, -1).repeat_interleave(torch.tensor(lengths))


def discounted_to_go(reward: Tensor, lengths: list[int], gamma: float) -> Tensor:
    """Discounted sum of the rewards from each step to the end of its episode: (steps,) float32."""
    summed: list[float] = []
    for part in reversed(torch.split(reward, lengths)):
        total = 0.0
        for earned in reversed(part.tolist()):
            total = earned + gamma * total
            summed.append(total)
    return torch.tensor(summed[::-1])
