"""Policy and value in one module, for vectors (two separate networks) and for pictures (one shared body)."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gsl.config.networks import MLP, Impala, SmallCNN
from gsl.worker.nets.distributions import Distribution
from gsl.worker.nets.layers import ACTIVATIONS, FUNCTIONS, VALUE, TwinLinear, orthogonal
from gsl.worker.nets.policy_heads import PolicyHead, make_policy_head
from gsl.worker.spaces import Actions, Spaces


class ActorCritic(nn.Module):
    """What learners and guides know of a network. The last layer of its policy is `policy_head`.

    The policy's parameters, (B, P), are the logits of discrete actions, or means and log-deviations of continuous ones.
    Values are (B,), or (B, V) for a network with several values for each observation.
    """

    policy_head: PolicyHead
    value_head: nn.Linear
    shares_features = True
    """Whether policy and value share their features, so that a value costs almost nothing in addition to an action."""

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """The policy's parameters (B, P) and values (B,) of observations (B, *observation_shape), float32 or uint8."""
        raise NotImplementedError

    def policy_features(self, observation: Tensor) -> Tensor:
        """The input of the policy's last layer: (B, width)."""
        raise NotImplementedError

    def policy_parameters(self, observation: Tensor) -> Tensor:
        """Only the policy's parameters: (B, P)."""
        return self.policy_head.forward(self.policy_features(observation))

    def values(self, observation: Tensor) -> Tensor:
        """Only the values: (B,)."""
        return self(observation)[1]  # type: ignore[no-any-return]  # a module's call is untyped

    def distribution(self, parameters: Tensor) -> Distribution:
        """The distribution over actions with the parameters (B, P)."""
        return self.policy_head.distribution(parameters)

    def policy(self, observation: Tensor) -> Distribution:
        """The distribution over actions for observations (B, *observation_shape)."""
        return self.distribution(self.policy_parameters(observation))

    def refresh_policy_head(self, seed: int) -> None:
        """Reset the policy's last layer; features and value function stay."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = self.policy_head.fresh()
        self.policy_head.load_state_dict(fresh.state_dict())


class VectorActorCritic(ActorCritic):
    """Separate fully connected networks for policy and value, as in CleanRL's PPO, computed together layer by layer.

    Layers are called as functions, without the hooks of modules: see FullyConnected.
    """

    shares_features = False

    def __init__(self, settings: MLP, spaces: Spaces, values: int = 1, critic_layer_norm: bool = False) -> None:
        super().__init__()
        policy, value = (fully_connected(settings, spaces.observation_shape[0]).linear for _ in range(2))
        self.twins = tuple(TwinLinear(first, second) for first, second in zip(policy, value, strict=True))
        self.bodies = nn.ModuleList(self.twins)
        self.policy_head = make_policy_head(settings, settings.width, spaces.actions)
        self.value_head = orthogonal(nn.Linear(settings.width, values), VALUE)
        self.activation, self.activate = settings.activation, FUNCTIONS[settings.activation]
        norms = [nn.LayerNorm(settings.width) for _ in self.twins] if critic_layer_norm else []
        self.norms = nn.ModuleList(norms)  # of the value's layers, before the nonlinearity
        self._norms = tuple(norms)

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        if self._norms:
            return self.policy_parameters(observation), self.values(observation)
        both = observation.expand(2, -1, -1)
        for twin in self.twins:
            both = self.activate(twin.forward(both))
        policy, value = both.unbind(0)
        return self.policy_head.forward(policy), self.value_head.forward(value).squeeze(-1)

    def policy_features(self, observation: Tensor) -> Tensor:
        return self._features(0, observation)

    def values(self, observation: Tensor) -> Tensor:
        return self.value_head.forward(self._features(1, observation)).squeeze(-1)

    def _features(self, which: int, observation: Tensor) -> Tensor:
        """Features of the policy's network (0) or the value's (1)."""
        for number, twin in enumerate(self.twins):
            observation = twin.one(which, observation)
            if which and self._norms:
                observation = self._norms[number].forward(observation)
            observation = self.activate(observation)
        return observation


class PictureActorCritic(ActorCritic):
    """A convolutional body whose features are shared by policy and value."""

    def __init__(self, body: nn.Module, settings: SmallCNN | Impala, actions: Actions, values: int = 1) -> None:
        super().__init__()
        self.body = body
        self.policy_head = make_policy_head(settings, settings.width, actions)
        self.value_head = orthogonal(nn.Linear(settings.width, values), VALUE)

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        features = self.body(to_channels_first(observation))
        return self.policy_head(features), self.value_head(features).squeeze(-1)

    def policy_features(self, observation: Tensor) -> Tensor:
        features: Tensor = self.body(to_channels_first(observation))
        return features


def to_channels_first(picture: Tensor) -> Tensor:
    """(B, H, W, C) uint8 to (B, C, H, W) float in [0, 1], still channels_last in memory.

    `contiguous()` would lose that format; the permuted view keeps it during the conversion.
    """
    return picture.permute(0, 3, 1, 2).to(torch.float32, copy=True).div_(255.0)


class FullyConnected(nn.Sequential):
    """Linear layers, each followed by a nonlinearity: (B, inputs) to (B, width).

    The forward pass calls functions directly: for small layers, calling modules takes longer than computing.
    """

    def __init__(self, settings: MLP, inputs: int) -> None:
        widths = [inputs] + [settings.width] * settings.depth
        linear = [orthogonal(nn.Linear(a, b)) for a, b in pairwise(widths)]
        super().__init__(*(module for layer in linear for module in (layer, ACTIVATIONS[settings.activation]())))
        self.linear = tuple(linear)
        self._weights = [(layer.weight, layer.bias) for layer in linear]
        self._activate = FUNCTIONS[settings.activation]

    def forward(self, x: Tensor) -> Tensor:
        for weight, bias in self._weights:
            x = self._activate(F.linear(x, weight, bias))
        return x


def fully_connected(settings: MLP, inputs: int) -> FullyConnected:
    """(B, inputs) to features (B, width)."""
    return FullyConnected(settings, inputs)
