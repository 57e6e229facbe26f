"""Phasic policy gradient (Cobbe et al. 2021): PPO for the epochs of a phase, then an auxiliary phase.

In the policy phase the values have no influence on the policy's features. At the end of a phase the policy's network
learns to predict the values of all its steps, while a divergence penalty keeps the policy itself the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import PPG as PPGSettings
from gsl.seeds import derive
from gsl.worker.experience import Decision, LossContext, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, policy_of, to_device
from gsl.worker.learners.gradients import clipped_step, forget_gradients
from gsl.worker.learners.on_policy import explained_variance, minibatches, normalised, samples_of
from gsl.worker.learners.ppg_losses import Pass, auxiliary_loss, phase_loss
from gsl.worker.learners.ppg_phase import Phase
from gsl.worker.learners.ppo_losses import Batch, compute_losses
from gsl.worker.learners.reward_normaliser import RewardNormaliser
from gsl.worker.nets import ActorCritic
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.nets.parallel import one_thread
from gsl.worker.nets.phasic import PhasicActorCritic, make_phasic_network
from gsl.worker.nets.splitting import make_parallel
from gsl.worker.spaces import Spaces

LOOK_BACK = 4096
"""Observations in one batch when the old policy is evaluated at the end of a phase."""


class PPG:
    """One policy with its value function, optimisers for both phases, the current phase and random states."""

    def __init__(
        self, settings: PPGSettings, spaces: Spaces, seed: int, device: torch.device, overrides: Overrides | None = None
    ) -> None:
        overrides = overrides or Overrides()
        self.settings, self.device = settings, device
        self.ent_coef = settings.ent_coef if overrides.ent_coef is None else overrides.ent_coef
        self.learning_rate = settings.learning_rate if overrides.learning_rate is None else overrides.learning_rate
        made = make_phasic_network(settings.network, spaces, derive(seed, "network"), shared=settings.shared)
        self.network = made.to(device)
        self._parameters = list(self.network.parameters())
        self._adam = self._make_adam(self.learning_rate)
        self._auxiliary_adam = self._make_adam(settings.aux_learning_rate)
        minibatch = settings.batch_size // settings.num_minibatches
        self._parallel = make_parallel(self.network, spaces.observation_shape, minibatch, settings.micro_batch)
        self._rewards = RewardNormaliser(settings.num_envs, settings.gamma)
        self._phase = Phase(settings.n_pi, settings.batch_size)
        self._seed = seed
        self.advantage = torch.empty(0)  # of the last update
        self._acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self._shuffling = torch.Generator().manual_seed(derive(seed, "shuffling"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions for the training environments' observations (num_envs, *observation_shape)."""
        parameters, value = self._parallel(to_device(observation, self.device))
        distribution = self.network.distribution(parameters)
        with one_thread():
            action = distribution.sample(self._acting)
            return Decision(action.cpu().numpy(), distribution.log_prob(action).cpu(), value.cpu())

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        return policy_of(self._parallel, self.device, deterministic=deterministic, seed=seed)

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """One epoch of the policy phase, followed by the auxiliary phase if it was the phase's last.

        Diagnostics are averaged over the minibatches. `progress` is not used; `on_step` is called between minibatches
        and may raise.
        """
        seen: dict[str, list[float]] = defaultdict(list)
        samples = samples_of(
            rollout, guidance, self._rewards if self.settings.norm_reward else None, self._values,
            self.settings.gamma, self.settings.gae_lambda, self.device,
        )  # fmt: skip
        self.advantage = samples.advantage
        with self._parallel.learning():
            for metrics in self._policy_epoch(samples, guidance):
                _collect(seen, metrics, on_step)
            self._phase.add(rollout.observation.flatten(0, 1), samples.returns.cpu())
            if self._phase.over:
                for metrics in self._auxiliary_phase():
                    _collect(seen, metrics, on_step)
                self._phase.clear()
        return _means(seen) | {"explained_variance": explained_variance(samples), "learning_rate": self.learning_rate}

    def finish(self, on_step: Callable[[], None] | None = None) -> Metrics:
        """The auxiliary phase over the epochs of an incomplete phase, at the job's end; nothing if there are none.

        Diagnostics are averaged over the minibatches.
        """
        seen: dict[str, list[float]] = defaultdict(list)
        if len(self._phase):
            with self._parallel.learning():
                for metrics in self._auxiliary_phase():
                    _collect(seen, metrics, on_step)
            self._phase.clear()
        return _means(seen)

    @torch.no_grad()
    def _values(self, observation: Tensor, variation: Tensor) -> Tensor:
        """Values (B,) on the CPU of observations (B, *observation_shape); variations (B,) make no difference."""
        _, value = self._parallel(observation.to(self.device))
        return value.cpu()

    def _policy_epoch(self, samples: Batch, guidance: Guidance | None) -> Iterator[Metrics]:
        """Passes that train policy and value together, as many of each as set."""
        if self.settings.norm_adv:
            samples = Batch(**(vars(samples) | {"advantage": normalised(samples.advantage)}))
        count, most = samples.advantage.shape[0], float(samples.advantage.max())
        weight = 1.0 if guidance is None else guidance.policy_weight
        for number in range(max(self.settings.e_pi, self.settings.e_v)):
            trained = Pass(
                policy=number < self.settings.e_pi, value=number < self.settings.e_v, vf_coef=self.settings.vf_coef,
                ent_coef=self.ent_coef, policy_weight=weight,
            )  # fmt: skip
            for index in minibatches(count, count // self.settings.num_minibatches, self._shuffling):
                where = index.to(self.device)
                guide = guidance if trained.policy else None
                minibatch = samples[where]
                context = LossContext(where, minibatch.observation, most, self.settings.gamma, self._reward_scale)
                yield self._step(minibatch, context, trained, guide)

    @property
    def _reward_scale(self) -> float:
        return self._rewards.scale if self.settings.norm_reward else 1.0

    def _step(self, minibatch: Batch, context: LossContext, trained: Pass, guidance: Guidance | None) -> Metrics:
        """One step of Adam in the policy phase."""
        forget_gradients(self._parameters)
        metrics = self.accumulate_gradients(minibatch, trained)
        extra = guidance.loss(self.network, context) if guidance else None
        if extra is not None:
            loss, diagnostics = extra
            torch.autograd.backward(loss)
            metrics |= diagnostics
        norm = clipped_step(self._adam, self._parameters, self.settings.max_grad_norm)
        return metrics | {"grad_norm": float(norm)}

    def accumulate_gradients(self, minibatch: Batch, trained: Pass) -> Metrics:
        """Add the gradient of a minibatch of the policy phase to the parameters', micro-batch by micro-batch."""

        def part(network: ActorCritic, micro: slice) -> tuple[Tensor, dict[str, Tensor]]:
            batch = minibatch[micro]
            parameters, value = network(batch.observation)
            losses, metrics = compute_losses(
                network.distribution(parameters), value, batch, self.settings, trained.ent_coef
            )
            return phase_loss(losses, trained), metrics

        return self._parallel.accumulate(minibatch.advantage.shape[0], part)

    def _auxiliary_phase(self) -> Iterator[Metrics]:
        """Passes over all steps of the phase, after recording the policy as it is at the end of the phase."""
        old = torch.cat([
            self._policy_parameters(slice(start, start + LOOK_BACK)) for start in range(0, len(self._phase), LOOK_BACK)
        ])  # fmt: skip
        size = self.settings.aux_rollouts * self.settings.num_steps
        for _ in range(self.settings.e_aux):
            for index in minibatches(len(self._phase), size, self._shuffling):
                forget_gradients(self._parameters)
                observation, returns = self._phase.take(index, self.device)
                metrics = self.accumulate_auxiliary_gradients(observation, returns, old[index].to(self.device))
                clipped_step(self._auxiliary_adam, self._parameters, self.settings.max_grad_norm)
                yield metrics

    def accumulate_auxiliary_gradients(self, observation: Tensor, returns: Tensor, old: Tensor) -> Metrics:
        """Add the gradient of a minibatch of the auxiliary phase; `old` are the old policy's parameters (B, P)."""

        def part(network: ActorCritic, micro: slice) -> tuple[Tensor, dict[str, Tensor]]:
            if not isinstance(network, PhasicActorCritic):
                raise TypeError("a copy of a phasic network must be a phasic network")
            parameters, values = network.auxiliary(observation[micro])
            before, now = network.distribution(old[micro]), network.distribution(parameters)
            return auxiliary_loss(values, returns[micro], before, now, self.settings.beta_clone)

        return self._parallel.accumulate(returns.shape[0], part)

    @torch.no_grad()
    def _policy_parameters(self, samples: slice) -> Tensor:
        """Policy parameters (B, P) of samples of the phase, on the CPU."""
        parameters, _ = self._parallel(self._phase.take(samples, self.device)[0])
        return parameters.cpu()

    # State

    def restart_reward_scale(self) -> None:
        self._rewards.restart()

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results.

        `experience`, the current phase, is needed for that alone. It consists of views and grows with every epoch.
        """
        return {
            "network": {name: value.detach().clone() for name, value in self.network.state_dict().items()},
            "adam": save_moments(self._adam, self.network),
            "auxiliary_adam": save_moments(self._auxiliary_adam, self.network),
            "split": self._parallel.state(),
            "rewards": self._rewards.state(),
            "acting": self._acting.get_state(),
            "shuffling": self._shuffling.get_state(),
            "experience": self._phase.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly; a completed job has no current phase."""
        self.clone(state)
        self._parallel.restore(state["split"])
        self._rewards.restore(state["rewards"], same_slots=True)
        self._acting.set_state(torch.as_tensor(state["acting"]))
        self._shuffling.set_state(torch.as_tensor(state["shuffling"]))
        if "experience" in state:
            self._phase.restore(state["experience"])

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner: policy, values, optimisers and reward scale, at the start of a phase.

        With `fresh_head` the policy's last layer and its moments are reset. Raises RuntimeError or KeyError if the
        state belongs to another network.
        """
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        self._rewards.restore(state["rewards"], same_slots=False)
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
        for optimiser, name in ((self._adam, "adam"), (self._auxiliary_adam, "auxiliary_adam")):
            load_moments(optimiser, self.network, state[name])
            if fresh_head:
                clear_moments(optimiser, self.network.policy_head)

    def _make_adam(self, learning_rate: float) -> Adam:
        return Adam(self._parameters, lr=learning_rate, eps=self.settings.adam_eps, fused=True)


def _means(seen: dict[str, list[float]]) -> Metrics:
    return {name: float(np.mean(values)) for name, values in seen.items()}


def _collect(seen: dict[str, list[float]], metrics: Metrics, on_step: Callable[[], None] | None) -> None:
    for name, value in metrics.items():
        seen[name].append(value)
    if on_step is not None:
        on_step()
