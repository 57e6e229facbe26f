"""Sweeps: launching, showing and stopping a search over settings, and running its winner."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gsl.cli import text
from gsl.cli.launching import Changes, ConfigFile, PresetName, Priority, Tags, WorkerLabel, numbers_of, settings_of
from gsl.cli.options import AsJson, ProjectName, connect, experiment_of, project_of
from gsl.cli.output import cells, emit, say, table
from gsl.cli.text import plain
from gsl.client.models import Sweep

Over = Annotated[
    list[str],
    typer.Option(
        "--over",
        metavar="PATH=VALUES",
        help='What is tried: a range as "learner.learning_rate=1e-4..1e-2:log" (":5" for five points of a grid), or '
        'choices as "learner.network.activation=tanh,relu".',
    ),
]
Name = Annotated[str, typer.Option(help="Name of the sweep's experiment.")]
Sampler = Annotated[Literal["tpe", "random", "grid"], typer.Option(help="Who chooses what is tried.")]
Prune = Annotated[
    Literal["none", "median", "halving"], typer.Option(help="Whether trials that do badly are stopped early.")
]
Trials = Annotated[int, typer.Option(help="Number of trials; each is a run.", min=1, max=500)]
AtOnce = Annotated[int, typer.Option(help="Most trials at the same time.", min=1, max=50)]
TuningSeeds = Annotated[str, typer.Option(help="Seeds of the trials, which take them in turn.", metavar="SEEDS")]
ResultSeeds = Annotated[str, typer.Option(help="Seeds of the results, as 100-104; no tuning seeds.", metavar="SEEDS")]
Metric = Annotated[Literal["score", "return", "success"], typer.Option(help="What is maximised.")]
Source = Annotated[Literal["evaluation", "held_out"], typer.Option(help="On the training or the held-out variations.")]
SweepName = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="Number or name of the sweep's experiment.")]
TrialNumber = Annotated[int | None, typer.Option("--trial", help="A complete trial; else the best.", min=0)]
Untuned = Annotated[bool, typer.Option("--untuned", help="A second arm has the settings that the sweep started from.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="A folder.")]
LetFinish = Annotated[bool, typer.Option("--let-finish", help="Do not cancel the trials that are running.")]


def launch(
    context: typer.Context,
    preset: PresetName = None,
    over: Over = [],  # noqa: B006 - Typer never changes it
    name: Name = "",
    changes: Changes = [],  # noqa: B006 - as above
    config: ConfigFile = None,
    sampler: Sampler = "tpe",
    trials: Trials = 20,
    at_once: AtOnce = 2,
    prune: Prune = "none",
    tuning_seeds: TuningSeeds = "0",
    metric: Metric = "score",
    source: Source = "evaluation",
    tags: Tags = [],  # noqa: B006 - as above
    priority: Priority = 0,
    worker_label: WorkerLabel = "",
    project: ProjectName = None,
    as_json: AsJson = False,
) -> None:
    """Launch a sweep: trials that are runs, each with other settings."""
    space = dict(map(_searched, over))
    if not space:
        raise typer.BadParameter("--over is required: what is tried, as learner.learning_rate=1e-4..1e-2:log")
    with connect(context) as api:
        made = api.create_sweep(
            name or f"Sweep of {', '.join(space)}"[:200], space, preset=preset,
            config=settings_of(config, changes, None, None), sampler=sampler, trials=trials, at_once=at_once,
            pruner={"name": prune}, objective={"metric": metric, "source": source},
            tuning_seeds=numbers_of(tuning_seeds, "--tuning-seeds"), tags=tags, priority=priority,
            worker_label=worker_label, project_id=None if project is None else project_of(api, project).id,
        )  # fmt: skip
        if as_json:
            return emit(made)
        planned = text.many(made.planned, "trial")
        say(f"Sweep {made.experiment_id}: {planned}, {api.url}/experiments/{made.experiment_id}")
        return say(f"See it with `gsl sweep show {made.experiment_id}`.")


def show(context: typer.Context, experiment: SweepName, as_json: AsJson = False) -> None:
    """Show a sweep's trials, and the best so far."""
    with connect(context) as api:
        found = api.sweep(experiment_of(api, experiment).id)
    return emit(found) if as_json else _show(found)


def stop(context: typer.Context, experiment: SweepName, let_finish: LetFinish = False, as_json: AsJson = False) -> None:
    """Stop a sweep: no further trials."""
    with connect(context) as api:
        stopped = api.stop_sweep(experiment_of(api, experiment).id, cancel_running=not let_finish)
    return emit(stopped) if as_json else say(f"Sweep {stopped.experiment_id}: {stopped.message}")


def results(
    context: typer.Context,
    experiment: SweepName,
    seeds: ResultSeeds,
    trial: TrialNumber = None,
    untuned: Untuned = False,
    name: Name = "",
    as_json: AsJson = False,
) -> None:
    """Run the winner on result seeds, which the search has not seen, as an experiment of its own."""
    with connect(context) as api:
        place = experiment_of(api, experiment).id
        made = api.launch_results(place, numbers_of(seeds, "--seeds"), trial=trial, name=name, untuned=untuned)
        if as_json:
            return emit(made)
        return say(f"Experiment {made.id}, {made.name}: {text.many(made.runs, 'run')}, {api.url}/experiments/{made.id}")


def figures(context: typer.Context, experiment: SweepName, output: Output = Path(), as_json: AsJson = False) -> None:
    """Write the sweep's figures as Plotly JSON, those that there is data for."""
    with connect(context) as api:
        place = experiment_of(api, experiment).id
        listed = api.sweep_figures(place)
        output.mkdir(parents=True, exist_ok=True)
        for figure in listed:
            if figure.ready:
                file = output / f"sweep-{place}-{figure.name}.json"
                file.write_text(json.dumps(api.sweep_figure_json(place, figure.name)))
                if not as_json:
                    say(plain(str(file)))
    if as_json:
        emit(listed)


COMMANDS: dict[str, Callable[..., Any]] = {
    "launch": launch,
    "show": show,
    "stop": stop,
    "results": results,
    "figures": figures,
}


def _show(sweep: Sweep) -> None:
    objective = sweep.settings.objective
    shown = table("Trial", "Run", "Seed", "Tried", "Value", "Steps", "State", right=("Trial", "Run", "Value", "Steps"))
    for trial in sweep.trials:
        tried = ", ".join(f"{path}={_brief(value)}" for path, value in trial.params.items())
        value = "" if trial.value is None else f"{trial.value:.3f}"
        state = f"{trial.state}: {trial.reason}" if trial.reason else trial.state
        shown.add_row(
            *cells(trial.number, trial.run_id or "", trial.seed, tried, value, text.count(trial.steps), state)
        )
    say(shown, "")
    best = "none is complete yet" if sweep.best is None else f"the best is trial {sweep.best}"
    waits = f"; {sweep.message}" if sweep.message else ""
    done = f"{sweep.ended} of {text.many(sweep.planned, 'trial')}, {text.count(sweep.steps)} steps"
    by = f"{objective.metric} ({objective.source.replace('_', '-')})"
    say(f"{sweep.status}{waits}: {done}; {best} by {by}, on tuning seeds.")


def _brief(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _searched(given: str) -> tuple[str, dict[str, Any]]:
    """A range, or choices, of a setting."""
    path, equals, values = given.partition("=")
    if not equals or not values:
        raise typer.BadParameter(f'--over "{given}" must be PATH=LOW..HIGH, PATH=LOW..HIGH:log or PATH=A,B')
    found = re.fullmatch(r"([-+\d.eE]+?)\.\.([-+\d.eE]+?)((?::\w+)*)", values)
    return path, _range(given, *found.groups()) if found else {"type": "choice", "choices": _choices(values)}


def _range(given: str, low: str, high: str, more: str) -> dict[str, Any]:
    kind = "int" if re.fullmatch(r"[-+]?\d+", low) and re.fullmatch(r"[-+]?\d+", high) else "float"
    try:
        searched: dict[str, Any] = {"type": kind, "low": float(low), "high": float(high)}
    except ValueError as error:
        raise typer.BadParameter(f'--over "{given}" has a bound that is no number') from error
    for part in filter(None, more.split(":")):
        if part == "log":
            searched["log"] = True
        elif part.isdigit():
            searched["points"] = int(part)
        else:
            raise typer.BadParameter(f'--over "{given}": ":{part}" must be ":log" or a number of points')
    return searched


def _choices(values: str) -> list[Any]:
    """Each is read as JSON, and as text if it is none."""
    found: list[Any] = []
    for value in values.split(","):
        try:
            found.append(json.loads(value))
        except ValueError:
            found.append(value)
    return found
