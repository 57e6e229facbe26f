"""Bodies: from observations to features. Pictures pass one of two convolutional networks, vectors linear layers."""

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gsl.config.networks import MLP, Impala, Network, SmallCNN
from gsl.worker.nets.actor_critic import fully_connected, to_channels_first
from gsl.worker.nets.layers import orthogonal

N = TypeVar("N", bound=nn.Module)


def make_body(settings: Network, observation_shape: tuple[int, ...]) -> nn.Module:
    """Observations (B, *observation_shape) to features (B, settings.width)."""
    if isinstance(settings, MLP):
        return fully_connected(settings, observation_shape[0])
    return Pictures(settings, observation_shape)


class Pictures(nn.Module):
    """(B, H, W, C) uint8 to features (B, width)."""

    def __init__(self, settings: SmallCNN | Impala, observation_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.body = picture_body(settings, observation_shape)

    def forward(self, picture: Tensor) -> Tensor:
        features: Tensor = self.body(to_channels_first(picture))
        return features


def picture_body(settings: SmallCNN | Impala, observation_shape: tuple[int, ...]) -> nn.Module:
    """(B, C, H, W) to features (B, settings.width); `observation_shape` is (H, W, C)."""
    if isinstance(settings, Impala):
        return impala_body(settings, observation_shape)
    return small_cnn_body(settings, observation_shape)


def channels_last(network: N) -> N:
    """`network` itself, with its convolutions in the memory format in which they run twice as fast."""
    for weight in network.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return network


def small_cnn_body(settings: SmallCNN, observation_shape: tuple[int, ...]) -> nn.Sequential:
    """Three strided convolutions, fast enough for a CPU: (B, C, H, W) to features (B, width)."""
    height, width, depth = observation_shape
    first, later = settings.channels, 2 * settings.channels
    convolutions = nn.Sequential(
        orthogonal(nn.Conv2d(depth, first, kernel_size=8, stride=4)), nn.ReLU(),
        orthogonal(nn.Conv2d(first, later, kernel_size=4, stride=2)), nn.ReLU(),
        orthogonal(nn.Conv2d(later, later, kernel_size=3, stride=2, padding=1)), nn.ReLU(),
        nn.Flatten(),
    )  # fmt: skip
    with torch.no_grad():
        features = convolutions(torch.zeros(1, depth, height, width)).shape[1]
    return nn.Sequential(convolutions, orthogonal(nn.Linear(features, settings.width)), nn.ReLU())


def impala_body(settings: Impala, observation_shape: tuple[int, ...]) -> nn.Sequential:
    """The residual network of IMPALA (Espeholt et al. 2018, figure 3), as in CleanRL's Procgen PPO.

    (B, C, H, W) to features (B, width). Layers keep torch's default initialisation, as in the original.
    """
    height, width, depth = observation_shape
    inputs = (depth, *settings.channels[:-1])
    sequences = [ConvSequence(a, b) for a, b in zip(inputs, settings.channels, strict=True)]
    convolutions = nn.Sequential(*sequences, nn.Flatten(), nn.ReLU())
    with torch.no_grad():
        features = convolutions(torch.zeros(1, depth, height, width)).shape[1]
    return nn.Sequential(convolutions, nn.Linear(features, settings.width), nn.ReLU())


class ConvSequence(nn.Module):
    """A convolution, a pooling that halves height and width, two residual blocks."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, channels, kernel_size=3, padding=1)
        self.residual0 = ResidualBlock(channels)
        self.residual1 = ResidualBlock(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(self.conv(x), kernel_size=3, stride=2, padding=1)
        out: Tensor = self.residual1(self.residual0(x))
        return out


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(relu(x)))); the shape stays the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        residual = self.conv1(F.relu(self.conv0(F.relu(x))))
        return x + residual  # type: ignore[no-any-return]  # torch types a module's call as Any
