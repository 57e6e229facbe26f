"""PPG's networks (Cobbe et al. 2021, figure 2): two of their own for policy and value, or one with a value detached.

Dual: the policy's network has an auxiliary value head, through which it learns what the values teach about features.
Shared: the value reads the policy's features, and its gradient reaches them in the auxiliary phase alone.
"""

import torch
from torch import Tensor, nn

from gsl.config.networks import Network
from worker.nets import channels_last
from worker.nets.actor_critic import ActorCritic
from worker.nets.bodies import make_body
from worker.nets.initialise import VALUE, orthogonal
from worker.nets.policy_heads import make_policy_head
from worker.spaces import Spaces


class PhasicActorCritic(ActorCritic):
    """Policy and value, with what only the auxiliary phase trains."""

    def __init__(self, settings: Network, spaces: Spaces, *, shared: bool) -> None:
        super().__init__()
        self.policy_body = make_body(settings, spaces.observation_shape)
        self.value_body = None if shared else make_body(settings, spaces.observation_shape)
        self.policy_head = make_policy_head(settings, settings.width, spaces.actions)
        self.value_head = orthogonal(nn.Linear(settings.width, 1), VALUE)
        self.auxiliary_head = None if shared else orthogonal(nn.Linear(settings.width, 1), VALUE)

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        features = self.policy_body(observation)
        value_features = features.detach() if self.value_body is None else self.value_body(observation)
        return self.policy_head(features), self.value_head(value_features).squeeze(-1)

    def policy_features(self, observation: Tensor) -> Tensor:
        features: Tensor = self.policy_body(observation)
        return features

    def auxiliary(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """The policy's parameters (B, P) and every value that learns in the auxiliary phase: (2, B), or (1, B)."""
        features = self.policy_body(observation)
        if self.value_body is None or self.auxiliary_head is None:
            values = self.value_head(features)[None]
        else:
            values = torch.stack([self.auxiliary_head(features), self.value_head(self.value_body(observation))])
        return self.policy_head(features), values.squeeze(-1)


def make_phasic_network(settings: Network, spaces: Spaces, seed: int, *, shared: bool) -> PhasicActorCritic:
    """A fresh network on the CPU; a seed always gives the same weights, torch's own random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return channels_last(PhasicActorCritic(settings, spaces, shared=shared))
