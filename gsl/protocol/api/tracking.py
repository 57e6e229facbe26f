"""Runs that are tracked: what a script that keeps control of its training says, and what it is answered."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, FiniteFloat

from gsl.protocol.api.base import MAX_ID, Answer, Request, example
from gsl.protocol.api.gates import SpecialistStart
from gsl.protocol.api.runs import MOST_TAGS, Tag
from gsl.protocol.reports import MAX_METRICS, Name

TRACKING = 1
"""Version of what script and server say to each other."""
MOST_EPISODES = 100_000
"""Of one epoch."""

Situation = Literal["training", "held", "gate", "specialists", "paused", "ended"]
Attempt = Annotated[int, Field(ge=1, le=2**31 - 1, description="As the server gave it when the script began.")]


class ScriptStart(Request):
    """A script begins, or goes on, with a run."""

    protocol: int = Field(ge=0, le=2**31 - 1, description="Version that the script speaks.")
    script: Name = Field(description="What the script is shown as, such as its machine and process.")
    epoch: int | None = Field(
        default=None,
        ge=0,
        le=2**31 - 1,
        description="The epoch after which it goes on: later ones are discarded. Null: after the newest reported one.",
    )


class TrackRequest(ScriptStart):
    model_config = example(
        {
            "protocol": 1,
            "script": "lab-3, process 4711",
            "key": "maze",
            "config": {
                "suite": {"variations": 3, "names": ["left", "right", "far"], "return_of_one": 10.0},
                "budget": {"total_steps": 100_000},
            },
        }
    )

    key: str = Field(
        min_length=1, max_length=200, description="Name of the run: the same script finds its run again by it."
    )
    config: dict[str, Any] = Field(
        default={}, description="Parts of a RunConfig; learner, guide and suite are those of a run that is tracked."
    )
    project_id: int | None = Field(default=None, ge=1, le=MAX_ID, description="The project it belongs to.")
    tags: list[Tag] = Field(default=[], max_length=MOST_TAGS)


class TrackedEpisode(Request):
    """An episode that has ended."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)

    variation: int = Field(ge=0, le=2**53, description="Number of the variation, from 0.")
    total: FiniteFloat = Field(alias="return", description="Its return, raw and undiscounted.")
    length: int = Field(ge=1, le=2**31 - 1, description="Environment steps.")
    success: bool | None = Field(default=None, description="Required if the suite is scored by success.")


class TrackedEpoch(Request):
    """An epoch of training has ended."""

    attempt: Attempt
    epoch: int = Field(ge=1, le=2**31 - 1, description="The next one. The newest may be sent again, unchanged.")
    steps: int = Field(ge=1, le=2**53, description="Environment steps of this epoch alone.")
    seconds: float = Field(ge=0, allow_inf_nan=False)
    episodes: tuple[TrackedEpisode, ...] = Field(max_length=MOST_EPISODES)
    metrics: dict[Name, FiniteFloat | None] = Field(default={}, max_length=MAX_METRICS)


class TrackedSign(Request):
    """The script is alive."""

    attempt: Attempt


class TrackedLeave(Request):
    """The script ends."""

    attempt: Attempt | None = None
    done: bool = Field(description="Nothing more will come. If not, the script goes on when it is started again.")


class SpecialistPart(Answer):
    """A specialist that was approved at the gate, for the script to train."""

    number: int = Field(ge=1)
    variations: tuple[int, ...]
    names: tuple[str, ...] = Field(description="Of its variations.")
    steps: int = Field(description="Environment steps that it may take.")
    start: SpecialistStart = Field(description="How it was decided that its policy begins.")
    run_id: int | None = Field(description="Its run, if the script has launched it.")


class TrackedPublic(Answer):
    """Where a tracked run is, and what its script may do: `training`: report epochs; `held`: ask again, because another
    script has it; `gate`: wait for a decision; `specialists`: launch those of the split; `paused`: leave, and start
    again later; `ended`: nothing more."""

    protocol: int = TRACKING
    run_id: int
    key: str
    state: Situation
    message: str = Field(description="What the run waits for or how it ended, or who holds it.")
    status: str = Field(description="The run's own.")
    attempt: int = Field(description="To be sent with everything that the script says; 0 if it holds nothing.")
    epochs: int = Field(description="Reported since training began, or began again.")
    steps: int = Field(description="Environment steps of these epochs.")
    budget_steps: int = Field(description="Training ends with the epoch that reaches them.")
    heartbeat_seconds: float = Field(description="How often a sign of life is expected while training.")
    names: tuple[str, ...] = Field(description="Of the variations, in the order of their numbers.")
    parent_id: int | None = Field(description="Of a specialist's run: the run at whose gate it was approved.")
    number: int = Field(description="Of a specialist's run: its number there, from 1; otherwise 0.")
    split: tuple[SpecialistPart, ...] = Field(description="The specialists, once they are approved.")
