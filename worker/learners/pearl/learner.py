"""PEARL (Rakelly et al. 2019): off-policy meta-learning with a probabilistic context.

    z ~ q(z|c),   c: recent steps of the variation, played by samples of the prior
    the critics' loss on (s, z) + beta * KL(q(z|c) || N(0, 1)) trains critics and encoder
    the policy learns on (s, z) with z as a constant

Unlike the authors' code it has SAC's twin target critics instead of a value network, and a self-tuning temperature.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import PEARL as PEARLSettings
from gsl.config.networks import MLP
from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, to_device
from gsl.worker.learners.gradients import gradient_norm
from gsl.worker.learners.pearl.experience import VariationReplay, steps_of
from gsl.worker.learners.pearl.policy import Beliefs, BelievingPolicy
from gsl.worker.learners.sac_losses import Transitions, actor_loss, critic_loss, critic_target, temperature_loss
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.nets.contextual import belief, divergence_from_prior, make_contextual
from gsl.worker.spaces import Spaces


class PEARL:
    """Policy, critics, encoder and their optimisers, the beliefs of the training slots, steps by variation."""

    def __init__(
        self, settings: PEARLSettings, spaces: Spaces, seed: int, device: torch.device,
        overrides: Overrides | None = None,
    ) -> None:  # fmt: skip
        if not isinstance(settings.network, MLP):
            raise TypeError(f"{settings.network.name} is for pictures")
        override = None if overrides is None else overrides.learning_rate
        self.settings, self.device, self._seed, self._actions = settings, device, seed, spaces.actions
        self.learning_rate = settings.learning_rate if override is None else override
        self.network = make_contextual(
            settings.network, spaces, settings.latent, settings.temperature, derive(seed, "network")
        ).to(device)
        self._target = deepcopy(self.network.critic).requires_grad_(False)
        self._followed = list(zip(self._target.parameters(), self.network.critic.parameters(), strict=True))
        self._actor_parameters = self.network.actor_parameters()
        if settings.tune_temperature:
            self._actor_parameters.append(self.network.log_temperature)
        self._critic_parameters = [*self.network.critic.parameters(), *self.network.encoder_parameters()]
        self._actor_adam = Adam(self._actor_parameters, lr=self.learning_rate, fused=True)
        self._critic_adam = Adam(self._critic_parameters, lr=self.learning_rate, fused=True)
        variations = spaces.variations or (0,)  # without any, only a policy is needed
        each = max(1, settings.replay_size // len(variations))
        self._replay = VariationReplay(variations, each, device)
        self._context = VariationReplay(variations, settings.context_size, device)
        self._owed = 0.0
        self._beliefs = Beliefs(self.network, settings.explore_episodes, settings.num_envs)
        self._explored: list[Tensor] = []  # since the last update, by step: the slots whose sample was the prior's
        self._acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self._learning = torch.Generator(device).manual_seed(derive(seed, "learning"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions for the training environments' observations (num_envs, *observation_shape)."""
        known = self._beliefs.see(to_device(observation, self.device), self._acting)
        self._explored.append(self._beliefs.exploring.cpu())
        action, log_prob = self.network.policy_of_features(known).sample_with_log_prob(self._acting)
        return Decision(action.cpu().numpy(), log_prob.cpu())

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        explore = self.settings.explore_episodes
        return BelievingPolicy(self.network, explore, self.device, deterministic=deterministic, seed=seed)

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Keep the rollout's steps and do their share of updates; returns diagnostics averaged over them.

        Guides and `progress` are not used; `on_step` is called between updates and may raise.
        """
        self._add(rollout)
        means: dict[str, Tensor] = {}
        updates = self._due(rollout.done.numel())
        for _ in range(updates):
            for name, value in self._step().items():
                means[name] = means.get(name, 0.0) + value / updates
            if on_step is not None:
                on_step()
        return {name: float(mean) for name, mean in means.items()} | {
            "temperature": float(self.network.log_temperature.detach().exp()),
            "replayed_steps": float(len(self._replay)),
            "learning_rate": self.learning_rate,
        }

    def _add(self, rollout: Rollout) -> None:
        columns, variation = steps_of(rollout, self.network.seen)
        self._replay.add(columns, variation)
        explored = torch.stack(self._explored).T.flatten()
        seen = {name: columns[name][explored] for name in ("observation", "action", "reward")}
        self._context.add(seen, variation[explored])
        self._explored = []

    def _due(self, steps: int) -> int:
        """Number of updates for `steps` new environment steps; fractions carry over to the next rollout."""
        if len(self._replay) < self.settings.warm_up:
            return 0
        self._owed += steps * self.settings.update_ratio
        updates = int(self._owed)
        self._owed -= updates
        return updates

    def _step(self) -> dict[str, Tensor]:
        """One step of Adam on critics and encoder, one on policy and temperature, then the update of the targets."""
        which = self._drawn()
        mean, variance = self._inferred(which)
        noise = torch.randn(mean.shape, generator=self._learning, device=self.device)
        latent = (mean + variance.sqrt() * noise).repeat_interleave(self.settings.replay_batch, dim=0)
        batch = self._batch(which)
        features = torch.cat([batch.observation, latent], dim=-1)
        estimates = self.network.critic(features, batch.action)
        error = critic_loss(estimates, self._critic_target(batch, latent.detach()))
        divergence = divergence_from_prior(mean, variance).mean()
        self._critic_adam.zero_grad(set_to_none=True)
        torch.autograd.backward(error + self.settings.kl_weight * divergence)
        self._critic_adam.step()
        critic_norm = gradient_norm(self._critic_parameters)
        policy_loss, log_prob = self._improve_policy(features.detach())
        self._follow()
        return {
            "critic_loss": error.detach(),
            "context_kl": divergence.detach(),
            "policy_loss": policy_loss,
            "entropy": -log_prob.mean(),
            "value": estimates.detach().mean(),
            "critic_grad_norm": critic_norm,
        }

    def _drawn(self) -> Tensor:
        """Places of the update's variations, among those that have been explored."""
        known = (self._context.sizes > 0).nonzero().flatten()
        order = torch.randperm(len(known), generator=self._learning, device=self.device).cpu()
        return known[order[: self.settings.meta_batch]]

    def _inferred(self, which: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance (M, latent) of the beliefs about these variations, from recent steps."""
        steps = self._context.sample(which, self.settings.context_batch, self._learning)
        context = torch.cat([steps["observation"], steps["action"], steps["reward"][..., None]], dim=-1)
        return belief(self.network.factors(context).sum(1))

    def _batch(self, which: Tensor) -> Transitions:
        steps = self._replay.sample(which, self.settings.replay_batch, self._learning)
        flat = {name: one.flatten(0, 1) for name, one in steps.items()}
        return Transitions(
            observation=flat["observation"],
            action=flat["action"],
            reward=flat["reward"],
            bootstrap=self.settings.gamma * (~flat["terminal"]).float(),
            next_observation=flat["next_observation"],
            variation=which.repeat_interleave(self.settings.replay_batch),
        )

    @torch.no_grad()
    def _critic_target(self, batch: Transitions, latent: Tensor) -> Tensor:
        features = torch.cat([batch.next_observation, latent], dim=-1)
        action, log_prob = self.network.policy_of_features(features).sample_with_log_prob(self._learning)
        lower = self._target(features, action).amin(0)
        return critic_target(batch, lower, log_prob, self.network.log_temperature.exp())

    def _improve_policy(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Improve policy and temperature alone; returns the policy's loss and the log-probabilities (B,) of actions."""
        action, log_prob = self.network.policy_of_features(features).sample_with_log_prob(self._learning)
        log_temperature = self.network.log_temperature
        loss = actor_loss(self.network.critic(features, action).amin(0), log_prob, log_temperature.detach().exp())
        total = loss
        if self.settings.tune_temperature:
            total = total + temperature_loss(log_temperature, log_prob, self.target_entropy)
        self._actor_adam.zero_grad(set_to_none=True)
        torch.autograd.backward(total, inputs=self._actor_parameters)
        self._actor_adam.step()
        return loss.detach(), log_prob.detach()

    @torch.no_grad()
    def _follow(self) -> None:
        for target, source in self._followed:
            target.lerp_(source, self.settings.tau)

    @property
    def target_entropy(self) -> float:
        """In nats; by default minus the number of components of an action."""
        target = self.settings.target_entropy
        return -float(self._actions.size) if target is None else target

    # State

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results, also within a trial.

        `experience` is needed for that alone.
        """
        return {
            "network": _copies(self.network),
            "target": _copies(self._target),
            "adam": {
                "actor": save_moments(self._actor_adam, self.network),
                "critic": save_moments(self._critic_adam, self.network),
            },
            "acting": self._acting.get_state(),
            "learning": self._learning.get_state(),
            "owed": self._owed,
            "experience": {
                "replay": self._replay.state(),
                "context": self._context.state(),
                "beliefs": self._beliefs.state(),
            },
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly; a completed job has no experience."""
        self.clone(state)
        if "experience" in state:
            self._replay.restore(state["experience"]["replay"])
            self._context.restore(state["experience"]["context"])
            self._beliefs.restore(state["experience"]["beliefs"])
        self._owed = state["owed"]
        for name in ("acting", "learning"):
            getattr(self, f"_{name}").set_state(torch.as_tensor(state[name]))

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner, without its experience; `fresh_head` resets the policy's last layer.

        Raises RuntimeError or KeyError if the state belongs to another network.
        """
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        self._target.load_state_dict({name: torch.as_tensor(value) for name, value in state["target"].items()})
        load_moments(self._actor_adam, self.network, state["adam"]["actor"])
        load_moments(self._critic_adam, self.network, state["adam"]["critic"])
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
            clear_moments(self._actor_adam, self.network.policy_head)


def _copies(module: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}
