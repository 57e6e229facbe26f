"""Comparisons of experiments' arms, or of any runs in groups, as the page shows them."""

import re
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from gsl.cli import text
from gsl.cli.options import AsJson, connect, experiment_of
from gsl.cli.outcomes import Exit, Failure
from gsl.cli.output import cells, emit, say, table
from gsl.cli.text import plain
from gsl.client.models import ComparedMetric, ComparedSource, Comparison, Interval, TableText

ExperimentNames = Annotated[
    list[str] | None, typer.Argument(metavar="[EXPERIMENT]...", help="Numbers or names of experiments.")
]
Runs = Annotated[str, typer.Option(metavar="IDS", help="Single runs to compare, such as 3,4,9.")]
By = Annotated[
    str | None,
    typer.Option(help="What makes a group: arm, experiment, run, tags, or setting:PATH as setting:learner.gamma."),
]
Metric = Annotated[ComparedMetric, typer.Option(help="What is compared.")]
Source = Annotated[ComparedSource, typer.Option(help="Of which variations.")]


def compare(
    context: typer.Context,
    experiments: ExperimentNames = None,
    runs: Runs = "",
    by: By = None,
    metric: Metric = "score",
    source: Source = "evaluation",
    form: Annotated[TableText | None, typer.Option("--format", help="Print a paper's table and nothing else.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the arms of an experiment, or any runs in groups, with confidence intervals."""
    names = experiments or []
    with connect(context) as api:
        found = [experiment_of(api, name) for name in names]
        chosen: dict[str, Any] = {"runs": _ids(runs), "experiments": [one.id for one in found], "by": by or "arm"}
        if not (chosen["runs"] or found):
            raise Failure("Name at least one experiment, or runs with --runs 3,4,9.", Exit.USAGE)
        if form:
            print(api.comparison_table(**chosen, metric=metric, format=form), end="")
            return
        alone = len(found) == 1 and not chosen["runs"] and by is None
        comparison = (
            api.comparison(found[0].id, metric, source)
            if alone
            else api.compare(**chosen, metric=metric, source=source)
        )
    if as_json:
        emit(comparison)
    else:
        _show(comparison, ", ".join([*(one.name for one in found), *(f"run {run}" for run in chosen["runs"])]))


def _ids(runs: str) -> list[int]:
    if not runs:
        return []
    if not re.fullmatch(r"\s*\d{1,18}(\s*,\s*\d{1,18})*\s*", runs):
        raise typer.BadParameter(f'"{runs}" must be numbers of runs, such as 3,4,9', param_hint="--runs")
    return [int(run) for run in runs.split(",")]


def _show(comparison: Comparison, title: str) -> None:
    say(f"{plain(title)}: {comparison.metric} of {comparison.source}, {comparison.confidence:.0%} intervals", "")
    say(_arms(comparison))
    if comparison.pairs:
        say("", _pairs(comparison))
    for warning in comparison.warnings:
        say(Text(f"Warning: {plain(warning)}", style="yellow"))


def _arms(comparison: Comparison) -> Table:
    heading = "Arm" if comparison.experiment_id is not None else "Group"
    shown = table(heading, "Seeds", "Mean", "IQM", "Steps", "Not used", right=("Seeds", "Mean", "Steps"))
    for arm in comparison.arms:
        left_out = {"failed": arm.failed, "cancelled": arm.cancelled, "going on": arm.going_on}
        said = ", ".join(f"{number} {what}" for what, number in left_out.items() if number)
        mean = f"{text.score(arm.mean)}{'' if arm.std is None else f' ± {arm.std:.3f}'}"
        shown.add_row(*cells(arm.arm_name, arm.seeds, mean, _interval(arm.iqm), text.count(arm.spent_steps), said))
    return shown


def _pairs(comparison: Comparison) -> Table:
    shown = table("Pair", "Seeds", "Difference", "Probability of improvement", right=("Seeds",))
    for pair in comparison.pairs:
        difference = _interval(pair.difference, "+") if pair.difference else pair.reason
        improvement = _interval(pair.probability_of_improvement)
        shown.add_row(*cells(f"{pair.ours} against {pair.theirs}", pair.pairs, difference, improvement))
    return shown


def _interval(value: Interval | None, sign: str = "") -> str:
    if value is None:
        return text.NONE
    if value.low is None or value.high is None:
        return f"{value.estimate:{sign}.3f}"
    return f"{value.estimate:{sign}.3f} [{value.low:{sign}.3f}, {value.high:{sign}.3f}]"
