"""The residual network of IMPALA (Espeholt et al. 2018, figure 3), as CleanRL's Procgen PPO builds it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gsl.config.networks import Impala


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(relu(x)))); the shape stays the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        residual = self.conv1(F.relu(self.conv0(F.relu(x))))
        return x + residual  # type: ignore[no-any-return]  # torch types a module's call as Any


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


def impala_body(settings: Impala, observation_shape: tuple[int, ...]) -> nn.Sequential:
    """(B, C, H, W) to features (B, width). Layers keep torch's default initialisation, as in the original."""
    height, width, depth = observation_shape
    inputs = (depth, *settings.channels[:-1])
    sequences = [ConvSequence(a, b) for a, b in zip(inputs, settings.channels, strict=True)]
    convolutions = nn.Sequential(*sequences, nn.Flatten(), nn.ReLU())
    with torch.no_grad():
        features = convolutions(torch.zeros(1, depth, height, width)).shape[1]
    return nn.Sequential(convolutions, nn.Linear(features, settings.width), nn.ReLU())
