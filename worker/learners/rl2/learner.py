"""RL² (Duan et al. 2016; Wang et al. 2016): PPO over trials, with back-propagation through whole rollouts.

The memory of each slot goes on from rollout to rollout and is cleared where a trial begins. Minibatches are whole
sequences of some slots, each from the memory with which its rollout began; earlier rollouts get no gradient.
"""

from collections import defaultdict
from collections.abc import Callable
from statistics import fmean
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import RL2 as RL2Settings
from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, to_device
from gsl.worker.learners.gradients import clipped_step, forget_gradients
from gsl.worker.learners.on_policy import explained_variance, normalised
from gsl.worker.learners.ppo_losses import Batch, compute_losses
from gsl.worker.learners.reward_normaliser import RewardNormaliser
from gsl.worker.learners.rl2.policy import RememberingPolicy
from gsl.worker.learners.rl2.trials import Sequences, sequences_of
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.nets.parallel import one_thread
from gsl.worker.nets.recurrent import make_recurrent
from gsl.worker.spaces import Spaces


class RL2:
    """One policy with its value function, the memories of the training slots, optimiser and random states."""

    def __init__(
        self, settings: RL2Settings, spaces: Spaces, seed: int, device: torch.device, overrides: Overrides | None = None
    ) -> None:
        overrides = overrides or Overrides()
        self.settings, self.device, self._seed = settings, device, seed
        self.ent_coef = settings.ent_coef if overrides.ent_coef is None else overrides.ent_coef
        self.learning_rate = settings.learning_rate if overrides.learning_rate is None else overrides.learning_rate
        self.network = make_recurrent(settings, spaces, derive(seed, "network")).to(device)
        self._parameters = list(self.network.parameters())
        self.optimiser = Adam(self._parameters, lr=self.learning_rate, eps=settings.adam_eps, fused=True)
        self._rewards = RewardNormaliser(settings.num_envs, settings.gamma)
        self._states = [self.network.blank(settings.num_envs)]  # before the rollout, and after each of its steps
        self.advantage = torch.empty(0)  # of the last update
        self.acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self.shuffling = torch.Generator().manual_seed(derive(seed, "shuffling"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions for the training environments' observations (num_envs, *observation_shape)."""
        self._states.append(self.network.remember(to_device(observation, self.device), self._states[-1]))
        parameters, value = self.network.output(self._states[-1])
        distribution = self.network.distribution(parameters)
        with one_thread():
            action = distribution.sample(self.acting)
            log_prob = distribution.log_prob(action).cpu()
        return Decision(action.cpu().numpy(), log_prob, value.cpu())

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        return RememberingPolicy(self.network, self.device, deterministic=deterministic, seed=seed)

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Learn from one rollout; returns diagnostics averaged over the minibatches."""
        settings, states = self.settings, self._states
        share = max(0.0, 1.0 - progress) if settings.anneal_lr else 1.0
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate * share
        rewards = self._rewards if settings.norm_reward else None
        sequences = sequences_of(rollout, guidance, rewards, self.network, states, settings, self.device)
        samples = sequences.flat()
        self.advantage = samples.advantage
        weight = 1.0 if guidance is None else guidance.policy_weight
        seen: dict[str, list[float]] = defaultdict(list)
        for _ in range(settings.update_epochs):
            for minibatch in sequences.minibatches(settings.num_minibatches, self.shuffling):
                for name, value in self._step(minibatch, weight).items():
                    seen[name].append(value)
                if on_step is not None:
                    on_step()
        self._states = [states[-1]]
        return {name: fmean(values) for name, values in seen.items()} | {
            "explained_variance": explained_variance(samples),
            "learning_rate": self.learning_rate * share,
        }

    def _step(self, sequences: Sequences, policy_weight: float) -> Metrics:
        """One step of Adam on the minibatch."""
        forget_gradients(self._parameters)
        parameters, value = self.network.over(sequences.observation, sequences.first)
        batch = sequences.flat()
        if self.settings.norm_adv:
            batch = Batch(**(vars(batch) | {"advantage": normalised(batch.advantage)}))
        policy = self.network.distribution(parameters)
        losses, metrics = compute_losses(policy, value, batch, self.settings, self.ent_coef, policy_weight)
        torch.autograd.backward(losses.total)
        norm = clipped_step(self.optimiser, self._parameters, self.settings.max_grad_norm)
        return {name: float(value) for name, value in metrics.items()} | {"grad_norm": float(norm)}

    # State

    def restart_reward_scale(self) -> None:
        self._rewards.restart()

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results, also within a trial."""
        return {
            "network": {name: value.detach().clone() for name, value in self.network.state_dict().items()},
            "adam": save_moments(self.optimiser, self.network),
            "rewards": self._rewards.state(),
            "memory": self._states[-1].clone(),
            "acting": self.acting.get_state(),
            "shuffling": self.shuffling.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly."""
        self.clone(state)
        self._rewards.restore(state["rewards"], same_slots=True)
        self._states = [self._on_device(state["memory"])]
        self.acting.set_state(torch.as_tensor(state["acting"]))
        self.shuffling.set_state(torch.as_tensor(state["shuffling"]))

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner, with its own random state; `fresh_head` resets the policy's last layer.

        Raises RuntimeError or KeyError if the state belongs to another network.
        """
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        load_moments(self.optimiser, self.network, state["adam"])
        self._rewards.restore(state["rewards"], same_slots=False)
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
            clear_moments(self.optimiser, self.network.policy_head)

    def _on_device(self, values: Any) -> Tensor:
        return torch.as_tensor(values).to(self.device)
