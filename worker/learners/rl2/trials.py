"""What RL² makes of a rollout: sequences of whole slots, with advantages that reach across a trial's episodes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gsl.config.learners import RL2 as RL2Settings
from gsl.worker.experience import Rollout
from gsl.worker.learners.base import Guidance
from gsl.worker.learners.gae import gae
from gsl.worker.learners.ppo_losses import Batch
from gsl.worker.learners.reward_normaliser import RewardNormaliser
from gsl.worker.nets.recurrent import RecurrentActorCritic
from gsl.worker.spaces import FORGET


@dataclass(frozen=True)
class Sequences:
    """T steps of N slots, on the network's device, and the memories (N, size) before the first."""

    observation: Tensor  # (T, N, *observation_shape)
    samples: Batch  # without observations, each column (T, N)
    first: Tensor

    def minibatches(self, count: int, generator: torch.Generator) -> Iterator["Sequences"]:
        """One pass: the slots in random order, divided among `count` minibatches."""
        slots = torch.randperm(self.first.shape[0], generator=generator).to(self.first.device)
        for chosen in slots.chunk(count):
            columns = {name: None if one is None else one[:, chosen] for name, one in vars(self.samples).items()}
            yield Sequences(self.observation[:, chosen], Batch(**columns), self.first[chosen])  # type: ignore[arg-type]  # but `head`, none is None

    def flat(self) -> Batch:
        """The samples as (T * N)."""
        return Batch(**{name: None if one is None else one.flatten(0, 1) for name, one in vars(self.samples).items()})  # type: ignore[arg-type]  # see above


def trial_ends(rollout: Rollout) -> Tensor:
    """(T, N) bool: whether a trial ended with the step, because the next observation begins another."""
    following = torch.cat([rollout.observation[1:], rollout.next_observation[None]])
    return following[..., -1] == FORGET


def sequences_of(
    rollout: Rollout, guidance: Guidance | None, rewards: RewardNormaliser | None, network: RecurrentActorCritic,
    states: Sequence[Tensor], settings: RL2Settings, device: torch.device,
) -> Sequences:  # fmt: skip
    """The rollout with advantages and returns. `states` are the memories before its first step and after each step.

    Within a trial, an episode's end is a step like any other. A trial's last episode ends it, or if a time limit
    outside of the task did, its value follows.
    """
    if rollout.value is None:
        raise AssertionError("values come with the actions")
    ends, reward = trial_ends(rollout), rollout.reward
    if guidance is not None:
        flat = guidance.reward(rollout.observation.flatten(0, 1), rollout.action.flatten(0, 1), reward.flatten())
        reward = flat.reshape(reward.shape)
    if rewards is not None:
        reward = rewards(reward, ends)
    reward = _with_what_follows(reward, ends, rollout, network, states, settings.gamma)
    last = _values(network, rollout.next_observation, states[-1])
    advantage, returns = gae(reward, rollout.value, ends, last, settings.gamma, settings.gae_lambda)
    columns = (rollout.reward, rollout.action, rollout.log_prob, rollout.value, advantage, returns)
    return Sequences(rollout.observation.to(device), Batch(*(column.to(device) for column in columns)), states[0])


def _with_what_follows(
    reward: Tensor, ends: Tensor, rollout: Rollout, network: RecurrentActorCritic, states: Sequence[Tensor],
    gamma: float,
) -> Tensor:  # fmt: skip
    """Rewards (T, N) plus the discounted value of what a time limit cut off at the end of a trial."""
    if rollout.truncated is None or rollout.final_observation is None or not len(rollout.final_observation):
        return reward
    cut = (rollout.truncated & ends).nonzero()
    reward = reward.clone()
    which = (rollout.truncated.flatten().cumsum(0) - 1).reshape(reward.shape)  # among the final observations
    for t in sorted(set(cut[:, 0].tolist())):
        slots = cut[cut[:, 0] == t, 1]
        seen = rollout.final_observation[which[t, slots]]
        reward[t, slots] += gamma * _values(network, seen, states[t + 1][slots.to(states[0].device)])
    return reward


@torch.no_grad()
def _values(network: RecurrentActorCritic, observation: Tensor, state: Tensor) -> Tensor:
    """Values (B,), on the CPU, of observations (B, *observation_shape) that follow on the memories."""
    seen = observation.to(state.device)
    return network.output(network.remember(seen, state))[1].cpu()
