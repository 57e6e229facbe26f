"""What the tree of a run is made of, as `gsl.backend.store.run_tree` gathers it, and what its nodes sum up. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from gsl.backend.domain.run_steps import Step
from gsl.protocol.api import JobPublic, Origin, PhaseProgress, PlateauPublic
from gsl.protocol.api.runs import SpecialistRun
from gsl.protocol.api.tree import NodeState


@dataclass(frozen=True)
class Best:
    """The best result of a job, and what it was measured in."""

    value: float
    of: str


@dataclass(frozen=True)
class AskedGate:
    """A gate, and what came of it; `too_few` asks whether to go on although too few specialists succeeded."""

    id: int
    cycle: int
    segment: int
    too_few: bool
    is_open: bool
    said: str


@dataclass(frozen=True)
class Fork:
    """A run that continues from a checkpoint of this one's job."""

    run_id: int
    status: str
    job: str
    epoch: int
    spent_steps: int
    total_steps: int


@dataclass(frozen=True)
class Parts:
    """Everything that the tree is made of; jobs by id in the order of planning, `best` and `kept` by job too."""

    steps: Sequence[tuple[Step, PhaseProgress]]
    jobs: Mapping[int, JobPublic]
    critical: Collection[str] = ()
    gates: Sequence[AskedGate] = ()
    plateaus: Sequence[PlateauPublic] = ()
    best: Mapping[int, Best] = field(default_factory=dict)
    kept: Mapping[int, str] = field(default_factory=dict)  # how many demonstrations, in words
    forks: Sequence[Fork] = ()
    origin: Origin | None = None
    rungs: int = 1
    by_script: Sequence[SpecialistRun] = ()  # runs of specialists that a script trains
    success: bool = False  # whether results are success rates


def joint(states: Sequence[NodeState]) -> NodeState:
    """Of parts one after the other."""
    if "active" in states or ("pending" in states and "done" in states):
        return "active"
    order: tuple[NodeState, ...] = ("failed", "cancelled", "pending", "done")
    return next((state for state in order if state in states), "skipped")


def known_sum(seconds: Sequence[float | None]) -> float | None:
    """None if there is nothing, or if one part is not known."""
    known = [each for each in seconds if each is not None]
    return sum(known) if known and len(known) == len(seconds) else None
