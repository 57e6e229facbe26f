"""Comparing any runs, arms and experiments, in groups.

Every method takes `runs`, `experiments` and `arms` (such as "4:DAPG", an arm of experiment 4) and compares all that
they name. `by` makes the groups: "arm", "experiment", "run", "tags", or "setting:learner.learning_rate".
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gsl.client import frames, models
from gsl.client.endpoints import Conversation, Request, ask, endpoint, get, json_object, listed
from gsl.protocol.api import ComparedMetric, ComparedSource
from gsl.protocol.api.comparing import TableText

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def _chosen(
    runs: Sequence[int], experiments: Sequence[int], arms: Sequence[str], by: str, **options: Any
) -> dict[str, Any]:
    return {"runs": list(runs), "experiments": list(experiments), "arms": list(arms), "by": by, **options}


class ComparisonCalls:
    """What the clients can do with groups of runs."""

    @endpoint
    def compare(
        self, runs: Sequence[int] = (), *, experiments: Sequence[int] = (), arms: Sequence[str] = (), by: str = "arm",
        metric: ComparedMetric = "score", source: ComparedSource = "evaluation",
    ) -> Conversation[models.GroupsComparison]:  # fmt: skip
        """Each group over its runs and each pair of groups, with confidence intervals."""
        query = _chosen(runs, experiments, arms, by, metric=metric, source=source)
        return get(models.GroupsComparison, "/comparison", query)

    @endpoint
    def comparison_table(
        self, runs: Sequence[int] = (), *, experiments: Sequence[int] = (), arms: Sequence[str] = (), by: str = "arm",
        metric: ComparedMetric = "score", format: TableText = "csv",
    ) -> Conversation[str]:  # fmt: skip
        """The table of a paper, as text: training and held-out, mean and standard deviation, interquartile mean."""
        query = _chosen(runs, experiments, arms, by, metric=metric, format=format)
        return (yield from ask(Request("GET", "/comparison/table", query))).text

    @endpoint
    def comparison_figures(
        self, runs: Sequence[int] = (), *, experiments: Sequence[int] = (), arms: Sequence[str] = (), by: str = "arm"
    ) -> Conversation[list[models.FigureInfo]]:
        return listed(models.FigureInfo, "/comparison/figures", _chosen(runs, experiments, arms, by))

    @endpoint
    def comparison_figure(
        self, /, name: str, runs: Sequence[int] = (), *, experiments: Sequence[int] = (), arms: Sequence[str] = (),
        by: str = "arm", **options: Any,
    ) -> Conversation["Figure"]:  # fmt: skip
        """A figure of the groups as `plotly.graph_objects.Figure`; options such as ours="DAPG", theme="dark"."""
        query = _chosen(runs, experiments, arms, by, **options)
        return frames.figure((yield from json_object(f"/comparison/figures/{name}", query)))

    @endpoint
    def comparison_figure_json(
        self, /, name: str, runs: Sequence[int] = (), *, experiments: Sequence[int] = (), arms: Sequence[str] = (),
        by: str = "arm", **options: Any,
    ) -> Conversation[dict[str, Any]]:  # fmt: skip
        """The same as Plotly JSON, which needs no further package."""
        return json_object(f"/comparison/figures/{name}", _chosen(runs, experiments, arms, by, **options))

    @endpoint
    def compared_settings(
        self, runs: Sequence[int] = (), *, experiments: Sequence[int] = (), arms: Sequence[str] = (), by: str = "arm"
    ) -> Conversation[models.ComparedSettings]:
        """Settings side by side, only those in which the groups differ."""
        return get(models.ComparedSettings, "/comparison/settings", _chosen(runs, experiments, arms, by))

    @endpoint
    def compared_provenance(
        self, runs: Sequence[int] = (), *, experiments: Sequence[int] = (), arms: Sequence[str] = (), by: str = "arm",
        ours: str | None = None, theirs: str | None = None,
    ) -> Conversation[list[models.ProvenanceDifference]]:  # fmt: skip
        """In what code, packages and machines two of the groups differ."""
        query = _chosen(runs, experiments, arms, by, ours=ours, theirs=theirs)
        return listed(models.ProvenanceDifference, "/comparison/provenance", query)

    @endpoint
    def comparison_notebook(
        self, /, runs: Sequence[int] = (), *, experiments: Sequence[int] = (), arms: Sequence[str] = (),
        by: str = "arm", **options: Any,
    ) -> Conversation[list[models.NotebookLines]]:  # fmt: skip
        """Lines of Python that make the table and each figure, with the options of `comparison_figure`."""
        query = _chosen(runs, experiments, arms, by, **options)
        return listed(models.NotebookLines, "/comparison/notebook", query)
