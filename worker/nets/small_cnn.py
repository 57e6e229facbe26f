"""Three strided convolutions, for pictures on a CPU."""

import torch
from torch import nn

from gsl.config.networks import SmallCNN
from worker.nets.initialise import orthogonal


def small_cnn_body(settings: SmallCNN, observation_shape: tuple[int, ...]) -> nn.Sequential:
    """(B, C, H, W) to features (B, width). `observation_shape` is (H, W, C)."""
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
