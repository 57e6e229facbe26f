"""Messages between the trainer and the simulation processes, in addition to their shared memory."""

from dataclasses import asdict, dataclass
from typing import Any, Final

STEP: Final = b"step"
BEGIN: Final = b"begin"
SAVE: Final = b"save"
FORGET: Final = b"forget"
DONE: Final = b""
"""The reply to an order, unless a slot failed."""


class SlotError(RuntimeError):
    """The simulation of one slot failed."""

    def __init__(self, slot: int, message: str) -> None:
        super().__init__(message)
        self.slot = slot


@dataclass(frozen=True)
class Tasks:
    """Arguments of the simulators."""

    names: tuple[str, ...]
    goals: int
    goal_seed: int
    goal_observed: bool


@dataclass(frozen=True)
class Share:
    """The part of one process: slots `first` to `stop` of `num_envs`."""

    tasks: Tasks
    num_envs: int
    first: int
    stop: int

    def state(self) -> dict[str, Any]:
        """JSON-serialisable."""
        return asdict(self)

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Share":
        tasks = state["tasks"] | {"names": tuple(state["tasks"]["names"])}
        return cls(Tasks(**tasks), state["num_envs"], state["first"], state["stop"])
