"""A policy and value that PPO trains, and the sequence model into which they are distilled, as one network."""

import torch
from torch import Tensor, nn

from gsl.config.learners import SequenceModel as SequenceSettings
from gsl.worker.nets.actor_critic import ActorCritic
from gsl.worker.nets.policy_heads import make_policy_head
from gsl.worker.nets.sequence import GRUBody, SequenceBody, Transformer
from gsl.worker.spaces import Spaces

LAST = 3
"""Numbers behind an observation besides the last action: the last reward, whether that ended an episode, the mark."""


class SequenceActorCritic(ActorCritic):
    """Acts by `before` until it is distilled, and then by the sequence model.

    Observations are those of `worker.envs.trials`; `before` sees only the suite's part of them. As an ActorCritic,
    without a memory, a sequence model treats every observation as the first of a trial.
    """

    def __init__(self, settings: SequenceSettings, before: ActorCritic, spaces: Spaces) -> None:
        super().__init__()
        self.before = before
        self.seen = seen_of(spaces)
        token = spaces.observation_shape[0] - 1  # all but the mark
        self.body = _body(settings, token)
        self.head = make_policy_head(settings.network, settings.width, spaces.actions)
        self.context = settings.context
        """Tokens of a sequence that distillation learns from."""
        self.distilled = False

    @property
    def policy_head(self) -> nn.Linear:  # type: ignore[override]  # of what acts
        return self.head if self.distilled else self.before.policy_head

    def sequence_parameters(self) -> list[nn.Parameter]:
        """What distillation trains."""
        return [*self.body.parameters(), *self.head.parameters()]

    def over(self, tokens: Tensor) -> Tensor:
        """The policy's parameters (B, T, P) after tokens (B, T, size), each sequence from a blank memory on."""
        return self.head.forward(self.body(tokens))

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        return self.policy_parameters(observation), self.values(observation)

    def policy_features(self, observation: Tensor) -> Tensor:
        if not self.distilled:
            return self.before.policy_features(observation[:, : self.seen])
        features: Tensor = self.body(observation[:, None, :-1])[:, 0]
        return features

    def values(self, observation: Tensor) -> Tensor:
        return self.before.values(observation[:, : self.seen])

    def distribution(self, parameters: Tensor):  # type: ignore[no-untyped-def]  # as the head's
        return self.head.distribution(parameters)


def seen_of(spaces: Spaces) -> int:
    """How many numbers of an observation are the suite's own."""
    return spaces.observation_shape[0] - spaces.actions.size - LAST


def make_sequence(settings: SequenceSettings, before: ActorCritic, spaces: Spaces, seed: int) -> SequenceActorCritic:
    """A fresh sequence model around `before`. The same seed gives the same weights; torch's state does not change."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SequenceActorCritic(settings, before, spaces).eval()  # dropout is for distillation


def _body(settings: SequenceSettings, token: int) -> SequenceBody:
    if settings.model == "gru":
        return GRUBody(token, settings.width)
    return Transformer(token, settings.width, settings.layers, settings.heads, settings.context, settings.dropout)
