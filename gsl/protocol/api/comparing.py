"""Comparisons of any groups of runs, also outside one experiment."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gsl.protocol.api.base import Answer
from gsl.protocol.api.experiments import ComparisonPublic

MOST_COMPARED = 500  # runs in one comparison
BY = r"arm|experiment|run|tags|setting:[A-Za-z0-9_.\-]{1,200}"
GroupBy = Annotated[str, StringConstraints(pattern=f"^({BY})$")]
OfArm = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}:.{1,100}$")]
"""An arm of an experiment, such as 4:DAPG."""
TableText = Literal["csv", "latex"]


class GroupsComparison(ComparisonPublic):
    """The comparison of groups of runs; `arms` are the groups, and `arm_name` is the label of a group."""

    by: str = Field(description="What the runs are grouped by.")
    settings: tuple[str, ...] = Field(
        description="Settings in which the runs differ, by path; they can be grouped by each, as `setting:PATH`."
    )
    pair: tuple[str, str] | None = Field(description="The two groups that figures of a pair show, unless told.")


class ComparedSetting(Answer):
    """A setting that groups differ in."""

    setting: str = Field(description="Its path in the configuration, such as learner.learning_rate.")
    values: tuple[tuple[str, ...], ...] = Field(description="Its values in each group, in the order of `groups`.")


class ComparedSettings(Answer):
    """Settings side by side, only those that differ."""

    groups: tuple[str, ...]
    settings: tuple[ComparedSetting, ...]


class NotebookLines(Answer):
    """Lines of Python that make a part of the comparison with the client."""

    name: str = Field(description="`table`, or the name of a figure.")
    lines: str
