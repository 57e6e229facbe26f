"""A policy whose weights may differ from slot to slot, because each slot's have taken a step of their own."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from gsl.config.networks import MLP
from gsl.worker.nets.actor_critic import ActorCritic
from gsl.worker.nets.layers import FUNCTIONS, orthogonal
from gsl.worker.nets.policy_heads import GaussianHead, make_policy_head
from gsl.worker.spaces import Spaces


class AdaptivePolicy(ActorCritic):
    """Fully connected layers and the policy's head on the suite's own observation; there is no value function.

    What `worker.envs.trials` appends to observations is left out.
    """

    def __init__(self, settings: MLP, spaces: Spaces) -> None:
        super().__init__()
        self.seen = spaces.observation_shape[0] - spaces.actions.size - 3
        widths = [self.seen, *[settings.width] * settings.depth]
        self.layers = nn.ModuleList(orthogonal(nn.Linear(a, b)) for a, b in pairwise(widths))
        self.policy_head = make_policy_head(settings, settings.width, spaces.actions)
        self._activate = FUNCTIONS[settings.activation]

    def policy_features(self, observation: Tensor) -> Tensor:
        features = observation[..., : self.seen]
        for layer in self.layers:
            features = self._activate(layer(features))
        return features

    def learned(self) -> list[Tensor]:
        """Weights and biases in turn, from the first layer to the head, then the head's log-deviation if it has one."""
        return list(self.parameters())

    def each(self, parameters: Sequence[Tensor], observation: Tensor) -> Tensor:
        """The policies' parameters (K, B, P) for observations (K, B, *observation_shape), each with weights of its own.

        `parameters` are as `learned`, each with K in front; everything is differentiable, as often as one likes.
        """
        features, last = observation[..., : self.seen], 2 * len(self.layers)
        for weight, bias in zip(parameters[:last:2], parameters[1:last:2], strict=True):
            features = self._activate(torch.baddbmm(bias[:, None], features, weight.mT))
        output = torch.baddbmm(parameters[last + 1][:, None], features, parameters[last].mT)
        if isinstance(self.policy_head, GaussianHead):
            return self.policy_head.with_spread(output, parameters[last + 2][:, None])
        return output


def make_adaptive(settings: MLP, spaces: Spaces, seed: int) -> AdaptivePolicy:
    """A fresh network on the CPU. The same seed gives the same weights, and torch's random state does not change."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return AdaptivePolicy(settings, spaces)
