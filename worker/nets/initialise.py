"""Initialisation of layers: orthogonal weights and zero biases, as in CleanRL's `layer_init`."""

from math import sqrt
from typing import TypeVar

from torch import nn

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)

HIDDEN = sqrt(2)
POLICY = 0.01  # a nearly uniform policy
VALUE = 1.0


def orthogonal(layer: Layer, gain: float = HIDDEN) -> Layer:
    """`layer` itself, with orthogonal weights scaled by `gain` (Saxe et al. 2014) and zero biases."""
    nn.init.orthogonal_(layer.weight, gain)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
