"""Networks of task embeddings: what a task means, what to do about it, and which task was meant."""

from math import log

import torch
from torch import Tensor, nn

from gsl.config.learners import TEPPO as TEPPOSettings
from gsl.config.networks import MLP
from gsl.worker.nets.actor_critic import ActorCritic, fully_connected
from gsl.worker.nets.distributions import Gaussian
from gsl.worker.nets.layers import VALUE, orthogonal
from gsl.worker.nets.policy_heads import make_policy_head
from gsl.worker.spaces import Spaces

_WIDEST = (-5.0, 2.0)
"""Bounds of the inference network's log-deviations."""


class EmbeddedActorCritic(ActorCritic):
    """Policy and value of rows (B, seen + tasks + size): what was seen, the task one-hot, and noise.

    The embedding is mean + deviation x noise, both by the task, so that it has a gradient and keeps its noise. The
    policy sees it instead of the task, the value function sees both.
    """

    shares_features = False

    def __init__(self, settings: TEPPOSettings, network: MLP, spaces: Spaces) -> None:
        super().__init__()
        self.tasks, self.size = spaces.one_hot, settings.embedding_size
        self.seen = spaces.observation_shape[0] - self.tasks - spaces.actions.size - 3  # what the trial has appended
        small = MLP(width=settings.encoder_width, depth=2)
        self.encoder = fully_connected(small, self.tasks)
        self.mean = orthogonal(nn.Linear(small.width, self.size), 1.0)
        self.log_std = nn.Linear(small.width, self.size)
        nn.init.zeros_(self.log_std.weight)
        nn.init.constant_(self.log_std.bias, log(settings.embedding_std))
        self._bounds = log(settings.embedding_std_min), log(settings.embedding_std_max)
        self.body = fully_connected(network, self.seen + self.size)
        self.value_body = fully_connected(network, self.seen + self.tasks + self.size)
        self.policy_head = make_policy_head(network, network.width, spaces.actions)
        self.value_head = orthogonal(nn.Linear(network.width, 1), VALUE)

    def rows(self, observation: Tensor, noise: Tensor) -> Tensor:
        """The rows that policy and value need, of observations (..., *observation_shape) and noise (..., size)."""
        return torch.cat([observation[..., : self.seen + self.tasks], noise], dim=-1)

    def embedding(self, task: Tensor) -> Gaussian:
        """Of tasks (..., tasks), one-hot."""
        features = self.encoder.forward(task)
        return Gaussian(self.mean.forward(features), self.log_std.forward(features).clamp(*self._bounds))

    def of_every_task(self) -> Gaussian:
        """The distributions of embeddings (tasks, size)."""
        return self.embedding(torch.eye(self.tasks, device=self.value_head.weight.device))

    def latent(self, rows: Tensor) -> Tensor:
        """The embeddings (..., size)."""
        drawn = self.embedding(rows[..., self.seen : self.seen + self.tasks])
        return drawn.mean + drawn.log_std.exp() * rows[..., self.seen + self.tasks :]

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        latent = self.latent(observation)
        return self.policy_head.forward(self._features(observation, latent)), self._values_of(observation, latent)

    def policy_features(self, observation: Tensor) -> Tensor:
        return self._features(observation, self.latent(observation))

    def values(self, observation: Tensor) -> Tensor:
        return self._values_of(observation, self.latent(observation))

    def _features(self, rows: Tensor, latent: Tensor) -> Tensor:
        return self.body.forward(torch.cat([rows[..., : self.seen], latent], dim=-1))

    def _values_of(self, rows: Tensor, latent: Tensor) -> Tensor:
        known = torch.cat([rows[..., : self.seen + self.tasks], latent], dim=-1)
        return self.value_head.forward(self.value_body.forward(known)).squeeze(-1)


class InferenceNetwork(nn.Module):
    """Which embedding it was, by the newest observations."""

    def __init__(self, settings: TEPPOSettings, seen: int) -> None:
        super().__init__()
        small = MLP(width=settings.encoder_width, depth=2)
        self.body = fully_connected(small, settings.window * seen)
        self.head = orthogonal(nn.Linear(small.width, 2 * settings.embedding_size), 1.0)

    def forward(self, window: Tensor) -> Gaussian:
        """The distribution (B, size) of the embedding of windows (B, window * seen)."""
        mean, log_std = self.head.forward(self.body.forward(window)).chunk(2, dim=-1)
        return Gaussian(mean, log_std.clamp(*_WIDEST))


def make_embedded(settings: TEPPOSettings, spaces: Spaces, seed: int) -> tuple[EmbeddedActorCritic, InferenceNetwork]:
    """Fresh networks on the CPU. The same seed gives the same weights, and torch's random state does not change.

    Raises TypeError for a network of pictures, ValueError if observations do not say which task it is.
    """
    if not isinstance(settings.network, MLP):
        raise TypeError(f"{settings.network.name} is for pictures")
    if not spaces.one_hot:
        raise ValueError("task embeddings need observations that end with a one-hot vector of the task")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = EmbeddedActorCritic(settings, settings.network, spaces)
        return network, InferenceNetwork(settings, network.seen)
