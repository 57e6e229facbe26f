"""Networks that turn a batch of observations into a policy and values."""

import torch

from gsl.config.networks import MLP, Network
from gsl.worker.nets.actor_critic import ActorCritic, PictureActorCritic, VectorActorCritic
from gsl.worker.nets.bodies import channels_last, picture_body
from gsl.worker.spaces import Spaces

__all__ = ["ActorCritic", "channels_last", "make_network", "picture_body"]


def make_network(
    settings: Network, spaces: Spaces, seed: int, *, values: int = 1, critic_layer_norm: bool = False
) -> ActorCritic:
    """A fresh network on the CPU. The same seed gives the same weights, and torch's random state does not change.

    `values` is the number of values per observation. `critic_layer_norm` is for vectors; pictures raise ValueError.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _build(settings, spaces, values, critic_layer_norm)


def _build(settings: Network, spaces: Spaces, values: int, critic_layer_norm: bool) -> ActorCritic:
    if isinstance(settings, MLP):
        return VectorActorCritic(settings, spaces, values, critic_layer_norm)
    if critic_layer_norm:
        raise ValueError(f"{settings.name} has no separate value layers to normalise")
    network = PictureActorCritic(picture_body(settings, spaces.observation_shape), settings, spaces.actions, values)
    return channels_last(network)
