"""Proximal policy optimisation with the details of CleanRL's `ppo_procgen`.

Advantages by GAE, clipped policy and value losses, advantages normalised in each minibatch, rewards normalised by the
running deviation of the discounted return, gradients clipped, Adam. A minibatch goes through the network in
micro-batches whose gradients add up to the minibatch's. With the setting `popart` each variation's values have a scale
of their own, and returns, values and advantages enter the losses on that scale.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import PPO as PPOSettings
from gsl.seeds import derive
from gsl.worker.experience import Decision, LossContext, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, policy_of, to_device
from gsl.worker.learners.gradients import clipped_step, forget_gradients
from gsl.worker.learners.on_policy import explained_variance, normalised, samples_of, shuffled
from gsl.worker.learners.popart import PopArt, picked
from gsl.worker.learners.ppo_losses import Batch, compute_losses
from gsl.worker.learners.reward_normaliser import RewardNormaliser
from gsl.worker.nets import ActorCritic, make_network
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.nets.compiled import compiled, compiled_for_cpu
from gsl.worker.nets.parallel import one_thread
from gsl.worker.nets.splitting import make_parallel
from gsl.worker.spaces import Spaces


class PPO:
    """One policy with its value function, optimiser and random states."""

    def __init__(
        self, settings: PPOSettings, spaces: Spaces, seed: int, device: torch.device, overrides: Overrides | None = None
    ) -> None:
        overrides = overrides or Overrides()
        self.settings, self.device = settings, device
        self.ent_coef = settings.ent_coef if overrides.ent_coef is None else overrides.ent_coef
        self.learning_rate = settings.learning_rate if overrides.learning_rate is None else overrides.learning_rate
        self._popart = PopArt(spaces.variations, settings.popart_rate) if settings.popart else None
        self.network = make_network(
            settings.network, spaces, derive(seed, "network"), values=len(spaces.variations) if self._popart else 1,
            critic_layer_norm=settings.critic_layer_norm,
        ).to(device)  # fmt: skip
        self._parameters = list(self.network.parameters())
        self.optimiser = Adam(self._parameters, lr=self.learning_rate, eps=settings.adam_eps, fused=True)
        minibatch = settings.batch_size // settings.num_minibatches
        self._parallel = make_parallel(
            self.network, spaces.observation_shape, minibatch, settings.micro_batch, settings.precision
        )
        # On a CPU, compiling makes small networks learn faster, but not act faster.
        compiles_losses = settings.compile and device.type == "cpu" and len(spaces.observation_shape) == 1
        self._losses = compiled_for_cpu(self._eager_losses) if compiles_losses else self._eager_losses
        compiles_rollout = settings.compile and not compiles_losses
        self._forward = compiled(self.network, settings.precision) if compiles_rollout else self._parallel
        # A separate value network is evaluated once for the whole rollout; if compiled, it runs with the policy's.
        # Scaled values are computed then too, when their variations are known.
        self._policy_alone = not compiles_rollout and (self._popart is not None or not self.network.shares_features)
        self._rewards = RewardNormaliser(settings.num_envs, settings.gamma)
        self._seed = seed
        self.advantage = torch.empty(0)  # of the last update
        self.acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self.shuffling = torch.Generator().manual_seed(derive(seed, "shuffling"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions for the training environments' observations (num_envs, *observation_shape)."""
        seen = to_device(observation, self.device)
        value = None
        if self._policy_alone:
            distribution = self._parallel.policy(seen)
        else:
            parameters, values = self._forward(seen)
            distribution = self.network.distribution(parameters)
            value = values if self._popart is None else None
        with one_thread():
            action = distribution.sample(self.acting)
            log_prob = distribution.log_prob(action).cpu()
        return Decision(action.cpu().numpy(), log_prob, None if value is None else value.cpu())

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        return policy_of(self._parallel, self.device, deterministic=deterministic, seed=seed)

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Learn from one rollout; returns diagnostics averaged over the minibatches.

        `progress` is the fraction of the run's steps spent; `on_step` is called between minibatches and may raise.
        """
        samples = self.begin_update(rollout, guidance, progress)
        max_advantage = self._max_advantage(samples.advantage)
        seen: dict[str, list[float]] = defaultdict(list)
        with self._parallel.learning():
            for index, minibatch in self._minibatches(samples):
                for name, value in self._step(minibatch, index, guidance, max_advantage).items():
                    seen[name].append(value)
                if self.settings.target_kl is not None and seen["approx_kl"][-1] > self.settings.target_kl:
                    break
                if on_step is not None:
                    on_step()
        metrics = {name: float(np.mean(values)) for name, values in seen.items()}
        return metrics | self.end_update(samples)

    def begin_update(self, rollout: Rollout, guidance: Guidance | None, progress: float) -> Batch:
        """Set the learning rate, and make the samples to learn from out of the rollout."""
        share = max(0.0, 1.0 - progress) if self.settings.anneal_lr else 1.0
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate * share
        samples = samples_of(
            rollout, guidance, self._rewards if self.settings.norm_reward else None, self._values,
            self.settings.gamma, self.settings.gae_lambda, self.device,
        )  # fmt: skip
        self.advantage = samples.advantage
        if self._popart is not None:
            samples = self._popart.learn(samples, rollout.variation.flatten(), self.network.value_head)
        return samples

    def end_update(self, samples: Batch) -> Metrics:
        """Diagnostics of a whole update."""
        return {
            "explained_variance": explained_variance(samples),
            "learning_rate": float(self.optimiser.param_groups[0]["lr"]),
        }

    def _values(self, observation: Tensor, variation: Tensor) -> Tensor:
        """Values (B,), on the CPU and on the scale of rewards, of observations (B, *observation_shape)."""
        return self.scaled(self._parallel.values(observation.to(self.device)).cpu(), variation)

    def scaled(self, values: Tensor, variation: Tensor) -> Tensor:
        """The network's values (B,), or (B, V), as values (B,) on the scale of rewards, on the CPU."""
        return values if self._popart is None else self._popart.values(values, variation)

    def _max_advantage(self, advantage: Tensor) -> float:
        """The epoch's largest advantage, on the scale of the losses."""
        if self.settings.norm_adv:
            advantage = normalised(advantage)
        return float(advantage.max())

    def _minibatches(self, samples: Batch) -> Iterator[tuple[Tensor, Batch]]:
        size = samples.advantage.shape[0] // self.settings.num_minibatches
        for _ in range(self.settings.update_epochs):
            yield from shuffled(samples, size, self.shuffling)

    def _step(self, minibatch: Batch, index: Tensor, guidance: Guidance | None, max_advantage: float) -> Metrics:
        """One step of Adam on the minibatch of the samples at `index`."""
        forget_gradients(self._parameters)
        metrics = self.accumulate_gradients(minibatch, 1.0 if guidance is None else guidance.policy_weight)
        scale = self._rewards.scale if self.settings.norm_reward else 1.0
        context = LossContext(index, minibatch.observation, max_advantage, self.settings.gamma, scale)
        extra = guidance.loss(self.network, context) if guidance else None
        if extra is not None:
            loss, diagnostics = extra
            torch.autograd.backward(loss)
            metrics |= diagnostics
        norm = clipped_step(self.optimiser, self._parameters, self.settings.max_grad_norm)
        return metrics | {"grad_norm": float(norm)}

    def accumulate_gradients(self, minibatch: Batch, policy_weight: float = 1.0) -> Metrics:
        """Add the minibatch's gradient to that of the parameters, one micro-batch after another."""
        if self.settings.norm_adv:
            minibatch = Batch(**(vars(minibatch) | {"advantage": normalised(minibatch.advantage)}))

        weight = torch.tensor(policy_weight, device=self.device)

        def part(network: ActorCritic, micro: slice) -> tuple[Tensor, dict[str, Tensor]]:
            return self._losses(network, minibatch[micro], weight)

        return self._parallel.accumulate(minibatch.advantage.shape[0], part)

    def _eager_losses(
        self, network: ActorCritic, batch: Batch, policy_weight: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss and mean diagnostics of a micro-batch."""
        parameters, value = network(batch.observation)
        policy = network.distribution(parameters)
        value = value if batch.head is None else picked(value, batch.head)
        losses, metrics = compute_losses(policy, value, batch, self.settings, self.ent_coef, policy_weight)
        return losses.total, metrics

    # State

    def restart_reward_scale(self) -> None:
        self._rewards.restart()

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results."""
        scales = {} if self._popart is None else {"popart": self._popart.state()}
        return scales | {
            "network": {name: value.detach().clone() for name, value in self.network.state_dict().items()},
            "adam": save_moments(self.optimiser, self.network),
            "split": self._parallel.state(),
            "rewards": self._rewards.state(),
            "acting": self.acting.get_state(),
            "shuffling": self.shuffling.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly."""
        self.clone(state)
        self._parallel.restore(state["split"])
        self._rewards.restore(state["rewards"], same_slots=True)
        if self._popart is not None:
            self._popart.restore(state["popart"], same_job=True)
        self.acting.set_state(torch.as_tensor(state["acting"]))
        self.shuffling.set_state(torch.as_tensor(state["shuffling"]))

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner: policy, value, optimiser and scales, with its own random state.

        With `fresh_head` the policy's last layer and its moments are reset. Raises RuntimeError or KeyError if the
        state belongs to another network.
        """
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        load_moments(self.optimiser, self.network, state["adam"])
        self._rewards.restore(state["rewards"], same_slots=False)
        if self._popart is not None:
            self._popart.restore(state["popart"], same_job=False)
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
            clear_moments(self.optimiser, self.network.policy_head)
