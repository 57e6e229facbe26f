"""What a policy sees and what it can do: all that a network needs to know of a suite."""

from dataclasses import asdict, dataclass, field
from typing import Any

from gsl.config.suites.base import ActionKind


@dataclass(frozen=True)
class Actions:
    """`size` actions of which one is chosen, or a vector of `size` components.

    Components lie in [-1, 1]: the environment clips what a policy gives it and scales that to its own bounds.
    """

    kind: ActionKind
    size: int


@dataclass(frozen=True)
class Spaces:
    """Observations, without the slots' dimension, and actions.

    A learner also hears which training variations the run has; that is no part of what two spaces are compared by.
    """

    observation_shape: tuple[int, ...]  # (n,) float32, or (height, width, channels) uint8
    actions: Actions
    variations: tuple[int, ...] = field(default=(), compare=False)  # ids; none where only a policy matters

    def state(self) -> dict[str, Any]:
        """JSON-able."""
        return {"observation_shape": list(self.observation_shape), "actions": asdict(self.actions)}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Spaces":
        """What `state` was taken from."""
        return cls(tuple(state["observation_shape"]), Actions(**state["actions"]))
