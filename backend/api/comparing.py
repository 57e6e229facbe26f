"""Comparisons of any runs, arms and experiments, in groups of the viewer's choice."""

from typing import Annotated, Any

from fastapi import Depends, Header, Query, Response
from fastapi.responses import PlainTextResponse

from gsl.backend.api.access import Who
from gsl.backend.api.comparisons import (
    ArmName,
    Axis,
    Metric,
    Source,
    check_groups,
    check_metric,
    drawn,
    figure_named,
    listed_figures,
)
from gsl.backend.api.deps import MAX_ID, Reading, ServicesDep, problems, router
from gsl.backend.domain.comparability import limits
from gsl.backend.domain.comparison import compare, default_pair
from gsl.backend.domain.comparison_tables import table
from gsl.backend.domain.comparison_types import Compared
from gsl.backend.domain.grouping import Grouped
from gsl.backend.domain.notebook_lines import lines
from gsl.backend.domain.provenance import differences as provenance_differences
from gsl.backend.domain.setting_differences import differences as setting_differences
from gsl.backend.domain.setting_differences import varying
from gsl.backend.errors import ConflictError, InvalidError
from gsl.backend.figures import experiment_figures
from gsl.backend.figures.registration import ComparisonOptions
from gsl.backend.figures.style import Theme, View
from gsl.backend.store import chosen_runs, provenance
from gsl.backend.store.chosen_runs import Chosen
from gsl.backend.store.figures.comparisons import groups_version, outcomes
from gsl.protocol.api import ComparedSource, FigureInfo, FigurePublic, ProvenanceDifference
from gsl.protocol.api.comparing import (
    ComparedSettings,
    GroupBy,
    GroupsComparison,
    NotebookLines,
    OfArm,
    TableText,
)

routes = router("comparisons")

EVALUATED: tuple[ComparedSource, ...] = ("evaluation", "held_out")
_Ids = list[Annotated[int, Query(ge=1, le=MAX_ID)]]


def _chosen(
    runs: Annotated[_Ids | None, Query(max_length=1000, description="Ids of runs.")] = None,
    experiments: Annotated[_Ids | None, Query(max_length=100, description="Experiments: all their runs.")] = None,
    arms: Annotated[
        list[OfArm] | None,
        Query(max_length=100, description="Arms of experiments: all their runs.", examples=[["4:DAPG"]]),
    ] = None,
    by: Annotated[
        GroupBy,
        Query(
            description="What makes a group: `arm`, `experiment`, `run` (each by itself), `tags`, or "
            "`setting:PATH`, for example setting:learner.learning_rate."
        ),
    ] = "arm",
) -> Chosen:
    if not (runs or experiments or arms):
        raise InvalidError.field("runs", "name at least one run, or something in experiments or arms")
    pairs = dict.fromkeys(arm.partition(":")[::2] for arm in arms or ())
    each = {"runs": runs, "experiments": experiments}
    ids = {name: tuple(dict.fromkeys(values or ())) for name, values in each.items()}
    return Chosen(**ids, arms=tuple((int(of), name) for of, name in pairs), by=by)


ChosenRuns = Annotated[Chosen, Depends(_chosen)]


def _members(chosen: ChosenRuns, who: Who, session: Reading) -> list[Grouped]:
    return chosen_runs.read(session, who, chosen)


Members = Annotated[list[Grouped], Depends(_members)]


def _groups(chosen: ChosenRuns, members: Members, session: Reading) -> Compared:
    return chosen_runs.grouped(session, members, chosen.by)


Groups = Annotated[Compared, Depends(_groups)]


@routes.get("/comparison", summary="Compare any groups of runs", responses=problems(404))
def get_groups_comparison(
    chosen: ChosenRuns, members: Members, groups: Groups, session: Reading,
    metric: Metric = "score", source: Source = "evaluation",
) -> GroupsComparison:  # fmt: skip
    """Each group over its runs and each pair of groups, with confidence intervals. Failed runs are only counted.
    `warnings` say what cannot be compared."""
    check_metric(groups, metric)
    found = compare(outcomes(session, groups, metric, source))
    return GroupsComparison(
        **{**dict(found), "warnings": (*limits(groups), *found.warnings)},
        by=chosen.by, settings=varying([member.config for member in members]), pair=default_pair(groups),
    )  # fmt: skip


@routes.get(
    "/comparison/table",
    summary="Get a comparison as the table of a paper",
    response_class=PlainTextResponse,
    responses=problems(404),
)
def get_comparison_table(
    groups: Groups, session: Reading, metric: Metric = "score",
    format: Annotated[TableText, Query(description="LaTeX needs the package booktabs.")] = "csv",
) -> str:  # fmt: skip
    """Each group on training and on held-out variations: mean and standard deviation over seeds, interquartile mean."""
    check_metric(groups, metric)
    training, held_out = (compare(outcomes(session, groups, metric, source)) for source in EVALUATED)
    return table(training, held_out, format)


@routes.get("/comparison/figures", summary="List a comparison's figures", responses=problems(404))
def list_comparison_figures(groups: Groups) -> list[FigureInfo]:
    """Those of an experiment, and whether there is data for them."""
    return listed_figures(groups)


@routes.get(
    "/comparison/figures/{name}",
    summary="Get a comparison's figure as Plotly JSON",
    response_model=FigurePublic,
    responses=problems(404) | {304: {"description": "Not changed since the version in `If-None-Match`."}},
)
def get_comparison_figure(
    name: str, groups: Groups, session: Reading,
    theme: Annotated[Theme, Query(description="Colour scheme of the page that shows the figure.")] = "light",
    metric: Metric = "score", source: Source = "evaluation", axis: Axis = "total",
    width: Annotated[int, Query(ge=200, le=4000, description="Width on the screen in CSS pixels.")] = 900,
    ours: ArmName = None, theirs: ArmName = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:  # fmt: skip
    """`data` and `layout` for Plotly, as for an experiment."""
    options = ComparisonOptions(metric, source, View(theme=theme, width=width), ours, theirs, axis)
    version = groups_version(session, groups)
    return drawn(session, figure_named(name), lambda: groups, options, version, if_none_match)


@routes.get("/comparison/settings", summary="List the settings in which groups differ", responses=problems(404))
def get_compared_settings(members: Members, groups: Groups) -> ComparedSettings:
    """Only what differs. A group whose runs differ in a setting has several values of it."""
    of = {run.id: run.group for run in groups.runs}
    configs = {name: [run.config for run in members if of[run.id] == name] for name in groups.groups}
    return ComparedSettings(groups=groups.groups, settings=setting_differences(configs))


@routes.get("/comparison/provenance", summary="Compare what two groups are made with", responses=problems(404, 409))
def get_compared_provenance(
    groups: Groups, session: Reading, ours: ArmName = None, theirs: ArmName = None
) -> list[ProvenanceDifference]:
    """Code, packages and machines; only what differs. 409 if there is only one group, or if nothing is recorded."""
    check_groups(groups, {"ours": ours, "theirs": theirs})
    suggested = default_pair(groups)
    if suggested is None:
        raise ConflictError("There is only one group, and nothing to compare it with.")
    pair = ours or suggested[0], theirs or suggested[1]
    made = [provenance.of_runs(session, [run.id for run in groups.of_group(name)]) for name in pair]
    for name, recorded in zip(pair, made, strict=True):
        if not recorded:
            raise ConflictError(f"Nothing is recorded of what {name} is made with.")
    return provenance_differences(made[0], made[1], seeds=())


@routes.get("/comparison/notebook", summary="Get a comparison as lines of Python", responses=problems(404))
def get_comparison_notebook(
    chosen: ChosenRuns, groups: Groups, services: ServicesDep, metric: Metric = "score", source: Source = "evaluation",
    axis: Axis = "total", ours: ArmName = None, theirs: ArmName = None,
) -> list[NotebookLines]:  # fmt: skip
    """For the table and for each figure, the lines that make it with the Python client."""
    check_groups(groups, {"ours": ours, "theirs": theirs})
    arms = [f"{of}:{name}" for of, name in chosen.arms]
    selection = {"runs": list(chosen.runs), "experiments": list(chosen.experiments), "arms": arms, "by": chosen.by}
    options: dict[str, Any] = {"metric": metric, "source": source, "axis": axis, "ours": ours, "theirs": theirs}
    return lines(list(experiment_figures()), _said(selection), _said(options), services.settings.public_url or "")


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
