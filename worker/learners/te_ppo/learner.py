"""PPO with task embeddings (Hausman et al. 2018): learning an embedding space for transferable robot skills.

Each episode has an embedding z, of which the slot keeps the noise. The reward of a step gets

    - inference_coef * softplus(clip(-log q(z | newest observations), -3, 3)) + ent_coef * softplus(-log pi(a | s, z)),

without a gradient. PPO's loss reaches the encoder through z, which is made anew from the noise in each minibatch, so
that the ratio is 1 at first; q learns to tell z. As in garage's TE-PPO, but there the loss used the encoder's mean
where z had acted, and the bonus for the encoder's entropy had no gradient.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from statistics import fmean
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gsl.config.learners import TEPPO as TEPPOSettings
from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, to_device
from gsl.worker.learners.gradients import clipped_step, forget_gradients
from gsl.worker.learners.on_policy import explained_variance, normalised, samples_of, shuffled
from gsl.worker.learners.ppo_losses import Batch, compute_losses
from gsl.worker.learners.reward_normaliser import RewardNormaliser
from gsl.worker.learners.te_ppo.slots import EmbeddedPolicy, Slots
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.nets.embedding import make_embedded
from gsl.worker.nets.parallel import one_thread
from gsl.worker.spaces import Spaces

_CLIPPED = 3.0
"""Nats, beyond which it does not matter how well or badly an embedding is told."""


class TEPPO:
    """One policy with its encoder, value function and inference network, optimisers and random states."""

    def __init__(
        self, settings: TEPPOSettings, spaces: Spaces, seed: int, device: torch.device,
        overrides: Overrides | None = None,
    ) -> None:  # fmt: skip
        overrides = overrides or Overrides()
        self.settings, self.device, self._seed = settings, device, seed
        self.ent_coef = settings.ent_coef if overrides.ent_coef is None else overrides.ent_coef
        rate = settings.learning_rate if overrides.learning_rate is None else overrides.learning_rate
        network, inference = make_embedded(settings, spaces, derive(seed, "network"))
        self.network, self.inference = network.to(device), inference.to(device)
        self._parameters = list(network.parameters())
        self.optimiser, self._inference_optimiser = (
            Adam(one.parameters(), lr=rate, eps=settings.adam_eps, fused=True) for one in (network, inference)
        )
        self._rewards = RewardNormaliser(settings.num_envs, settings.gamma)
        self._slots = [Slots.blank(network, settings.num_envs, settings.window)]  # before the rollout, and at each step
        self.advantage = torch.empty(0)  # of the last update
        self.acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self.shuffling = torch.Generator().manual_seed(derive(seed, "shuffling"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions for the training environments' observations (num_envs, *observation_shape)."""
        seen = to_device(observation, self.device)
        self._slots.append(self._slots[-1].after(seen, self.acting))
        distribution = self.network.policy(self.network.rows(seen, self._slots[-1].noise))
        with one_thread():
            action = distribution.sample(self.acting)
            log_prob = distribution.log_prob(action).cpu()
        return Decision(action.cpu().numpy(), log_prob, None)

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        return EmbeddedPolicy(self.network, self.device, deterministic=deterministic, seed=seed)

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Learn from one rollout; returns diagnostics averaged over the minibatches."""
        settings, played = self.settings, self._slots[1:]
        window = torch.stack([slots.window for slots in played]).flatten(2).flatten(0, 1)
        samples = self._samples(rollout, guidance, torch.stack([slots.noise for slots in played]), window)
        self.advantage = samples.advantage
        with torch.no_grad():
            latent = self.network.latent(samples.observation)
        weight = 1.0 if guidance is None else guidance.policy_weight
        seen: dict[str, list[float]] = defaultdict(list)
        for _ in range(settings.update_epochs):
            for index, minibatch in shuffled(samples, len(latent) // settings.num_minibatches, self.shuffling):
                metrics = self._step(minibatch, weight) | self._infer(window[index], latent[index])
                for name, value in metrics.items():
                    seen[name].append(value)
                if on_step is not None:
                    on_step()
        self._slots = self._slots[-1:]
        return {name: fmean(values) for name, values in seen.items()} | self._diagnostics(samples)

    def _samples(self, rollout: Rollout, guidance: Guidance | None, noise: Tensor, window: Tensor) -> Batch:
        """The rollout's samples with the rows that the network needs for observations; `noise` is (T, N, size)."""
        reward = rollout.reward
        if guidance is not None:
            flat = guidance.reward(rollout.observation.flatten(0, 1), rollout.action.flatten(0, 1), reward.flatten())
            reward = flat.reshape(reward.shape)
        made, noise = self.network.rows, noise.cpu()
        rows, final = made(rollout.observation, noise), rollout.final_observation
        if final is not None and rollout.truncated is not None:
            final = made(final, noise[rollout.truncated])
        packed = replace(
            rollout, observation=rows, reward=reward + self._bonus(rows, window, rollout.log_prob),
            next_observation=made(rollout.next_observation, noise[-1]), final_observation=final,
        )  # fmt: skip
        settings = self.settings
        rewards = self._rewards if settings.norm_reward else None
        return samples_of(packed, None, rewards, self._values, settings.gamma, settings.gae_lambda, self.device)

    @torch.no_grad()
    def _bonus(self, rows: Tensor, window: Tensor, log_prob: Tensor) -> Tensor:
        """What is added to the rewards (T, N)."""
        latent = self.network.latent(rows.flatten(0, 1).to(self.device))
        surprise = -self.inference.forward(window).log_prob(latent).reshape(log_prob.shape).cpu()
        untold = F.softplus(surprise.clamp(-_CLIPPED, _CLIPPED))
        return self.ent_coef * F.softplus(-log_prob) - self.settings.inference_coef * untold

    def _step(self, minibatch: Batch, policy_weight: float) -> Metrics:
        """One step of Adam for policy, encoder and value function."""
        forget_gradients(self._parameters)
        parameters, value = self.network.forward(minibatch.observation)
        if self.settings.norm_adv:
            minibatch = Batch(**(vars(minibatch) | {"advantage": normalised(minibatch.advantage)}))
        policy = self.network.distribution(parameters)
        losses, metrics = compute_losses(policy, value, minibatch, self.settings, 0.0, policy_weight)
        bonus = self.settings.embedding_ent_coef * self.network.of_every_task().entropy().mean()
        torch.autograd.backward(losses.total - bonus)
        norm = clipped_step(self.optimiser, self._parameters, self.settings.max_grad_norm)
        return {name: float(value) for name, value in metrics.items()} | {"grad_norm": float(norm)}

    def _infer(self, window: Tensor, latent: Tensor) -> Metrics:
        """One step of Adam for the inference network."""
        forget_gradients(self.inference.parameters())
        loss = -self.inference.forward(window).log_prob(latent).mean()
        torch.autograd.backward(loss)
        self._inference_optimiser.step()
        return {"inference_loss": float(loss.detach())}

    @torch.no_grad()
    def _diagnostics(self, samples: Batch) -> Metrics:
        found = self.network.of_every_task()
        return {
            "explained_variance": explained_variance(samples),
            "embedding_std": float(found.log_std.exp().mean()),
            "embedding_separation": float(separation(found.mean, found.log_std)),
        }

    @torch.no_grad()
    def _values(self, observation: Tensor, variation: Tensor) -> Tensor:
        return self.network.values(observation.to(self.device)).cpu()

    # State

    def restart_reward_scale(self) -> None:
        self._rewards.restart()

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results, also within an episode."""
        networks = {"network": self.network, "inference": self.inference}
        return {
            **{
                name: {key: value.detach().clone() for key, value in one.state_dict().items()}
                for name, one in networks.items()
            },
            "adam": save_moments(self.optimiser, self.network),
            "inference_adam": save_moments(self._inference_optimiser, self.inference),
            "rewards": self._rewards.state(),
            "slots": {"noise": self._slots[-1].noise.clone(), "window": self._slots[-1].window.clone()},
            "acting": self.acting.get_state(),
            "shuffling": self.shuffling.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly."""
        self.clone(state)
        self._rewards.restore(state["rewards"], same_slots=True)
        kept = {name: torch.as_tensor(value).to(self.device) for name, value in state["slots"].items()}
        self._slots = [Slots(kept["noise"], kept["window"])]
        self.acting.set_state(torch.as_tensor(state["acting"]))
        self.shuffling.set_state(torch.as_tensor(state["shuffling"]))

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner, with its own random state; `fresh_head` resets the policy's last layer.

        Raises RuntimeError or KeyError if the state belongs to another network.
        """
        for name, one in (("network", self.network), ("inference", self.inference)):
            one.load_state_dict({key: torch.as_tensor(value) for key, value in state[name].items()})
        load_moments(self.optimiser, self.network, state["adam"])
        load_moments(self._inference_optimiser, self.inference, state["inference_adam"])
        self._rewards.restore(state["rewards"], same_slots=False)
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
            clear_moments(self.optimiser, self.network.policy_head)


def separation(mean: Tensor, log_std: Tensor) -> Tensor:
    """How far apart the two most similar of the tasks' embeddings (tasks, size) are, in their standard deviations."""
    spread = log_std.exp().square()
    apart = (mean[:, None] - mean[None]).square() / (0.5 * (spread[:, None] + spread[None]))
    distance = apart.sum(-1).sqrt()
    return distance[~torch.eye(len(mean), dtype=torch.bool, device=mean.device)].min()
