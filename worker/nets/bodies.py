"""From observations to features, for networks with their own heads."""

from torch import Tensor, nn

from gsl.config.networks import MLP, Impala, Network, SmallCNN
from worker.nets import picture_body
from worker.nets.actor_critic import layers, to_channels_first


class Pictures(nn.Module):
    """(B, H, W, C) uint8 to features (B, width)."""

    def __init__(self, settings: SmallCNN | Impala, observation_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.body = picture_body(settings, observation_shape)

    def forward(self, picture: Tensor) -> Tensor:
        features: Tensor = self.body(to_channels_first(picture))
        return features


def make_body(settings: Network, observation_shape: tuple[int, ...]) -> nn.Module:
    """Observations (B, *observation_shape) to features (B, settings.width)."""
    if isinstance(settings, MLP):
        return layers(settings, observation_shape[0])
    return Pictures(settings, observation_shape)
