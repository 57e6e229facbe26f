"""The comparison of an experiment's arms, as the experiment's page shows it."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from gsl.cli import text
from gsl.cli.options import AsJson, connect, experiment_of
from gsl.cli.output import cells, emit, say, table
from gsl.cli.text import plain
from gsl.client.models import ComparedMetric, ComparedSource, Comparison, Interval

ExperimentName = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="Number or name of an experiment.")]
Metric = Annotated[ComparedMetric, typer.Option(help="What is compared.")]
Source = Annotated[ComparedSource, typer.Option(help="Of which variations.")]


def compare(
    context: typer.Context,
    experiment: ExperimentName,
    metric: Metric = "score",
    source: Source = "evaluation",
    as_json: AsJson = False,
) -> None:
    """Compare the arms of an experiment over their seeds, with confidence intervals."""
    with connect(context) as api:
        found = experiment_of(api, experiment)
        comparison = api.comparison(found.id, metric, source)
    if as_json:
        emit(comparison)
        return
    say(f"{plain(found.name)}: {comparison.metric} of {comparison.source}, {comparison.confidence:.0%} intervals", "")
    say(_arms(comparison))
    if comparison.pairs:
        say("", _pairs(comparison))
    for warning in comparison.warnings:
        say(Text(f"Warning: {plain(warning)}", style="yellow"))


def _arms(comparison: Comparison) -> Table:
    shown = table("Arm", "Seeds", "Mean", "IQM", "Steps", "Not used", right=("Seeds", "Mean", "Steps"))
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
