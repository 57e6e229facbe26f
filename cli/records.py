"""Runs that leave a server and enter another, as records."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from gsl.atomic_file import write_text
from gsl.cli.exporting import Elsewhere
from gsl.cli.options import AsJson, RunIds, connect, each, find_experiment
from gsl.cli.outcomes import EXPECTED, Exit, Failure, explained
from gsl.cli.output import emit, say, warn
from gsl.client.api import Client
from gsl.record import RunRecord, read, write

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="File, or folder of the files of several runs.", metavar="PATH")
]
Files = Annotated[bool, typer.Option("--files", help="Also download the run's files, such as checkpoints.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
Tensorboard = Annotated[
    Path | None, typer.Option("--tensorboard", help="Write event files below this folder instead.", metavar="FOLDER")
]
Wandb = Annotated[
    Path | None, typer.Option("--wandb", help="Write W&B's offline runs below this folder instead.", metavar="FOLDER")
]
Records = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Records, .json or .json.gz.")]
Place = Annotated[
    str | None, typer.Option("--experiment", help="Number or name of the experiment to join; a new name creates it.")
]


def export(
    context: typer.Context,
    runs: RunIds,
    output: Output = None,
    files: Files = False,
    force: Force = False,
    tensorboard: Tensorboard = None,
    wandb: Wandb = None,
    as_json: AsJson = False,
) -> None:
    """Save runs that have ended as records, run-N.json.gz, which `gsl import` reads; or for TensorBoard or W&B."""
    elsewhere = Elsewhere(tensorboard, wandb, force)
    if elsewhere and (output is not None or files):
        raise typer.BadParameter("--output and --files are of records, which --tensorboard and --wandb write none of")
    with connect(context) as api:
        if elsewhere:
            done, code = each(runs, lambda run: elsewhere.write(api.record(run), run), api.url)
        else:
            done, code = each(runs, lambda run: _export(api, run, _file(run, runs, output), files, force), api.url)
    written = [path for paths in done for path in paths]
    if as_json:
        emit({"files": [str(path) for path in written]})
    else:
        for path in written:
            say(str(path))
    raise typer.Exit(code)


def _file(run: int, runs: list[int], output: Path | None) -> Path:
    name = f"run-{run}.json.gz"
    if output is None:
        return Path(name)
    return output / name if len(runs) > 1 or output.is_dir() else output


def _export(api: Client, run: int, file: Path, files: bool, force: bool) -> list[Path]:
    """The record, and the run's files in a folder beside it."""
    record = api.record(run)
    _check_free(file, force)
    if file.suffix == ".json":
        write_text(file, record.model_dump_json(warnings=False))
    else:
        write(file, record)
    written = [file]
    folder = file.parent / f"run-{run}"
    for artifact in api.artifacts(run) if files else []:
        path = folder / f"{artifact.job_key}-{artifact.name}".replace("/", "_")
        _check_free(path, force)
        written.append(api.download(artifact, path))
    return written


def _check_free(file: Path, force: bool) -> None:
    if file.exists() and not force:
        raise Failure(f"{file} exists; --force replaces it")


def import_records(context: typer.Context, files: Records, experiment: Place = None, as_json: AsJson = False) -> None:
    """Add runs from records to the server; those that it has already stay as they are."""
    imported, code = [], Exit.OK
    with connect(context) as api:
        joined = experiment and (find_experiment(api, experiment) or api.create_experiment(experiment))
        place = joined.id if joined else None
        for file in files:
            try:
                run = api.import_run(_record(file), experiment_id=place)
            except EXPECTED as error:
                message, found = explained(error, api.url)
                warn(f"{file}: {message}")
                code = code or found
            else:
                imported.append(run)
                if not as_json:
                    say(f"{file}: run {run.id}, {run.name}, {run.status}")
    if as_json:
        emit(imported)
    raise typer.Exit(code)


def _record(file: Path) -> RunRecord:
    try:
        return read(file)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}." for part in first["loc"]).rstrip(".")
        raise Failure(f"no record of a run: {where}{': ' if where else ''}{first['msg']}") from error
    except (OSError, ValueError) as error:
        raise Failure(getattr(error, "strerror", None) or str(error)) from error
