"""Policy and value in one module, for vectors (two separate networks) and for pictures (one shared body)."""

import torch
from torch import Tensor, nn

from gsl.config.networks import MLP
from worker.nets.initialise import POLICY, VALUE, orthogonal

ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "relu": nn.ReLU}


class ActorCritic(nn.Module):
    """What a learner and a guide know of a network. Its policy's last layer is `policy_head`."""

    policy_head: nn.Linear
    value_head: nn.Linear

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, num_actions) and values (B,) of observations (B, *observation_shape), float32 or uint8."""
        raise NotImplementedError

    def logits(self, observation: Tensor) -> Tensor:
        """The policy alone: (B, num_actions)."""
        logits, _ = self(observation)
        return logits  # type: ignore[no-any-return]  # torch types a module's call as Any

    def refresh_policy_head(self, seed: int) -> None:
        """Start the policy's last layer anew; features and value function stay."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = orthogonal(nn.Linear(self.policy_head.in_features, self.policy_head.out_features), POLICY)
        self.policy_head.load_state_dict(fresh.state_dict())


class VectorActorCritic(ActorCritic):
    """Separate fully connected networks for policy and value, as CleanRL's PPO has them."""

    def __init__(self, settings: MLP, inputs: int, num_actions: int) -> None:
        super().__init__()
        self.policy_body = _layers(settings, inputs)
        self.value_body = _layers(settings, inputs)
        self.policy_head = orthogonal(nn.Linear(settings.width, num_actions), POLICY)
        self.value_head = orthogonal(nn.Linear(settings.width, 1), VALUE)

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        value = self.value_head(self.value_body(observation)).squeeze(-1)
        return self.logits(observation), value

    def logits(self, observation: Tensor) -> Tensor:
        logits: Tensor = self.policy_head(self.policy_body(observation))
        return logits


class PictureActorCritic(ActorCritic):
    """A convolutional body whose features policy and value share."""

    def __init__(self, body: nn.Module, width: int, num_actions: int) -> None:
        super().__init__()
        self.body = body
        self.policy_head = orthogonal(nn.Linear(width, num_actions), POLICY)
        self.value_head = orthogonal(nn.Linear(width, 1), VALUE)

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        features = self.body(to_channels_first(observation))
        return self.policy_head(features), self.value_head(features).squeeze(-1)


def to_channels_first(picture: Tensor) -> Tensor:
    """(B, H, W, C) uint8 to (B, C, H, W) float in [0, 1], still channels_last in memory.

    `contiguous()` here would lose that order; the permuted view keeps it through the conversion.
    """
    return picture.permute(0, 3, 1, 2).to(torch.float32) / 255.0


def _layers(settings: MLP, inputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in (inputs, *[settings.width] * (settings.depth - 1)):
        layers += [orthogonal(nn.Linear(width, settings.width)), ACTIVATIONS[settings.activation]()]
    return nn.Sequential(*layers)
