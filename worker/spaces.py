"""Observations and actions: all that a network needs to know about a suite."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from gsl.config.suites.base import ActionKind

KEEP, FORGET, NOTE, RECALL = 0.0, 1.0, 2.0, 3.0
"""Marks, the last number of what a policy with memory observes: before this step, it does nothing; forgets, because a
trial begins; keeps a copy of its memory; returns to the copy."""


@dataclass(frozen=True)
class Actions:
    """A choice between `size` actions, or a vector of `size` components.

    Components are in [-1, 1]: the environment clips a policy's actions and scales them to its own bounds.
    """

    kind: ActionKind
    size: int


@dataclass(frozen=True)
class Spaces:
    """Observations, without the dimension of the slots, and actions.

    A learner also gets the run's training variations, the length of the one-hot vector of the task at the end of the
    suite's observations, and, to plan with, its reward as a function of tensors (observation, action, next
    observation); they do not matter for the equality of two spaces.
    """

    observation_shape: tuple[int, ...]  # (n,) float32, or (height, width, channels) uint8
    actions: Actions
    variations: tuple[int, ...] = field(default=(), compare=False)  # ids; empty if only a policy is needed
    one_hot: int = field(default=0, compare=False)
    reward: Callable[[Any, Any, Any], Any] | None = field(default=None, compare=False)

    def state(self) -> dict[str, Any]:
        """JSON-able."""
        return {"observation_shape": list(self.observation_shape), "actions": asdict(self.actions)}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Spaces":
        """The spaces that `state` describes."""
        return cls(tuple(state["observation_shape"]), Actions(**state["actions"]))
