"""Soft actor-critic (Haarnoja et al. 2018b): off-policy learning from a replay, with a self-tuning temperature.

Twin critics with slowly updated targets and n-step returns; episodes that a time limit truncated are bootstrapped from
their final observation. A whole rollout is added to the replay, then followed by a number of updates in proportion.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import SAC as SACSettings
from gsl.seeds import derive
from gsl.worker.experience import Decision, Demonstrations, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, policy_of, to_device
from gsl.worker.learners.gradients import gradient_norm
from gsl.worker.learners.replay import Replay, Windows
from gsl.worker.learners.sac_losses import (
    RewardOf,
    Transitions,
    actor_loss,
    critic_loss,
    critic_target,
    n_step,
    temperature_loss,
)
from gsl.worker.learners.shown_steps import ShownSteps, joined
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.nets.soft_actor_critic import make_soft_actor_critic
from gsl.worker.spaces import Spaces


class SAC:
    """One policy with critics, targets, temperature, optimisers, replay and random states."""

    def __init__(
        self, settings: SACSettings, spaces: Spaces, seed: int, device: torch.device, overrides: Overrides | None = None
    ) -> None:
        override = None if overrides is None else overrides.learning_rate
        self.settings, self.device, self._actions = settings, device, spaces.actions
        self.learning_rate = settings.learning_rate if override is None else override
        several = settings.temperature_per_variation
        self._variations = torch.tensor(sorted(spaces.variations), device=device) if several else None
        self.network = make_soft_actor_critic(
            settings.network, spaces, settings.temperature, derive(seed, "network"),
            len(spaces.variations) if several else None,
        ).to(device)  # fmt: skip
        self._target = deepcopy(self.network.critic).requires_grad_(False)
        self._followed = list(zip(self._target.parameters(), self.network.critic.parameters(), strict=True))
        self._policy_parameters = [*self.network.actor_parameters()]
        self._actor_parameters = [*self._policy_parameters]
        if settings.tune_temperature:
            self._actor_parameters.append(self.network.log_temperature)
        self._actor_adam = Adam(self._actor_parameters, lr=self.learning_rate, fused=True)
        self._critic_parameters = [*self.network.critic.parameters()]
        self._critic_adam = Adam(self._critic_parameters, lr=self.learning_rate, fused=True)
        self._replay = Replay(settings.replay_size, _replay_device(settings, spaces, device))
        self._shown: ShownSteps | None = None
        self._from_nothing, self._owed = True, 0.0
        self._seed = seed
        self._acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self._learning = torch.Generator(device).manual_seed(derive(seed, "learning"))
        self._drawing = torch.Generator(self._replay.device).manual_seed(derive(seed, "drawing"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions (num_envs, size), uniform during the warm-up of a learner that starts from scratch.

        SAC has no state values.
        """
        seen = to_device(observation, self.device)
        if self._from_nothing and len(self._replay) < self.settings.warm_up:
            shape = (len(seen), self._actions.size)
            action = 2 * torch.rand(shape, generator=self._acting, device=self.device) - 1
            log_prob = torch.full((len(seen),), -self._actions.size * float(np.log(2)))
        else:
            action, log_prob = self.network.policy_of_features(self.network.critic.features(seen)).sample_with_log_prob(
                self._acting
            )
        return Decision(action.cpu().numpy(), log_prob.cpu())

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        return policy_of(self.network, self.device, deterministic=deterministic, seed=seed)

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Add the rollout to the replay and do its share of updates; returns diagnostics averaged over them.

        `progress` is not used; `on_step` is called between updates and may raise.
        """
        self._replay.add(rollout)
        reward_of = None if guidance is None else guidance.reward
        means: dict[str, Tensor] = {}
        updates = self._due(rollout.done.numel())
        for _ in range(updates):
            for name, value in self._step(self._draw(reward_of)).items():
                means[name] = means.get(name, 0.0) + value / updates
            if on_step is not None:
                on_step()
        return {name: float(mean) for name, mean in means.items()} | {
            "temperature": float(self.network.log_temperature.detach().exp().mean()),
            "replayed_steps": float(len(self._replay)),
            "learning_rate": self.learning_rate,
        }

    def _due(self, steps: int) -> int:
        """Number of updates for `steps` new environment steps; fractions carry over to the next rollout."""
        if len(self._replay) < self.settings.warm_up:
            return 0
        self._owed += steps * self.settings.update_ratio
        updates = int(self._owed)
        self._owed -= updates
        return updates

    def show(self, demonstrations: Demonstrations) -> None:
        """From now on, draw a fixed part of every batch from these; see `demonstrated_share`.

        Steps that were added to the replay instead would become rarer as it fills, and be overwritten in the end.
        """
        if demonstrations.earned is not None and self.settings.demonstrated_share:
            self._shown = ShownSteps(demonstrations, demonstrations.earned, self._replay.device)

    def _draw(self, reward_of: RewardOf | None) -> Transitions:
        size, steps = self.settings.replay_batch, self.settings.n_step
        shown = 0 if self._shown is None else int(size * self.settings.demonstrated_share)
        windows = self._replay.sample(size - shown, steps, self._drawing)
        if self._shown is not None and shown:
            windows = joined(windows, self._shown.sample(shown, steps, self._drawing))
        if self._replay.device != self.device:
            windows = Windows(**{name: _moved(tensor, self.device) for name, tensor in vars(windows).items()})
        with torch.no_grad():
            return n_step(windows, self.settings.gamma, reward_of)

    def _step(self, batch: Transitions) -> dict[str, Tensor]:
        """One step of Adam on the critics, one on policy and temperature, then the update of the targets."""
        log_temperature = self._log_temperature(batch)
        temperature = log_temperature.detach().exp()
        features = self.network.critic.features(batch.observation)
        estimates = self.network.critic(features, batch.action)
        error = critic_loss(estimates, self._critic_target(batch, temperature))
        self._critic_adam.zero_grad(set_to_none=True)
        torch.autograd.backward(error)
        self._critic_adam.step()
        critic_norm = gradient_norm(self._critic_parameters)
        policy_loss, log_prob = self._improve_policy(features.detach(), log_temperature)
        self._follow()
        return {
            "critic_loss": error.detach(),
            "policy_loss": policy_loss,
            "entropy": -log_prob.mean(),
            "value": estimates.detach().mean(),
            "critic_grad_norm": critic_norm,
            "policy_grad_norm": gradient_norm(self._policy_parameters),
        }

    @torch.no_grad()
    def _critic_target(self, batch: Transitions, temperature: Tensor) -> Tensor:
        policy = self.network.policy_of_features(self.network.critic.features(batch.next_observation))
        action, log_prob = policy.sample_with_log_prob(self._learning)
        lower = self._target(self._target.features(batch.next_observation), action).amin(0)
        return critic_target(batch, lower, log_prob, temperature)

    def _log_temperature(self, batch: Transitions) -> Tensor:
        """One for all, or (B,) that of each sample's variation."""
        if self._variations is None:
            return self.network.log_temperature
        return self.network.log_temperature[torch.searchsorted(self._variations, batch.variation)]

    def _improve_policy(self, features: Tensor, log_temperature: Tensor) -> tuple[Tensor, Tensor]:
        """Improve the policy, not the critics; returns its loss and the log-probabilities (B,) of its actions."""
        action, log_prob = self.network.policy_of_features(features).sample_with_log_prob(self._learning)
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
        """In nats; by default minus the number of components of an action (Haarnoja et al. 2018b, appendix D)."""
        target = self.settings.target_entropy
        return -float(self._actions.size) if target is None else target

    # State

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results.

        `experience`, the replay, is needed for that alone. It consists of views; a large one makes checkpoints slow.
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
            "drawing": self._drawing.get_state(),
            "owed": self._owed,
            "from_nothing": self._from_nothing,
            "experience": self._replay.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly; a completed job has no replay."""
        self.clone(state)
        if "experience" in state:
            self._replay.restore(state["experience"])
        self._owed, self._from_nothing = state["owed"], state["from_nothing"]
        for name in ("acting", "learning", "drawing"):
            getattr(self, f"_{name}").set_state(torch.as_tensor(state[name]))

    def handed_on(self) -> dict[str, Any]:
        """The newest steps of the replay, for a job that continues this policy on the same variations."""
        newest = self._replay.newest(self.settings.handed_on)
        return {} if newest is None else {name: getattr(newest, name) for name in _REMEMBERED}

    def take_over(self, state: dict[str, Any]) -> None:
        """Begin with the steps that another learner's `handed_on` returned."""
        if state:
            taken = {name: torch.as_tensor(value) for name, value in state.items()}
            unknown = {"log_prob": torch.zeros(taken["done"].shape), "variation": torch.full(taken["done"].shape, -1)}
            self._replay.add(Rollout(**(unknown | taken), value=None))

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner: policy, critics, targets, temperature, optimisers; the replay starts empty.

        With `fresh_head` the policy's last layer, the temperature and their moments are reset. Raises RuntimeError or
        KeyError if the state belongs to another network.
        """
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        self._target.load_state_dict({name: torch.as_tensor(value) for name, value in state["target"].items()})
        load_moments(self._actor_adam, self.network, state["adam"]["actor"])
        load_moments(self._critic_adam, self.network, state["adam"]["critic"])
        self._from_nothing = False
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
            clear_moments(self._actor_adam, self.network.policy_head)
            with torch.no_grad():
                self.network.log_temperature.fill_(float(np.log(self.settings.temperature)))
            self._actor_adam.state.pop(self.network.log_temperature, None)


_REMEMBERED = (
    "observation",
    "action",
    "reward",
    "done",
    "variation",
    "next_observation",
    "truncated",
    "final_observation",
)
"""The fields of a rollout that a replay stores."""


def _replay_device(settings: SACSettings, spaces: Spaces, device: torch.device) -> torch.device:
    """Vectors on the network's device, pictures on the CPU, unless the settings say otherwise."""
    picture = len(spaces.observation_shape) == 3
    in_memory = settings.replay_on == "memory" or (settings.replay_on == "auto" and picture)
    return torch.device("cpu") if in_memory else device


def _moved(tensor: Tensor, device: torch.device) -> Tensor:
    """Copied to the network's device without waiting for it."""
    return (tensor.pin_memory() if device.type == "cuda" else tensor).to(device, non_blocking=True)


def _copies(module: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}
