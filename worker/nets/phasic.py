"""PPG's networks (Cobbe et al. 2021, figure 2): two separate ones for policy and value, or a shared one.

Dual: the policy's network has an auxiliary value head, through which the values train its features.
Shared: the value uses the policy's features, and its gradient reaches them only in the auxiliary phase.
"""

import torch
from torch import Tensor, nn

from gsl.config.networks import Network
from gsl.worker.nets import channels_last
from gsl.worker.nets.actor_critic import ActorCritic
from gsl.worker.nets.bodies import make_body
from gsl.worker.nets.layers import VALUE, orthogonal
from gsl.worker.nets.policy_heads import make_policy_head
from gsl.worker.spaces import Spaces


class PhasicActorCritic(ActorCritic):
    """Policy and value, with the parts that only the auxiliary phase trains."""

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
        """The policy's parameters (B, P) and all values that the auxiliary phase trains: (2, B) or (1, B)."""
        features = self.policy_body(observation)
        if self.value_body is None or self.auxiliary_head is None:
            values = self.value_head(features)[None]
        else:
            values = torch.stack([self.auxiliary_head(features), self.value_head(self.value_body(observation))])
        return self.policy_head(features), values.squeeze(-1)


def make_phasic_network(settings: Network, spaces: Spaces, seed: int, *, shared: bool) -> PhasicActorCritic:
    """A fresh network on the CPU. The same seed gives the same weights, and torch's random state does not change."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return channels_last(PhasicActorCritic(settings, spaces, shared=shared))
