"""PPO + CaDM (Lee et al. 2020): PPO that sees the state and a context, which a dynamics model has made of the past.

A job that starts from scratch plays its first epochs at random and keeps their steps. After the last of them the model
learns from all, by the loss of CaDM; from then on it is frozen, and PPO learns as if each observation had the context
behind it. Copies of the policy begin with the frozen model.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import PPOCaDM as Settings
from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, to_device
from gsl.worker.learners.cadm.learner import improve, model_of, show_moments
from gsl.worker.learners.cadm.memory import Memory, sizes_of
from gsl.worker.learners.cadm.steps import COLUMNS, Steps, of_rollout
from gsl.worker.learners.ppo import PPO
from gsl.worker.nets import ActorCritic
from gsl.worker.nets.adam import Adam
from gsl.worker.nets.distributions import Distribution
from gsl.worker.nets.dynamics import DynamicsModel
from gsl.worker.spaces import Spaces


class InformedPPO:
    """A PPO, the model whose context it sees, and the memories of the training slots."""

    def __init__(
        self, settings: Settings, spaces: Spaces, seed: int, device: torch.device, overrides: Overrides | None = None
    ) -> None:
        self.settings, self.device, self._seed = settings, device, seed
        self._actions, self._sizes = spaces.actions, sizes_of(spaces)
        self.model = model_of(settings.of_model, self._sizes, derive(seed, "model")).to(device)
        informed = replace(spaces, observation_shape=(self._sizes[0] + settings.context,))
        self._ppo = PPO(settings.of_ppo, informed, derive(seed, "ppo"), device, overrides)
        self.network = self._ppo.network
        self._memory = Memory(settings.num_envs, self.model)
        self._seen: list[Tensor] = []  # what PPO saw at each step of the rollout
        self._age = torch.zeros(settings.num_envs, dtype=torch.int64)
        capacity = settings.steps_before_learning
        self._steps = Steps(self._sizes, 1, capacity, device)  # to learn the model from; empty once it is frozen
        self._frozen = False
        self._exploring = torch.Generator(device).manual_seed(derive(seed, "exploring"))

    @property
    def advantage(self) -> Tensor:
        """Of the last update; zeros while the model learns."""
        return self._ppo.advantage if self._frozen else torch.zeros(self.settings.batch_size)

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions for the training environments' observations; uniform ones before the model is frozen."""
        self._memory.see(to_device(observation, self.device))
        if not self._frozen:
            return self._at_random(len(observation))
        self._seen.append(informed(self._memory, self.model))
        return self._ppo.decide(self._seen[-1].cpu().numpy())

    def _at_random(self, slots: int) -> Decision:
        if self._actions.kind == "discrete":
            action = torch.randint(self._actions.size, (slots,), generator=self._exploring, device=self.device)
        else:
            shape = (slots, self._actions.size)
            action = 2 * torch.rand(shape, generator=self._exploring, device=self.device) - 1
        return Decision(action.cpu().numpy(), torch.zeros(slots))

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        return InformedPolicy(self.model, self.network, self.device, deterministic=deterministic, seed=seed)

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Keep the rollout's steps, or learn from it; returns diagnostics. Guides get the whole observations."""
        new, self._age = of_rollout(rollout, self._sizes, self._age)
        if not self._frozen:
            return self._learn_model(new, on_step)
        if guidance is not None:
            given = (rollout.observation.flatten(0, 1), rollout.action.flatten(0, 1), rollout.reward.flatten())
            rollout = replace(rollout, reward=guidance.reward(*given).reshape(rollout.reward.shape))
        seen, self._seen = torch.stack(self._seen).cpu(), []
        return self._ppo.update(self._informed(rollout, seen), None, progress=progress, on_step=on_step)

    def _learn_model(self, new: dict[str, Tensor], on_step: Callable[[], None] | None) -> Metrics:
        """Add steps and, when there are enough, learn from all of them and freeze the model."""
        self._steps.add(new, self._exploring)
        show_moments(self.model, new)
        metrics = {"model_steps": float(len(self._steps))}
        if len(self._steps) < self.settings.model_steps:
            return metrics
        adam = Adam(list(self.model.parameters()), lr=self.settings.model_learning_rate)
        drawing = torch.Generator().manual_seed(derive(self._seed, "drawing"))
        metrics |= improve(self.model, adam, self._steps, self.settings.of_model, drawing, on_step)
        self._freeze()
        return metrics

    def _freeze(self) -> None:
        self.model.requires_grad_(False)
        self._steps, self._frozen = Steps(self._sizes, 1, 1, self.device), True

    @torch.no_grad()
    def _informed(self, rollout: Rollout, seen: Tensor) -> Rollout:
        """The rollout as PPO saw it; what follows it, and what a time limit cut off, has its context too."""
        every = torch.arange(rollout.done.shape[1], device=self.device)
        ahead = to_device(rollout.next_observation, self.device)
        following = _joined(ahead, self._memory.history_after(self.model, ahead, every), self.model).cpu()
        final = rollout.final_observation
        if rollout.truncated is not None and final is not None and len(final):
            final = self._at_the_end(rollout, seen, final)
        return replace(rollout, observation=seen, next_observation=following, final_observation=final)

    def _at_the_end(self, rollout: Rollout, seen: Tensor, final: Tensor) -> Tensor:
        """Final observations with the context of the step before, which is the episode's last known one."""
        if rollout.truncated is None:
            raise AssertionError("only episodes that were cut off have a final observation")
        return torch.cat([final[:, : self._sizes[0]], seen[rollout.truncated][:, self._sizes[0] :]], 1)

    def restart_reward_scale(self) -> None:
        self._ppo.restart_reward_scale()

    # State

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results, also within an episode."""
        kept = {} if self._frozen else {"experience": {name: self._steps.columns[name] for name in COLUMNS}}
        return kept | {
            "ppo": self._ppo.state(),
            "model": {name: value.detach().clone() for name, value in self.model.state_dict().items()},
            "frozen": self._frozen,
            "memory": self._memory.saved(),
            "age": self._age.clone(),
            "exploring": self._exploring.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly."""
        self._restore_model(state)
        self._ppo.restore(state["ppo"])
        self._memory.restore(state["memory"])
        self._age = torch.as_tensor(state["age"]).clone()
        self._exploring.set_state(torch.as_tensor(state["exploring"]))
        if "experience" in state:
            self._steps.restore(state["experience"])

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner, with its own random state; `fresh_head` resets the policy's last layer.

        A model that was not frozen yet learns anew. Raises RuntimeError or KeyError if the state belongs to another
        network.
        """
        self._ppo.clone(state["ppo"], fresh_head=fresh_head)
        if state["frozen"]:
            self._restore_model(state)

    def _restore_model(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict({name: torch.as_tensor(value) for name, value in state["model"].items()})
        if state["frozen"]:
            self._freeze()


class InformedPolicy:
    """A Policy whose slots have memories of their own; with another number of slots than before, all are blank."""

    def __init__(
        self, model: DynamicsModel, network: ActorCritic, device: torch.device, *, deterministic: bool, seed: int
    ) -> None:
        self._model, self._network, self._device, self._deterministic = model, network, device, deterministic
        self._generator = torch.Generator(device).manual_seed(seed)
        self._memory = Memory(0, model)
        self.thought: Distribution | None = None
        """The distribution from which the last actions came."""

    @torch.no_grad()
    def __call__(self, observation: NDArray[Any]) -> NDArray[Any]:
        if len(self._memory) != len(observation):
            self._memory = Memory(len(observation), self._model)
        self._memory.see(to_device(observation, self._device))
        self.thought = thought = self._network.policy(informed(self._memory, self._model))
        action = thought.mode() if self._deterministic else thought.sample(self._generator)
        return np.asarray(action.cpu().numpy())


def informed(memory: Memory, model: DynamicsModel) -> Tensor:
    """(slots, n + context): what PPO sees."""
    return torch.cat([memory.state, model.encode(memory.history(model))], 1)


def _joined(observation: Tensor, history: Tensor, model: DynamicsModel) -> Tensor:
    return torch.cat([observation[:, : model.state_size], model.encode(history)], 1)
