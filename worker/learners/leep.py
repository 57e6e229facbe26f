"""Linked ensembles of policies (LEEP; Ghosh et al. 2021, algorithm 1) for discrete actions.

K members share the slots equally. Each acts in its own slots and learns from them by PPO, with the added loss

    c * mean over its steps of KL(pi_i(.|s) || link(.|s)),   link(a|s) proportional to max_j pi_j(a|s)

in which the other members' policies have no gradient. Each member has its own network, moments of Adam, clipping of
gradients and scale of rewards, as if it were alone; advantages are by GAE. The link of all members is the policy.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import LEEP as LEEPSettings
from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, policy_of, to_device
from gsl.worker.learners.gradients import clipped_step
from gsl.worker.learners.on_policy import explained_variance, normalised, reordered, samples_of, stacked
from gsl.worker.learners.ppo_losses import Batch, compute_losses
from gsl.worker.learners.reward_normaliser import RewardNormaliser
from gsl.worker.nets import make_network
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.nets.distributions import Categorical
from gsl.worker.nets.linked import LinkedPolicy, divergence_from_link
from gsl.worker.nets.parallel import one_thread
from gsl.worker.nets.stacked_adam import StackedAdam
from gsl.worker.spaces import Spaces


class LEEP:
    """The members with their optimisers, scales and random states."""

    def __init__(
        self,
        settings: LEEPSettings,
        spaces: Spaces,
        seed: int,
        device: torch.device,
        overrides: Overrides | None = None,
    ) -> None:
        overrides = overrides or Overrides()
        self.settings, self.device, self._seed = settings, device, seed
        self.ent_coef = settings.ent_coef if overrides.ent_coef is None else overrides.ent_coef
        self.learning_rate = settings.learning_rate if overrides.learning_rate is None else overrides.learning_rate
        self._members, each = range(settings.members), settings.num_envs // settings.members
        self._slots = [slice(member * each, (member + 1) * each) for member in self._members]
        seeds = [derive(seed, "network", member) for member in self._members]
        self.network = LinkedPolicy([make_network(settings.network, spaces, one).to(device) for one in seeds])
        self.optimisers = [
            Adam(one.parameters(), lr=self.learning_rate, eps=settings.adam_eps, fused=True)
            for one in self.network.networks
        ]
        self._join_optimisers()
        self._rewards = [RewardNormaliser(each, settings.gamma) for _ in self._members]
        self.advantage = torch.empty(0)  # of the last update
        self.acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self.shuffling = torch.Generator().manual_seed(derive(seed, "shuffling"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Actions that each member samples for its own slots, of observations (num_envs, *observation_shape)."""
        seen = to_device(observation, self.device)
        logits, value = self.network.each(seen.reshape(len(self._members), -1, *seen.shape[1:]))
        with one_thread():
            policy = Categorical(logits)
            action = policy.sample(self.acting)
            log_prob = policy.log_prob(action).flatten().cpu()
        return Decision(action.flatten().cpu().numpy(), log_prob, value.flatten().cpu())

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        if self.settings.acts == "link":
            return policy_of(self.network, self.device, deterministic=deterministic, seed=seed)
        return self.policy_of_members(deterministic=deterministic, seed=seed)

    def policy_of_members(self, *, deterministic: bool, seed: int) -> Policy:
        """Each slot is played by one member, drawn at random, all members equally often."""
        generator, rng = torch.Generator(self.device).manual_seed(seed), np.random.default_rng(derive(seed, "members"))
        drawn: dict[int, Tensor] = {}

        @torch.no_grad()
        def choose(observation: NDArray[Any]) -> NDArray[Any]:
            count = len(observation)
            if count not in drawn:
                drawn[count] = torch.from_numpy(rng.permutation(count) % len(self._members)).to(self.device)
            everyone = self.network.everyone(to_device(observation, self.device))
            policy = Categorical(everyone[drawn[count], torch.arange(count, device=self.device)])
            action = policy.mode() if deterministic else policy.sample(generator)
            return np.asarray(action.cpu().numpy())

        return choose

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Learn from one rollout; returns diagnostics averaged over members and minibatches.

        `on_step` is called between minibatches and may raise.
        """
        own = [self._samples(member, rollout.of(self._slots[member]), guidance) for member in self._members]
        samples = stacked(own)
        steps = len(rollout.reward)
        self.advantage = samples.advantage.reshape(len(own), steps, -1).transpose(0, 1).flatten()
        policy_weight = 1.0 if guidance is None else guidance.policy_weight
        seen: dict[str, list[float]] = defaultdict(list)
        for minibatch in self._minibatches(samples):
            for name, value in self._step(minibatch, policy_weight).items():
                seen[name].append(value)
            if on_step is not None:
                on_step()
        metrics = {name: float(np.mean(values)) for name, values in seen.items()}
        explained = float(np.mean([explained_variance(one) for one in own]))
        return metrics | {"explained_variance": explained, "learning_rate": self.learning_rate}

    def _samples(self, member: int, rollout: Rollout, guidance: Guidance | None) -> Batch:
        """Samples (B, ...) of the member's own slots."""
        network, settings = self.network.networks[member], self.settings

        @torch.no_grad()
        def values(observation: Tensor, variation: Tensor) -> Tensor:
            return network.values(observation.to(self.device)).cpu()

        return samples_of(
            rollout, guidance, self._rewards[member] if settings.norm_reward else None, values, settings.gamma,
            settings.gae_lambda, self.device,
        )  # fmt: skip

    def _minibatches(self, samples: Batch) -> Iterator[Batch]:
        """Minibatches (K, B) of each member's samples in its own random order."""
        count = samples.advantage.shape[1]
        for _ in range(self.settings.update_epochs):
            orders = [torch.randperm(count, generator=self.shuffling) for _ in self._members]
            for part in torch.split(torch.stack(orders).to(self.device), count // self.settings.num_minibatches, dim=1):
                yield reordered(samples, part)

    def _step(self, minibatch: Batch, policy_weight: float) -> Metrics:
        """One step of Adam for every member."""
        if self.settings.norm_adv:
            minibatch = replace(minibatch, advantage=normalised(minibatch.advantage))
        logits, value = self.network.each(minibatch.observation)
        policy = Categorical(logits)
        losses, metrics = compute_losses(policy, value, minibatch, self.settings, self.ent_coef, policy_weight)
        everyone = self.network.everyone(minibatch.observation.flatten(0, 1))
        divergence = divergence_from_link(policy.log_probs, everyone.view(len(everyone), *policy.log_probs.shape))
        total = losses.total + self.settings.link_coef * divergence
        metrics |= {"link_kl": divergence.detach(), "grad_norm": self._apply(total.sum())}
        return dict(zip(metrics, torch.stack([one.mean() for one in metrics.values()]).tolist(), strict=True))

    def _apply(self, loss: Tensor) -> Tensor:
        """Move every member along its own part of the gradient, clipped by itself; the norms (K,) before clipping."""
        gradients, max_norm = torch.autograd.grad(loss, self.network.learned), self.settings.max_grad_norm
        if self._adam is not None:
            return self._adam.step(gradients, [self.learning_rate] * len(self._members), max_norm, self._members)
        for parameter, gradient in zip(self.network.learned, gradients, strict=True):
            parameter.grad = gradient
        pairs = zip(self.optimisers, self.network.networks, strict=True)
        return torch.stack([clipped_step(adam, list(one.parameters()), max_norm) for adam, one in pairs])

    def _join_optimisers(self) -> None:
        """Steps of all members at once, if their networks are stacked; anew whenever moments have been replaced."""
        whole = self.network.stacked
        self._adam = None if whole is None else StackedAdam(whole, self.optimisers)

    # State

    def restart_reward_scale(self) -> None:
        for rewards in self._rewards:
            rewards.restart()

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results."""
        pairs = zip(self.optimisers, self.network.networks, strict=True)
        return {
            "network": {name: value.detach().clone() for name, value in self.network.state_dict().items()},
            "adam": {str(member): save_moments(*pair) for member, pair in enumerate(pairs)},
            "rewards": {str(member): rewards.state() for member, rewards in enumerate(self._rewards)},
            "acting": self.acting.get_state(),
            "shuffling": self.shuffling.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly."""
        self.clone(state)
        for member, rewards in enumerate(self._rewards):
            rewards.restore(state["rewards"][str(member)], same_slots=True)
        self.acting.set_state(torch.as_tensor(state["acting"]))
        self.shuffling.set_state(torch.as_tensor(state["shuffling"]))

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner, with its own random state; `fresh_head` resets the members' last layers.

        Raises RuntimeError or KeyError if the state belongs to other networks, or to another number of members.
        """
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        for member, pair in enumerate(zip(self.optimisers, self.network.networks, strict=True)):
            load_moments(*pair, state["adam"][str(member)])
            self._rewards[member].restore(state["rewards"][str(member)], same_slots=False)
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
            for adam, network in zip(self.optimisers, self.network.networks, strict=True):
                clear_moments(adam, network.policy_head)
        self._join_optimisers()
