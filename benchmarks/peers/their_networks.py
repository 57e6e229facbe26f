"""The networks of worker/nets in Stable-Baselines3's words; `parameters` in the notes shows that they are the same."""

from itertools import pairwise
from math import sqrt
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.peers.cases import Case


def policy_kwargs(case: Case) -> dict[str, Any]:
    """SB3's policy with heads directly behind our features; an MLP is its own, two separate networks."""
    if case.memory:  # one LSTM behind one body, and the heads directly behind it
        return {
            "features_extractor_class": Layers,
            "features_extractor_kwargs": {"features_dim": case.width, "depth": case.depth},
            "net_arch": [],
            "lstm_hidden_size": case.memory,
            "shared_lstm": True,
            "enable_critic_lstm": False,
        }
    if case.network == "mlp":
        layers = [case.width] * case.depth
        return {"net_arch": {"pi": layers, "vf": layers}, "activation_fn": nn.Tanh}
    body = Impala if case.network == "impala" else SmallCNN
    return {
        "features_extractor_class": body,
        "features_extractor_kwargs": {"features_dim": case.width},
        "net_arch": [],
    }


class Layers(BaseFeaturesExtractor):  # type: ignore[misc]  # the package is not in the product's environment
    """Fully connected layers in front of a memory."""

    def __init__(self, space: spaces.Box, features_dim: int, depth: int) -> None:
        super().__init__(space, features_dim)
        widths = [space.shape[0]] + [features_dim] * depth
        linear = [nn.Linear(a, b) for a, b in pairwise(widths)]
        self.layers = nn.Sequential(*(module for layer in linear for module in (layer, nn.Tanh())))

    def forward(self, observation: Tensor) -> Tensor:
        features: Tensor = self.layers(observation)
        return features


class Residual(nn.Module):
    """x + conv(relu(conv(relu(x))))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.second(F.relu(self.first(F.relu(x))))
        return out


class Pictures(BaseFeaturesExtractor):  # type: ignore[misc]  # the package is not in the product's environment
    """Convolutions, then one linear layer; SB3 hands over float pictures in [0, 1], channels first."""

    def __init__(self, space: spaces.Box, features_dim: int) -> None:
        super().__init__(space, features_dim)
        self.convolutions = nn.Sequential(*self.layers(space.shape[0]), nn.Flatten())
        with torch.no_grad():
            size = self.convolutions(torch.zeros(1, *space.shape)).shape[1]
        self.linear = nn.Sequential(nn.Linear(size, features_dim), nn.ReLU())

    def forward(self, pictures: Tensor) -> Tensor:
        features: Tensor = self.linear(self.convolutions(pictures))
        return features

    def layers(self, depth: int) -> list[nn.Module]:
        raise NotImplementedError


class Impala(Pictures):
    """Three residual stages of 16, 32 and 32 channels."""

    def layers(self, depth: int) -> list[nn.Module]:
        stages: list[nn.Module] = []
        for inputs, channels in ((depth, 16), (16, 32), (32, 32)):
            stages += [nn.Conv2d(inputs, channels, 3, padding=1), nn.MaxPool2d(3, 2, 1)]
            stages += [Residual(channels), Residual(channels)]
        return [*stages, nn.ReLU()]


class SmallCNN(Pictures):
    """Three strided convolutions."""

    def layers(self, depth: int) -> list[nn.Module]:
        convolutions = [
            nn.Conv2d(depth, 16, 8, stride=4),
            nn.Conv2d(16, 32, 4, stride=2),
            nn.Conv2d(32, 32, 3, stride=2, padding=1),
        ]
        for convolution in convolutions:
            nn.init.orthogonal_(convolution.weight, sqrt(2))
        return [layer for convolution in convolutions for layer in (convolution, nn.ReLU())]
