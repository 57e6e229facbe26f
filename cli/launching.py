"""Launching a run, or the arms and seeds of an experiment."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from gsl.cli import text
from gsl.cli.options import AsJson, ProjectName, connect, find_experiment, project_of
from gsl.cli.output import cells, emit, say, table
from gsl.cli.watching import follow
from gsl.client.api import Client
from gsl.client.errors import Refused
from gsl.client.models import BudgetPreview, Run
from gsl.config.presets import PRESETS
from gsl.protocol.api.exporting import EXPORTERS, Exporter

PresetName = Annotated[str | None, typer.Argument(help="Where to start from; `gsl list presets` shows all.")]
Changes = Annotated[
    list[str], typer.Option("--set", metavar="PATH=VALUE", help="A setting to change, as budget.total_steps=200000.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings as JSON; - reads them from stdin.")
]
Seed = Annotated[int | None, typer.Option(help="Seed of the run.", min=0)]
Seeds = Annotated[str | None, typer.Option(help="Seeds of an experiment, as 0-4 or 1,5,7.", metavar="SEEDS")]
Arms = Annotated[
    list[str],
    typer.Option("--arm", metavar="NAME[:PATH=VALUE...]", help='An arm, as "none:guide.name=none" or just "DAPG".'),
]
ExperimentName = Annotated[
    str | None, typer.Option("--experiment", help="Number or name of the experiment to join; a new name creates it.")
]
Name = Annotated[str, typer.Option(help="Name of the run.")]
Notes = Annotated[str, typer.Option(help="Notes on the run.")]
Tags = Annotated[list[str], typer.Option("--tag", help="A tag; may be repeated.")]
Priority = Annotated[int, typer.Option(help="Runs with a higher priority start first.", min=-10, max=10)]
WorkerLabel = Annotated[
    str, typer.Option("--worker-label", metavar="LABEL", help="Only workers with this label run its jobs.")
]
Exports = Annotated[
    list[str],
    typer.Option("--export", metavar="FORMAT", help="Export the run while it trains: tensorboard, wandb, or none."),
]
Gate = Annotated[
    bool | None, typer.Option("--auto/--ask", help="Whether gates are approved by themselves.", show_default=False)
]
Preview = Annotated[bool, typer.Option("--preview", help="Show the budget, and launch nothing.")]
Watch = Annotated[bool, typer.Option("--watch", help="Watch the run until it has ended, as `gsl watch`.")]


def launch(
    context: typer.Context,
    preset: PresetName = None,
    changes: Changes = [],  # noqa: B006 - Typer never changes it
    config: ConfigFile = None,
    seed: Seed = None,
    auto: Gate = None,
    name: Name = "",
    notes: Notes = "",
    tags: Tags = [],  # noqa: B006 - as above
    priority: Priority = 0,
    worker_label: WorkerLabel = "",
    exports: Exports = [],  # noqa: B006 - as above
    experiment: ExperimentName = None,
    project: ProjectName = None,
    arms: Arms = [],  # noqa: B006 - as above
    seeds: Seeds = None,
    preview: Preview = False,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Launch a run from a preset; with --experiment and --arm or --seeds, a run for each arm and seed."""
    settings = settings_of(config, changes, seed, auto)
    several = bool(arms or seeds)
    chosen, numbers = dict(map(_arm, arms)) or _arms_of(preset), numbers_of(seeds or "0")
    _check_options(several, experiment, seed, [name, notes] if several else [], watch and several)
    with connect(context) as api:
        if preview:
            return show_preview(api.preview(preset, settings), as_json)
        shared = None if project is None else project_of(api, project).id
        of_all: dict[str, Any] = {"preset": preset, "config": settings, "tags": tags, "priority": priority}
        of_all |= {"worker_label": worker_label, "exporters": exporters_of(exports)}
        with _experiment(api, experiment, shared) as place:
            if several and place is not None:
                runs = api.launch(place, chosen, numbers, **of_all)
            else:
                own: dict[str, Any] = {"name": name, "notes": notes, "experiment_id": place, "project_id": shared}
                runs = [api.create_run(**of_all, **own)]
        return follow(api, runs[0].id, as_json=as_json) if watch else show_launched(api, runs, as_json)


def _arms_of(preset: str | None) -> dict[str, dict[str, Any]] | None:
    """One arm with the preset's name; None for the preset's own arms."""
    known = PRESETS.get(preset or "")
    return None if known and known.arms else {preset or "run": {}}


@contextmanager
def _experiment(api: Client, name: str | None, project: int | None) -> Iterator[int | None]:
    """The id of the experiment, which is created if it is new, and deleted again if nothing is launched into it."""
    if name is None:
        yield None
        return
    found = find_experiment(api, name, project)
    place = found or api.create_experiment(name, project_id=project)
    try:
        yield place.id
    except Refused:
        if found is None:
            api.delete_experiment(place.id)
        raise


def exporters_of(names: Sequence[str]) -> list[Exporter] | None:
    """None for the server's own choice."""
    for name in names:
        if name not in (*EXPORTERS, "none"):
            raise typer.BadParameter(f'--export "{name}" must be one of {", ".join(EXPORTERS)}, or none')
    return [name for name in EXPORTERS if name in names] if names else None


def _check_options(several: bool, experiment: str | None, seed: int | None, single: list[str], watch: bool) -> None:
    if several and experiment is None:
        raise typer.BadParameter("--arm and --seeds need --experiment, which compares them")
    if several and seed is not None:
        raise typer.BadParameter("--seed is for a single run; give all seeds with --seeds")
    if any(single):
        raise typer.BadParameter("--name and --notes are for a single run")
    if watch:
        raise typer.BadParameter("--watch is for a single run")


def settings_of(file: Path | None, changes: Sequence[str], seed: int | None, auto: bool | None) -> dict[str, Any]:
    settings = {} if file is None else _read(file)
    for change in changes:
        _change(settings, change)
    if seed is not None:
        settings["seed"] = seed
    if auto is not None:
        _change(settings, f"gate.mode={'auto' if auto else 'ask'}")
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text())
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"--config {file} cannot be read as JSON: {error}") from error
    if not isinstance(found, dict):
        raise typer.BadParameter(f"--config {file} must hold an object of settings")
    return found


def _change(settings: dict[str, Any], change: str) -> None:
    """Set the value at a dotted path; a value that is no JSON is text."""
    path, equals, value = change.partition("=")
    if not equals or not re.fullmatch(r"\w+(\.\w+)*", path):
        raise typer.BadParameter(f'"{change}" must be PATH=VALUE, as budget.total_steps=200000')
    *above, last = path.split(".")
    for part in above:
        settings = settings.setdefault(part, {})
        if not isinstance(settings, dict):
            raise typer.BadParameter(f'"{path}" goes below "{part}", which is a value')
    try:
        settings[last] = json.loads(value)
    except ValueError:
        settings[last] = value


def _arm(given: str) -> tuple[str, dict[str, Any]]:
    name, _, changes = given.partition(":")
    settings: dict[str, Any] = {}
    for change in filter(None, changes.split(",")):
        _change(settings, change)
    return name, settings


def numbers_of(given: str, option: str = "--seeds") -> list[int]:
    found: list[int] = []
    for part in given.split(","):
        if (match := re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part.strip())) is None:
            raise typer.BadParameter(f'{option} "{given}" must be like 0-4 or 1,5,7')
        first, last = int(match[1]), int(match[2] or match[1])
        if not first <= last < first + 10_000:
            raise typer.BadParameter(f'{option} "{part}" must be a range of at most 10000 seeds')
        found += range(first, last + 1)
    return found


def show_preview(preview: BudgetPreview, as_json: bool) -> None:
    if as_json:
        return emit(preview)
    shown = table("Phase", "Steps", "Time", right=("Steps", "Time"))
    for phase in preview.phases:
        shown.add_row(*cells(text.step(phase.phase), text.count(phase.budget_steps), text.duration(phase.eta_seconds)))
    say(shown)
    return say(f"{text.many(preview.jobs, 'job')}, about {text.duration(preview.eta_seconds)}")


def show_launched(api: Client, runs: Sequence[Run], as_json: bool) -> None:
    if as_json:
        return emit(runs if len(runs) > 1 else runs[0])
    for run in runs:
        arm = f" ({run.arm_name}, seed {run.seed})" if len(runs) > 1 else ""
        say(f"Run {run.id}{arm}: {text.count(run.total_steps)} steps, {api.url}/runs/{run.id}")
    if len(runs) == 1:
        say(f"Watch it with `gsl watch {runs[0].id}`.")
    return None
