"""Final scores of arms or other groups: a row for each, with its seeds, interquartile mean and mean ± std."""

from gsl.backend.domain.comparison import group_comparison
from gsl.backend.domain.comparison_types import Outcomes
from gsl.backend.figures.arms import METRIC_NAMES, any_run_evaluated, arm_colour, counted, metric_axis, number
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import ExperimentFigure
from gsl.backend.figures.style import View, empty_figure, literal, new_figure, palette
from gsl.backend.store.figures.comparisons import outcomes as read_outcomes
from gsl.method.statistics import CONFIDENCE
from gsl.protocol.api import ArmComparison

_LONGEST_NAME = {True: 16, False: 40}  # letters of an arm's name, by whether the figure is narrow


def arm_scores(outcomes: Outcomes, view: View) -> Figure:
    """The first group is on top. Failed runs are counted next to its name."""
    arms = [group_comparison(outcomes, name) for name in outcomes.compared.groups]
    if not outcomes.by_run:
        return _nothing(arms, view)
    figure = new_figure(view, height=130 + 52 * len(arms))
    rows = [len(arms) - 1 - index for index in range(len(arms))]
    for index, (arm, row) in enumerate(zip(arms, rows, strict=True)):
        _add_seeds(figure, outcomes, arm.arm_name, row, index, view)
        _add_interval(figure, outcomes, arm, row, index, view)
    figure.update_yaxes(
        tickmode="array", tickvals=rows, ticktext=[_name(arm, view) for arm in arms], showgrid=False, zeroline=False,
        range=[-0.6, len(arms) - 0.4],
    )  # fmt: skip
    where = "held-out" if outcomes.source == "held_out" else "training"
    title = f"{METRIC_NAMES[outcomes.metric]} on {where} variations · ◆ interquartile mean, {CONFIDENCE:.0%} interval"
    figure.update_xaxes(metric_axis(outcomes.metric, METRIC_NAMES[outcomes.metric] if view.narrow else title))
    figure.update_layout(showlegend=False, margin={"r": 16, "t": 24})
    return figure


def _nothing(arms: list[ArmComparison], view: View) -> Figure:
    failed = sum(arm.failed for arm in arms)
    when = "Scores appear here once a run has succeeded and been evaluated." + (
        f" {counted(failed, 'run')} failed." if failed else ""
    )
    return empty_figure(view, "No scores yet", when)


def _name(arm: ArmComparison, view: View) -> str:
    longest = _LONGEST_NAME[view.narrow]
    name = arm.arm_name if len(arm.arm_name) <= longest else arm.arm_name[: longest - 1] + "…"
    failed = f", {arm.failed} failed" if arm.failed else ""
    return f"{literal(name)}<br><span style='font-size:11px'>{counted(arm.seeds, 'seed')}{failed}</span>"


def _add_seeds(figure: Figure, outcomes: Outcomes, name: str, row: int, index: int, view: View) -> None:
    runs = outcomes.measured(name)
    figure.add_scatter(
        x=[outcomes.by_run[run.id] for run in runs], y=[row] * len(runs), mode="markers", cliponaxis=False,
        marker={"color": arm_colour(index, view), "size": 8, "opacity": 0.35},
        customdata=[[run.seed, run.id, outcomes.compared.tasks[run.task]] for run in runs],
        hovertemplate=f"<b>{literal(name)}</b><br>seed %{{customdata[0]}}: %{{x}}<br>run %{{customdata[1]}}, "
        "%{customdata[2]}<extra></extra>",
    )  # fmt: skip


def _add_interval(figure: Figure, outcomes: Outcomes, arm: ArmComparison, row: int, index: int, view: View) -> None:
    if arm.iqm is None or arm.mean is None:
        return
    iqm, colour, metric = arm.iqm, arm_colour(index, view), outcomes.metric
    if iqm.low is not None and iqm.high is not None:
        bounds = {"array": [iqm.high - iqm.estimate], "arrayminus": [iqm.estimate - iqm.low]}
    else:
        bounds = {"array": [0.0], "arrayminus": [0.0]}
    middle = f"interquartile mean {number(iqm.estimate, metric)}{_interval(arm, outcomes)}"
    spread = number(arm.mean, metric) + ("" if arm.std is None else f" ± {number(arm.std, metric)}")
    figure.add_scatter(
        x=[iqm.estimate], y=[row], mode="markers", cliponaxis=False, error_x={"thickness": 2.5, "width": 7, **bounds},
        marker={"symbol": "diamond", "size": 12, "color": colour, "line": {"color": palette(view).surface, "width": 1}},
        hovertemplate=f"<b>{literal(arm.arm_name)}</b><br>{middle}"
        f"<br>mean ± std {spread} over {counted(arm.seeds, 'seed')}<extra></extra>",
    )  # fmt: skip
    figure.add_annotation(
        text=spread, x=iqm.estimate, y=row, yshift=17, showarrow=False, font={"color": colour, "size": 12}
    )


def _interval(arm: ArmComparison, outcomes: Outcomes) -> str:
    if arm.iqm is None or arm.iqm.low is None or arm.iqm.high is None:
        return ", no interval"
    low, high = (number(bound, outcomes.metric) for bound in (arm.iqm.low, arm.iqm.high))
    return f", {CONFIDENCE:.0%} interval {low} to {high}"


FIGURE = ExperimentFigure(
    name="arm_scores",
    title="Final scores",
    description="The last evaluation of every seed, the interquartile mean with its interval, and the mean ± standard "
    "deviation. Failed runs are counted next to the name.",
    position=20,
    build=lambda session, compared, options: arm_scores(
        read_outcomes(session, compared, options.metric, options.source), options.view
    ),
    ready=any_run_evaluated,
)
