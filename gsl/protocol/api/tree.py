"""The tree of a run: what led to what, how far each part is, and which jobs make up the critical path."""

from typing import Literal

from pydantic import Field

from gsl.protocol.api.base import Answer
from gsl.protocol.api.runs import StepName

NodeKind = (
    StepName
    | Literal["origin", "cycle", "plateau", "lowest", "specialist", "demonstrations", "measurement", "question", "fork"]
)
NodeState = Literal["pending", "active", "done", "skipped", "failed", "cancelled"]


class Spread(Answer):
    """How the specialists of a cycle compare, each by its best result; null where none has a result yet."""

    specialists: int
    done: int
    worst: float | None
    median: float | None
    best: float | None


class TreeNode(Answer):
    """A part of a run; what belongs to it or branches off it, such as specialists or forks, are its children."""

    key: str = Field(description="Unique within the tree, and stays the same while the run goes on.")
    kind: NodeKind
    title: str = Field(description="Example: Specialist 3.")
    cycle: int
    number: int = Field(default=0, description="Of a specialist, from 1; of training until a gate, within its cycle.")
    state: NodeState
    detail: str = Field(default="", description="Example: approved by ada, 7 specialists; or why it failed or waits.")
    spent_steps: int = 0
    budget_steps: int = Field(default=0, description="0 where there is none, as for a plateau, a gate, a measurement.")
    measurement_steps: int = Field(default=0, description="Steps outside the budget.")
    eta_seconds: float | None = Field(
        default=None,
        description="Time left of what has not ended; null where it cannot be told from what was measured.",
    )
    best: float | None = Field(default=None, description="Best result, in the tree's metric.")
    best_of: str = Field(default="", description="What `best` was measured in, as `evaluation, epoch 40`.")
    spread: Spread | None = Field(default=None, description="Only of the specialists of a cycle together.")
    critical: bool = Field(
        default=False, description="Whether steps of it are on the critical path, as far as they are spent."
    )
    jobs: tuple[int, ...] = Field(default=(), description="Its jobs, the latest one last.")
    gate_id: int | None = None
    run_id: int | None = Field(default=None, description="Of a fork or an origin: the other run, if it still exists.")
    variations: tuple[int, ...] = Field(default=(), description="What a specialist trains on.")
    children: tuple["TreeNode", ...] = ()


class RunTree(Answer):
    """The parts of a run in the order in which it takes them; with several cycles, a node for each cycle."""

    metric: Literal["return", "success"] = Field(description="Of the results.")
    spent_steps: int
    critical_path_steps: int = Field(
        description="Steps along the critical path: of specialists, which run side by side, only the longest counts."
    )
    nodes: tuple[TreeNode, ...] = Field(description="Empty if the run is read-only: its steps are then not known.")
