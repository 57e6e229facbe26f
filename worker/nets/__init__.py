"""Networks that turn a batch of observations into action logits and values."""

import torch

from gsl.config.networks import MLP, Impala, Network, SmallCNN
from worker.nets.actor_critic import ActorCritic, PictureActorCritic, VectorActorCritic
from worker.nets.impala import impala_body
from worker.nets.small_cnn import small_cnn_body

__all__ = ["ActorCritic", "make_network"]


def make_network(settings: Network, observation_shape: tuple[int, ...], num_actions: int, seed: int) -> ActorCritic:
    """A fresh network on the CPU; a seed always gives the same weights, torch's own random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _build(settings, observation_shape, num_actions)


def _build(settings: Network, shape: tuple[int, ...], num_actions: int) -> ActorCritic:
    if isinstance(settings, MLP):
        return VectorActorCritic(settings, shape[0], num_actions)
    body = impala_body(settings, shape) if isinstance(settings, Impala) else _small(settings, shape)
    network = PictureActorCritic(body, settings.width, num_actions)
    for weight in network.parameters():
        if weight.dim() == 4:  # convolutions run twice as fast on channels_last
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return network


def _small(settings: SmallCNN, shape: tuple[int, ...]) -> torch.nn.Module:
    return small_cnn_body(settings, shape)
