"""Trust region policy optimisation (Schulman et al. 2015): one natural step of the policy for each rollout.

Advantages by GAE, normalised over the rollout. The value function is fitted afterwards, by Adam, so that advantages
come from the values of the policy that acted.
"""

from collections.abc import Callable
from statistics import fmean
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import TRPO as TRPOSettings
from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, policy_of, to_device
from gsl.worker.learners.natural_step import Region, Taken, natural_step
from gsl.worker.learners.on_policy import explained_variance, normalised, samples_of, shuffled
from gsl.worker.learners.ppo_losses import Batch
from gsl.worker.learners.reward_normaliser import RewardNormaliser
from gsl.worker.nets import ActorCritic, make_network
from gsl.worker.nets.actor_critic import VectorActorCritic
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.nets.parallel import one_thread
from gsl.worker.nets.value_gradient import ValueGradient
from gsl.worker.spaces import Spaces


class TRPO:
    """One policy with its value function, optimiser and random states."""

    def __init__(
        self,
        settings: TRPOSettings,
        spaces: Spaces,
        seed: int,
        device: torch.device,
        overrides: Overrides | None = None,
    ) -> None:
        overrides = overrides or Overrides()
        self.settings, self.device, self._seed = settings, device, seed
        self.ent_coef = settings.ent_coef if overrides.ent_coef is None else overrides.ent_coef
        rate = settings.learning_rate if overrides.learning_rate is None else overrides.learning_rate
        self.network = _separate(make_network(settings.network, spaces, derive(seed, "network"))).to(device)
        value = set(self.network.value_head.parameters())
        # A layer of both networks is one tensor, whose half of the value has no gradient in the step of the policy.
        self._policy = [parameter for parameter in self.network.parameters() if parameter not in value]
        self.optimiser = Adam(self.network.parameters(), lr=rate, fused=True)
        self._rewards = RewardNormaliser(settings.num_envs, settings.gamma)
        self.advantage = torch.empty(0)  # of the last update
        self.acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self.shuffling = torch.Generator().manual_seed(derive(seed, "shuffling"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions for the training environments' observations (num_envs, *observation_shape)."""
        distribution = self.network.policy(to_device(observation, self.device))
        with one_thread():
            action = distribution.sample(self.acting)
            log_prob = distribution.log_prob(action).cpu()
        return Decision(action.cpu().numpy(), log_prob, None)

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        return policy_of(self.network, self.device, deterministic=deterministic, seed=seed)

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Learn from one rollout. `on_step` is called between minibatches of the value function and may raise."""
        samples = samples_of(
            rollout, guidance, self._rewards if self.settings.norm_reward else None, self._values,
            self.settings.gamma, self.settings.gae_lambda, self.device,
        )  # fmt: skip
        self.advantage = samples.advantage
        taken, entropy = self._step(samples, 1.0 if guidance is None else guidance.policy_weight)
        losses = self._fit(samples, on_step)
        return {
            "approx_kl": taken.kl,
            "step_share": taken.share,
            "surrogate_gain": taken.gain,
            "grad_norm": taken.gradient_norm,
            "entropy": entropy,
            "value_loss": fmean(losses),
            "explained_variance": explained_variance(samples),
        }

    def _step(self, samples: Batch, policy_weight: float) -> tuple[Taken, float]:
        """The policy's step, and its entropy before."""
        settings, advantage = self.settings, normalised(samples.advantage)
        with torch.no_grad():
            before = self.network.policy(samples.observation)
            entropy = float(before.entropy().mean())

        def objective() -> Tensor:
            policy = self.network.policy(samples.observation)
            ratio = (policy.log_prob(samples.action) - samples.log_prob).exp()
            return policy_weight * ((ratio * advantage).mean() + self.ent_coef * policy.entropy().mean())

        def divergence() -> Tensor:
            return before.kl(self.network.policy(samples.observation)).mean()

        region = Region(
            settings.max_kl, settings.cg_iterations, settings.cg_damping, settings.backtracks, settings.backtrack_ratio
        )
        fewer = self._fewer(samples) if settings.fisher_share < 1 else None
        return natural_step(self._policy, objective, divergence, region, fewer), entropy

    def _fewer(self, samples: Batch) -> Callable[[], Tensor]:
        """The divergence on some of the samples."""
        count = len(samples.observation)
        chosen = torch.randperm(count, generator=self.shuffling)[: max(1, round(self.settings.fisher_share * count))]
        observation = samples.observation[chosen.to(self.device)]
        with torch.no_grad():
            before = self.network.policy(observation)
        return lambda: before.kl(self.network.policy(observation)).mean()

    def _fit(self, samples: Batch, on_step: Callable[[], None] | None) -> list[float]:
        """Passes of Adam for the value function; the loss of each minibatch."""
        size = min(self.settings.value_minibatch, len(samples.observation))
        gradient, losses = ValueGradient(self.network), []
        for _ in range(self.settings.value_epochs):
            for _, minibatch in shuffled(samples, size, self.shuffling):
                losses.append(float(gradient(minibatch.observation, minibatch.returns)))
                self.optimiser.step()
                if on_step is not None:
                    on_step()
        return losses

    @torch.no_grad()
    def _values(self, observation: Tensor, variation: Tensor) -> Tensor:
        return self.network.values(observation.to(self.device)).cpu()

    # State

    def restart_reward_scale(self) -> None:
        self._rewards.restart()

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results."""
        return {
            "network": {name: value.detach().clone() for name, value in self.network.state_dict().items()},
            "adam": save_moments(self.optimiser, self.network),
            "rewards": self._rewards.state(),
            "acting": self.acting.get_state(),
            "shuffling": self.shuffling.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly."""
        self.clone(state)
        self._rewards.restore(state["rewards"], same_slots=True)
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


def _separate(network: ActorCritic) -> VectorActorCritic:
    """The network, whose values have layers of their own. Raises TypeError for one of pictures."""
    if not isinstance(network, VectorActorCritic):
        raise TypeError("TRPO is for vectors")
    return network
