"""PPO without memory, until the guide Distillation has put what specialists did into a sequence model.

The learner of generalist and specialists is PPO on the suite's own observations. A distilled network acts by its
sequence model. If it is trained further, as in a run that is continued or forked, PPO goes on with the policy that it
had trained, and that one acts again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import SequenceModel as SequenceSettings
from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.sequence.policy import SequencePolicy
from gsl.worker.nets.sequence_policy import make_sequence, seen_of
from gsl.worker.spaces import Spaces


class SequenceModel:
    """A policy that PPO trains, and a sequence model beside it."""

    def __init__(
        self, settings: SequenceSettings, spaces: Spaces, seed: int, device: torch.device,
        overrides: Overrides | None = None,
    ) -> None:  # fmt: skip
        self.settings, self.device = settings, device
        self._seen = seen_of(spaces)
        own = replace(spaces, observation_shape=(self._seen,))
        self._ppo = PPO(settings.before_distillation(), own, derive(seed, "ppo"), device, overrides)
        self.network = make_sequence(settings, self._ppo.network, spaces, derive(seed, "sequence")).to(device)

    @property
    def advantage(self) -> Tensor:
        """(T * N,) of the last update."""
        return self._ppo.advantage

    def decide(self, observation: NDArray[Any]) -> Decision:
        return self._ppo.decide(observation[:, : self._seen])

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        if self.network.distilled:
            return SequencePolicy(self.network, self.device, deterministic=deterministic, seed=seed)
        choose = self._ppo.policy(deterministic=deterministic, seed=seed)
        return lambda observation: choose(observation[:, : self._seen])

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """PPO's update. A guide cannot take part: there is none that has other hooks than `sequences` here."""
        self.network.distilled = False
        final = rollout.final_observation
        own = replace(
            rollout,
            observation=rollout.observation[..., : self._seen],
            next_observation=rollout.next_observation[..., : self._seen],
            final_observation=None if final is None else final[..., : self._seen],
        )
        return self._ppo.update(own, None, progress=progress, on_step=on_step)

    # State

    def restart_reward_scale(self) -> None:
        self._ppo.restart_reward_scale()

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results."""
        parts = {"body": self.network.body, "head": self.network.head}
        return {
            "ppo": self._ppo.state(),
            **{
                part: {name: value.detach().clone() for name, value in module.state_dict().items()}
                for part, module in parts.items()
            },
            "distilled": self.network.distilled,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly."""
        self._ppo.restore(state["ppo"])
        self._take_sequence(state)

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner, with its own random state; `fresh_head` resets the policy PPO trains.

        Raises RuntimeError or KeyError if the state belongs to another network.
        """
        self._ppo.clone(state["ppo"], fresh_head=fresh_head)
        self._take_sequence(state)

    def _take_sequence(self, state: dict[str, Any]) -> None:
        for part, module in (("body", self.network.body), ("head", self.network.head)):
            module.load_state_dict({name: torch.as_tensor(value) for name, value in state[part].items()})
        self.network.distilled = bool(state["distilled"])
