"""CaDM (Lee et al. 2020), PE-TS (Chua et al. 2018) and a plain dynamics model: learning to predict, then planning.

Every rollout is added to all steps so far, and followed by a number of updates of the models on stretches of these.
Actions are random until there are enough steps, and planned afterwards; nothing but the models is learned.
"""

from collections import defaultdict
from collections.abc import Callable
from statistics import fmean
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import CaDM as CaDMSettings
from gsl.config.networks import MLP
from gsl.seeds import derive
from gsl.worker.experience import Decision, Demonstrations, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, to_device
from gsl.worker.learners.cadm.losses import model_loss, rollout_errors
from gsl.worker.learners.cadm.memory import Memory, sizes_of
from gsl.worker.learners.cadm.planning import Planner, PlanningPolicy
from gsl.worker.learners.cadm.steps import COLUMNS, Steps, of_demonstrations, of_rollout
from gsl.worker.learners.gradients import forget_gradients, gradient_norm
from gsl.worker.nets.adam import Adam, load_moments, save_moments
from gsl.worker.nets.dynamics import DynamicsModel, make_dynamics
from gsl.worker.spaces import Spaces

AHEAD = 20
"""Steps over which new experience is predicted before it is learned from."""


class CaDM:
    """Models, what they learned from, the memories of the training slots, optimiser and random states."""

    def __init__(
        self, settings: CaDMSettings, spaces: Spaces, seed: int, device: torch.device,
        overrides: Overrides | None = None,
    ) -> None:  # fmt: skip
        override = None if overrides is None else overrides.learning_rate
        self.settings, self.device = settings, device
        self.learning_rate = settings.learning_rate if override is None else override
        self._actions, self._sizes = spaces.actions, sizes_of(spaces)
        self.network = model_of(settings, self._sizes, derive(seed, "network")).to(device)
        self._parameters = list(self.network.parameters())
        self._adam = Adam(self._parameters, lr=self.learning_rate, weight_decay=settings.weight_decay)
        self._reward = spaces.reward
        self._memory = Memory(settings.num_envs, self.network, settings.horizon)
        self._age = torch.zeros(settings.num_envs, dtype=torch.int64)  # of each slot's next step in its episode
        self._steps = Steps(self._sizes, settings.members, settings.replay_size, device)
        self._shown: Steps | None = None
        self._from_nothing, self._seed = True, seed
        self._acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self._drawing = torch.Generator().manual_seed(derive(seed, "drawing"))

    # Acting

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        """Planned actions, or random ones during the warm-up of a learner that starts from scratch."""
        memory, planned = self._memory, None
        memory.see(to_device(observation, self.device))
        if self._from_nothing and len(self._steps) < self.settings.warm_up:
            action = self._at_random(len(observation))
        else:
            planned = self._planner()(memory.state, memory.history(self.network), memory.plan, self._acting)
            action, memory.plan = planned.action, planned.plan
        return Decision(action.cpu().numpy(), torch.zeros(len(observation)))

    def _at_random(self, slots: int) -> Tensor:
        if self._actions.kind == "discrete":
            return torch.randint(self._actions.size, (slots,), generator=self._acting, device=self.device)
        return 2 * torch.rand((slots, self._actions.size), generator=self._acting, device=self.device) - 1

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """A policy that plans with the current models; does not change the random state of training."""
        return PlanningPolicy(self.network, self._planner(), self.settings.horizon, self.device, seed)

    def _planner(self) -> Planner:
        if self._reward is None:
            raise ValueError(f"{self.settings.title} plans, so the suite must have a reward function")
        return Planner(self.settings, self.network, self._reward, self._actions.kind == "discrete")

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """Predict the rollout, add it to the steps and improve the models; returns diagnostics.

        Neither `guidance` nor `progress` is used; `on_step` is called between updates and may raise.
        """
        new, self._age = of_rollout(rollout, self._sizes, self._age)
        metrics = self._predicted(new)
        self._take(new)
        metrics |= improve(
            self.network, self._adam, self._steps.joined(self._shown), self.settings, self._drawing, on_step
        )
        return metrics | {"replayed_steps": float(len(self._steps)), "learning_rate": self.learning_rate}

    def _predicted(self, new: dict[str, Tensor]) -> Metrics:
        """How wrong the models are about steps that they have not learned from, after one step and after more."""
        if not self.network.changes.count:
            return {}
        unseen = Steps(self._sizes, 1, len(new["run"]), self.device)
        unseen.add(new, self._drawing)
        first = unseen.starts(self.network.history).nonzero().squeeze(1)
        errors = rollout_errors(self.network, unseen.stretches(first[::AHEAD], AHEAD, self.network))
        found = {"unseen_error_1_step": float(errors[0]), f"unseen_error_{AHEAD}_steps": float(errors[-1])}
        return {name: error for name, error in found.items() if error == error}  # NaN: no stretch was whole

    def _take(self, new: dict[str, Tensor]) -> None:
        self._steps.add(new, self._drawing)
        show_moments(self.network, new)

    # Experience of others

    def show(self, demonstrations: Demonstrations) -> None:
        """From now on, learn from these steps too."""
        shown = of_demonstrations(demonstrations, self._sizes)
        self._shown = Steps(self._sizes, self.settings.members, len(demonstrations), self.device)
        self._shown.add(shown, torch.Generator().manual_seed(derive(self._seed, "shown")))

    def handed_on(self) -> dict[str, Any]:
        """The newest steps, for a job that continues with these models on the same variations."""
        return self._steps.newest(self.settings.handed_on)

    def take_over(self, state: dict[str, Any]) -> None:
        """Begin with the steps that another learner's `handed_on` returned."""
        if state:
            self._steps.restore(state)

    # State

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results, also within an episode.

        `experience`, all steps, is needed for that alone. It consists of the columns themselves, which never change.
        """
        return {
            "network": {name: value.detach().clone() for name, value in self.network.state_dict().items()},
            "adam": save_moments(self._adam, self.network),
            "memory": self._memory.saved(),
            "age": self._age.clone(),
            "from_nothing": self._from_nothing,
            "acting": self._acting.get_state(),
            "drawing": self._drawing.get_state(),
            "experience": {name: self._steps.columns[name] for name in COLUMNS},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly; a completed job has no steps."""
        self.clone(state)
        self._memory.restore(state["memory"])
        self._age = torch.as_tensor(state["age"]).clone()
        self._from_nothing = state["from_nothing"]
        self._acting.set_state(torch.as_tensor(state["acting"]))
        self._drawing.set_state(torch.as_tensor(state["drawing"]))
        if "experience" in state:
            self._steps.restore(state["experience"])

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start with another job's models, with its own random state and no steps; there is no policy head to reset.

        Raises RuntimeError or KeyError if the state belongs to other models.
        """
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        load_moments(self._adam, self.network, state["adam"])
        self._from_nothing = False


def model_of(settings: CaDMSettings, sizes: tuple[int, int], seed: int) -> DynamicsModel:
    """Fresh models. Raises TypeError for a network that is not for vectors."""
    if not isinstance(settings.network, MLP):
        raise TypeError(f"{settings.network.name} is for pictures")
    return make_dynamics(
        settings.network, sizes, members=settings.members, context=settings.context, encoder=settings.encoder,
        history=settings.history, probabilistic=settings.probabilistic, seed=seed,
    )  # fmt: skip


def show_moments(model: DynamicsModel, new: dict[str, Tensor]) -> None:
    """Let the model standardise by these steps too."""
    known = new["known"]
    model.states.show(new["state"][known].to(model.states.mean.device))
    model.changes.show(new["change"][known].to(model.changes.mean.device))


def improve(
    model: DynamicsModel, adam: Adam, steps: Steps, settings: CaDMSettings, drawing: torch.Generator,
    on_step: Callable[[], None] | None = None,
) -> Metrics:  # fmt: skip
    """The settings' number of updates on stretches of these steps; returns mean diagnostics."""
    starts, seen = steps.starts(model.history), defaultdict[str, list[float]](list)
    length = settings.future if settings.context else 1
    parameters = list(model.parameters())
    for _ in range(settings.updates if starts.any() else 0):
        first = steps.draw(starts, max(1, settings.minibatch // length), drawing)
        loss, metrics = model_loss(model, steps.stretches(first, length, model), settings.backward_coef)
        forget_gradients(parameters)
        torch.autograd.backward(loss)
        metrics |= {"model_loss": loss.detach() / model.members, "grad_norm": gradient_norm(parameters)}
        adam.step()
        for name, value in metrics.items():
            seen[name].append(float(value))
        if on_step is not None:
            on_step()
    return {name: fmean(values) for name, values in seen.items()}
