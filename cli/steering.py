"""Runs: cancel, pause, resume and retry them, and decide at their gates. Workers: drain and remove them."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from gsl.cli import text
from gsl.cli.options import AsJson, Reason, RunIds, connect, each, project_of
from gsl.cli.outcomes import Exit
from gsl.cli.output import emit, say
from gsl.cli.text import plain
from gsl.client.api import Client
from gsl.client.models import Gate, Run, Start

T = TypeVar("T", bound=BaseModel)
D = TypeVar("D")
_PARTITION = TypeAdapter(list[list[int]])

Partition = Annotated[
    str | None, typer.Option(help="The variations of each specialist as JSON, for example [[3,7],[5]].", metavar="JSON")
]
Steps = Annotated[int | None, typer.Option("--specialist-steps", help="Environment steps of each specialist.", min=1)]
Numbers = Annotated[list[int], typer.Argument(metavar="NUMBER...", help="Numbers of runs.", min=1)]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of a run.", min=1)]
NewName = Annotated[str, typer.Argument(help="The new name.")]
OfExperiment = Annotated[bool, typer.Option("--experiment", help="The number is that of an experiment.")]
OfExperiments = Annotated[bool, typer.Option("--experiments", help="The numbers are those of experiments.")]
ToProject = Annotated[str, typer.Option("--project", help='Number or name of a project, or "none".')]
WorkerNames = Annotated[list[str], typer.Argument(help="Names, as `gsl list workers` shows them.")]
Begin = Annotated[Start | None, typer.Option(help="What the specialists start from.")]


def cancel(context: typer.Context, runs: RunIds, as_json: AsJson = False) -> None:
    """Stop runs for good; running jobs write a checkpoint first."""
    _steer(context, runs, lambda api, run: api.cancel(run), as_json)


def pause(context: typer.Context, runs: RunIds, as_json: AsJson = False) -> None:
    """Free the workers of runs; their jobs write a checkpoint first."""
    _steer(context, runs, lambda api, run: api.pause(run), as_json)


def resume(context: typer.Context, runs: RunIds, as_json: AsJson = False) -> None:
    """Go on with paused runs from their checkpoints."""
    _steer(context, runs, lambda api, run: api.resume(run), as_json)


def retry(context: typer.Context, runs: RunIds, as_json: AsJson = False) -> None:
    """Try failed runs again from the last checkpoints of the jobs that failed them."""
    _steer(context, runs, lambda api, run: api.retry(run), as_json)


def delete(context: typer.Context, numbers: Numbers, experiments: OfExperiments = False) -> None:
    """Put runs or experiments that have ended into the bin, where they are kept for 30 days."""

    def act(api: Client, number: int) -> None:
        (api.delete_experiment if experiments else api.delete_run)(number)
        say(f"{'Experiment' if experiments else 'Run'} {number}: in the bin")

    raise typer.Exit(_with_each(context, numbers, act)[1])


def undelete(context: typer.Context, numbers: Numbers, experiments: OfExperiments = False) -> None:
    """Restore runs or experiments from the bin, which `gsl list bin` shows."""

    def act(api: Client, number: int) -> None:
        restored = api.restore_experiment(number) if experiments else api.restore_run(number)
        say(f"{'Experiment' if experiments else 'Run'} {restored.id}: restored")

    raise typer.Exit(_with_each(context, numbers, act)[1])


def rename(context: typer.Context, number: Number, name: NewName, experiment: OfExperiment = False) -> None:
    """Give a run or an experiment another name."""
    with connect(context) as api:
        renamed = api.update_experiment(number, name=name) if experiment else api.update_run(number, name=name)
    say(f"{'Experiment' if experiment else 'Run'} {renamed.id}: {plain(renamed.name)}")


def move(context: typer.Context, runs: RunIds, project: ToProject, as_json: AsJson = False) -> None:
    """Move runs to a project, whose members alone then see them; "none" takes them out of theirs."""
    with connect(context) as api:
        target = 0 if project == "none" else project_of(api, project).id
        done, code = each(runs, lambda run: api.update_run(run, project_id=target), api.url)
    _finish(done, code, as_json, lambda run: f"Run {run.id}: {run.project_name or 'in no project'}")


def approve(
    context: typer.Context,
    runs: RunIds,
    partition: Partition = None,
    specialist_steps: Steps = None,
    start: Begin = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Let the specialists of runs that await approval start, as proposed or with changes."""
    division = _partition(partition)
    if len(runs) > 1 and any(edit is not None for edit in (division, specialist_steps, start)):
        raise typer.BadParameter("changes are for a single run; several are approved as proposed")

    def act(api: Client, run: int) -> Gate:
        return api.approve(run, partition=division, specialist_steps=specialist_steps, start=start, reason=reason)

    _decide(context, runs, act, as_json)


def reject(context: typer.Context, runs: RunIds, reason: Reason = "", as_json: AsJson = False) -> None:
    """Stop runs that await approval, without specialists."""
    _decide(context, runs, lambda api, run: api.reject(run, "stop", reason=reason), as_json)


def keep_training(context: typer.Context, runs: RunIds, reason: Reason = "", as_json: AsJson = False) -> None:
    """Keep training the generalists of runs that await approval."""
    _decide(context, runs, lambda api, run: api.reject(run, "continue", reason=reason), as_json)


def drain(context: typer.Context, names: WorkerNames) -> None:
    """Let workers finish their jobs and take no new one, also after they restart."""
    with connect(context) as api:
        for name in names:
            worker = api.drain_worker(name)
            left = "" if worker.job_id is None else f"finishes job {worker.job_id} and "
            say(f"Worker {name}: {left}takes no new job")


def take_jobs(context: typer.Context, names: WorkerNames) -> None:
    """Let workers that drain take jobs again."""
    with connect(context) as api:
        for name in names:
            api.drain_worker(name, draining=False)
            say(f"Worker {name}: takes jobs again")


def remove_worker(context: typer.Context, names: WorkerNames) -> None:
    """Take workers that are gone off the list."""
    with connect(context) as api:
        for name in names:
            api.remove_worker(name)
            say(f"Worker {name}: removed")


WORKERS: dict[str, Callable[..., None]] = {"drain": drain, "resume": take_jobs, "remove": remove_worker}


def _steer(context: typer.Context, runs: Sequence[int], act: Callable[[Client, int], Run], as_json: bool) -> None:
    _finish(*_with_each(context, runs, act), as_json, _said_of_run)


def _decide(context: typer.Context, runs: Sequence[int], act: Callable[[Client, int], Gate], as_json: bool) -> None:
    _finish(*_with_each(context, runs, act), as_json, _said_of_gate)


def _with_each(context: typer.Context, runs: Sequence[int], act: Callable[[Client, int], D]) -> tuple[list[D], Exit]:
    with connect(context) as api:
        return each(runs, lambda run: act(api, run), api.url)


def _finish(done: Sequence[T], code: Exit, as_json: bool, said: Callable[[T], str]) -> None:
    if as_json:
        emit(done)
    else:
        for one in done:
            say(said(one))
    raise typer.Exit(code)


def _said_of_run(run: Run) -> str:
    wish = {"pause": " (pausing)", "cancel": " (stopping)"}.get(run.wish, "")
    return f"Run {run.id}: {text.status(run.status)}{'' if run.ended or run.status == 'paused' else wish}"


def _said_of_gate(gate: Gate) -> str:
    if gate.action == "approve" and gate.decision is not None:
        number = text.many(len(gate.decision.partition), "specialist")
        return f"Run {gate.run_id}: approved {number} of {text.count(gate.decision.specialist_steps)} steps"
    return f"Run {gate.run_id}: {'keeps training' if gate.action == 'continue' else 'stopped'}"


def _partition(given: str | None) -> list[list[int]] | None:
    if given is None:
        return None
    try:
        return _PARTITION.validate_json(given)
    except ValidationError as error:
        raise typer.BadParameter("must be lists of variations as JSON, for example [[3,7],[5]]") from error
