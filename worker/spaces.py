"""What a policy sees and what it can do: all that a network needs to know of a suite."""

from dataclasses import asdict, dataclass
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
    """Observations, without the slots' dimension, and actions."""

    observation_shape: tuple[int, ...]  # (n,) float32, or (height, width, channels) uint8
    actions: Actions

    def state(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self) | {"observation_shape": list(self.observation_shape)}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Spaces":
        """What `state` was taken from."""
        return cls(tuple(state["observation_shape"]), Actions(**state["actions"]))
