"""K policies, the members, and their link, which acts (Ghosh et al. 2021).

The link's probability of an action is the largest that any member gives it, normalised over the actions. Networks for
vectors are computed as one product, others one after another.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gsl.worker.nets.actor_critic import ActorCritic, VectorActorCritic
from gsl.worker.nets.distributions import Categorical, Distribution
from gsl.worker.nets.stacked import StackedNetwork


class LinkedPolicy(ActorCritic):
    """What others know of it is the link: its parameters are log-probabilities, its value is the members' mean.

    Move no member to another device or replace its weights later: those of networks for vectors share their memory.
    """

    def __init__(self, members: Sequence[ActorCritic]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.networks = tuple(members)
        vectors = [one for one in members if isinstance(one, VectorActorCritic)]
        self.stacked = StackedNetwork(vectors) if len(vectors) == len(members) else None

    @property
    def learned(self) -> list[Tensor]:
        """What gradients are taken for: parameters of all members stacked, or of one member after another."""
        return list(self.parameters()) if self.stacked is None else list(self.stacked.parameters.values())

    def each(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """Each member's logits (K, B, A) and values (K, B) of its own observations (K, B, *observation_shape)."""
        if self.stacked is not None:
            return self.stacked(observation)
        both = [member.forward(own) for member, own in zip(self.networks, observation, strict=True)]
        return torch.stack([logits for logits, _ in both]), torch.stack([value for _, value in both])

    @torch.no_grad()
    def everyone(self, observation: Tensor) -> Tensor:
        """All members' log-probabilities (K, B, A) for the same observations (B, *observation_shape)."""
        if self.stacked is not None:
            logits = self.stacked.policy_parameters(observation.expand(len(self.networks), *observation.shape))
        else:
            logits = torch.stack([member.policy_parameters(observation) for member in self.networks])
        return F.log_softmax(logits, dim=-1)

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        return self.policy_parameters(observation), self.values(observation)

    def policy_parameters(self, observation: Tensor) -> Tensor:
        return link(self.everyone(observation))

    def policy_features(self, observation: Tensor) -> Tensor:
        """The members' features side by side: (B, K * width)."""
        return torch.cat([member.policy_features(observation) for member in self.networks], dim=-1)

    def values(self, observation: Tensor) -> Tensor:
        return torch.stack([member.values(observation) for member in self.networks]).mean(0)

    def distribution(self, parameters: Tensor) -> Distribution:
        return Categorical(parameters)

    def refresh_policy_head(self, seed: int) -> None:
        """Reset every member's last layer, each to weights of its own."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for member in self.networks:
                member.policy_head.load_state_dict(member.policy_head.fresh().state_dict())


def link(log_probs: Tensor) -> Tensor:
    """The link's log-probabilities (B, A), from those of the members (K, B, A)."""
    return F.log_softmax(log_probs.amax(0), dim=-1)


def divergence_from_link(own: Tensor, everyone: Tensor) -> Tensor:
    """The mean KL divergence of each member from the link on its own observations: (K,).

    `own` (K, B, A) are the members' log-probabilities there, `everyone` (K, K, B, A) all members', first by member and
    then by whose observations they are. Each member moves itself alone: others have no gradient in its divergence.
    """
    itself = torch.eye(len(own), dtype=torch.bool, device=own.device)[:, :, None, None]
    others = everyone.detach().masked_fill(itself, float("-inf")).amax(0)
    linked = F.log_softmax(torch.maximum(own, others), dim=-1)
    return (own.exp() * (own - linked)).sum(-1).mean(-1)
