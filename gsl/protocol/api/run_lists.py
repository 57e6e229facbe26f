"""The list of runs: its fields, completion of queries, and changes of many runs."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from gsl.protocol.api.base import MAX_ID, Answer, Page, Request, example
from gsl.protocol.api.runs import MOST_TAGS, RunSummary, Tag
from gsl.protocol.jobs import RunStatus

MOST_CHANGED = 1000
"""Runs that one request changes."""
RunAction = Literal["tag", "untag", "archive", "unarchive", "cancel", "delete"]


class RunsChange(Request):
    model_config = example({"action": "tag", "run_ids": [7, 8], "tags": ["paper"]})

    action: RunAction = Field(
        description="`archive` hides runs that have ended from lists that do not ask for them, until `unarchive`; "
        "`delete` puts them into the bin."
    )
    run_ids: list[Annotated[int, Field(ge=1, le=MAX_ID)]] = Field(min_length=1, max_length=MOST_CHANGED)
    tags: list[Tag] = Field(default=[], max_length=MOST_TAGS, description="What `tag` adds and `untag` removes.")


class RunChanged(Answer):
    run_id: int
    done: bool
    detail: str = Field(description="What the run is now, or why it stayed as it was.")


class RunsChanged(Answer):
    items: tuple[RunChanged, ...]


FieldName = Annotated[str, Field(min_length=1, max_length=200)]


class ArmOfRuns(Answer):
    """One arm of an experiment, of the runs that were found."""

    name: str
    runs: int
    scored: int = Field(description="Runs with a score that neither failed nor were cancelled.")
    mean_score: float | None = Field(description="Mean of their latest scores; null if there are none.")
    best_score: float | None


class ExperimentOfRuns(Answer):
    """An experiment as one row of the list of runs."""

    id: int
    name: str
    owner: str
    project_id: int | None
    project_name: str | None
    sweep: bool
    runs: int = Field(description="Runs of it that were found.")
    run_ids: tuple[int, ...] = Field(
        description="Their numbers, newest first; at most 1000, which can be changed at once."
    )
    statuses: dict[RunStatus, int] = Field(description="How many of them there are of each status.")
    arms: tuple[ArmOfRuns, ...] = Field(description="The highest mean score first; at most 20.")
    arms_in_all: int
    updated_at: datetime = Field(description="When one of these runs last changed.")


class RunsRow(Answer):
    """Either an experiment, or a run: of none, or of an experiment whose row is opened."""

    experiment: ExperimentOfRuns | None = None
    run: RunSummary | None = None


class RunsByExperiment(Page[RunsRow]):
    """One page of rows."""

    runs: int = Field(description="Number of runs that were found, on all pages together.")


class RunField(Answer):
    """What queries, columns and the order of the list can name."""

    name: str = Field(description="As it is written in a query; settings by their path, metrics after `metrics.`.")
    title: str
    kind: Literal["text", "number", "time", "flag", "tag", "name"]
    source: Literal["run", "setting", "metric"]
    sortable: bool
    help: str


class RunQueryCompletion(Answer):
    text: str
    kind: Literal["field", "operator", "value", "word"]
    help: str


class RunQueryCompletions(Answer):
    """How a query may go on at the cursor, the likeliest first."""

    start: int = Field(description="Where the text that a completion replaces begins; it ends at the cursor.")
    items: tuple[RunQueryCompletion, ...]
