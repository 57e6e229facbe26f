"""SAC's networks: a squashed Gaussian policy, twin critics Q(s, a) and the temperature, for vectors and pictures.

Vectors: policy and critics are separate networks. Pictures: one convolutional body, which belongs to the critics; the
policy uses its features, and the learner decides whether its gradient reaches the body (Yarats et al. 2021: it should
not while the critics learn; cloning demonstrations may).
"""

from math import log

import torch
from torch import Tensor, nn

from gsl.config.networks import MLP, Network
from gsl.worker.nets import channels_last
from gsl.worker.nets.actor_critic import ActorCritic
from gsl.worker.nets.bodies import make_body
from gsl.worker.nets.layers import ACTIVATIONS, VALUE, TwinLinear, orthogonal
from gsl.worker.nets.squashed import SquashedGaussian, SquashedGaussianHead
from gsl.worker.spaces import Spaces


class Critic(nn.Module):
    """Two estimates of Q(s, a), which share nothing but the body for pictures."""

    def __init__(self, settings: Network, spaces: Spaces) -> None:
        super().__init__()
        if isinstance(settings, MLP):
            self.body: nn.Module = nn.Identity()
            inputs, depth, activation = spaces.observation_shape[0], settings.depth, ACTIVATIONS[settings.activation]
        else:
            self.body = make_body(settings, spaces.observation_shape)
            inputs, depth, activation = settings.width, 1, ACTIVATIONS["relu"]
        stack: list[nn.Module] = []
        for width in (inputs + spaces.actions.size, *[settings.width] * (depth - 1)):
            stack += [TwinLinear.drawn(width, settings.width), activation()]
        self.twins = nn.Sequential(*stack, TwinLinear.drawn(settings.width, 1, VALUE))

    def features(self, observation: Tensor) -> Tensor:
        """The input of both critics and the policy: (B, inputs)."""
        features: Tensor = self.body(observation)
        return features

    def forward(self, features: Tensor, action: Tensor) -> Tensor:
        """Both estimates (2, B) for features (B, inputs) and actions (B, A)."""
        both = torch.cat([features, action], dim=-1).expand(2, -1, -1)
        estimates: Tensor = self.twins(both)
        return estimates.squeeze(-1)


class SoftActorCritic(ActorCritic):
    """Policy, critics and temperature; the target critics belong to the learner."""

    policy_head: SquashedGaussianHead

    def __init__(self, settings: Network, spaces: Spaces, temperature: float, temperatures: int | None = None) -> None:
        super().__init__()
        self.critic = Critic(settings, spaces)
        if isinstance(settings, MLP):
            self.policy_body: nn.Module = make_body(settings, spaces.observation_shape)
        else:
            self.policy_body = nn.Sequential(orthogonal(nn.Linear(settings.width, settings.width)), nn.ReLU())
        self.policy_head = SquashedGaussianHead(settings.width, spaces.actions.size, settings)
        shape = () if temperatures is None else (temperatures,)
        self.log_temperature = nn.Parameter(torch.full(shape, log(temperature)))

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """The value (B,) is the lower critic's estimate for the policy's mode, because SAC does not learn V(s)."""
        features = self.critic.features(observation)
        parameters = self.policy_head(self.policy_body(features))
        return parameters, self.critic(features, self.distribution(parameters).mode()).amin(0)

    def policy_features(self, observation: Tensor) -> Tensor:
        features: Tensor = self.policy_body(self.critic.features(observation))
        return features

    def policy_of_features(self, features: Tensor) -> SquashedGaussian:
        """The policy for the result of `critic.features`."""
        return self.policy_head.distribution(self.policy_head(self.policy_body(features)))

    def actor_parameters(self) -> list[nn.Parameter]:
        """The parameters that the policy's loss may change."""
        return [*self.policy_body.parameters(), *self.policy_head.parameters()]


def make_soft_actor_critic(
    settings: Network, spaces: Spaces, temperature: float, seed: int, temperatures: int | None = None
) -> SoftActorCritic:
    """A fresh network on the CPU, with one temperature or with `temperatures`.

    The same seed gives the same weights, and torch's random state does not change.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return channels_last(SoftActorCritic(settings, spaces, temperature, temperatures))
