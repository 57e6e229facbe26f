"""Going on from a stored checkpoint: as another run with other settings, or as the same run with more steps."""

from typing import Annotated

import typer

from gsl.cli import text
from gsl.cli.launching import (
    Changes,
    ConfigFile,
    Exports,
    Gate,
    Name,
    Notes,
    Preview,
    Priority,
    Seed,
    Tags,
    Watch,
    WorkerLabel,
    exporters_of,
    settings_of,
    show_launched,
    show_preview,
)
from gsl.cli.options import AsJson, RunId, connect
from gsl.cli.outcomes import Exit, Failure
from gsl.cli.output import emit, say
from gsl.cli.watching import follow
from gsl.client.api import Client

JobKey = Annotated[
    str | None, typer.Option("--job", help="Job whose checkpoint it is, as specialist-1-2; else the run's own policy.")
]
Epoch = Annotated[int | None, typer.Option(help="Epoch of the checkpoint; else the newest one.", min=0)]


Steps = Annotated[int, typer.Argument(help="Environment steps by which its total rises.", min=1)]
WithBaseline = Annotated[
    bool, typer.Option("--with-baseline", help="Its baseline and the other arms of its seed go on by the same steps.")
]


def go_on(
    context: typer.Context,
    run: RunId,
    steps: Steps,
    with_baseline: WithBaseline = False,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Let a run that succeeded train on for more steps, marked as decided after its result was seen."""
    with connect(context) as api:
        total = api.run(run).total_steps
        continued = api.continue_run(run, steps, with_baseline=with_baseline, total_steps=total)
        if watch:
            return follow(api, run, as_json=as_json)
        if as_json:
            return emit(continued)
        for one in continued:
            say(f"Run {one.id}: continued by {text.count(steps)} steps, {text.count(one.total_steps)} in total")
        return None


def fork(
    context: typer.Context,
    run: RunId,
    job: JobKey = None,
    epoch: Epoch = None,
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
    preview: Preview = False,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Launch a run that continues from a checkpoint of another one, with its settings or with changed ones."""
    settings = settings_of(config, changes, seed, auto)
    with connect(context) as api:
        checkpoint = _checkpoint(api, run, job, epoch)
        if preview:
            return show_preview(api.preview(config=settings, checkpoint_id=checkpoint), as_json)
        launched = api.create_run(
            config=settings, checkpoint_id=checkpoint, name=name, tags=tags, notes=notes, priority=priority,
            worker_label=worker_label, exporters=exporters_of(exports),
        )  # fmt: skip
        if watch:
            return follow(api, launched.id, as_json=as_json)
        return show_launched(api, [launched], as_json)


def _checkpoint(api: Client, run: int, job: str | None, epoch: int | None) -> int:
    if job is None and epoch is None:
        return api.policy_file(run).id
    stored = [file for file in api.artifacts(run) if file.kind == "checkpoint"]
    of_job = [file for file in stored if job in (None, file.job_key)]
    found = [file for file in of_job if epoch in (None, file.epoch)]
    if job is None:
        found = [file for file in found if file.job_key.startswith(("generalist", "finetune"))]
    if not found:
        there_are = ", ".join(f"{file.job_key} at epoch {file.epoch}" for file in stored) or "none"
        raise Failure(f"Run {run} has no such checkpoint. Stored: {there_are}.", Exit.REFUSED)
    return max(found, key=lambda file: file.id).id
