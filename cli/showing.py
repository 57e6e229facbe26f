"""Lists of what a server has, and everything about one run."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, TypeVar, get_args

import typer
from pydantic import BaseModel
from rich.table import Table
from rich.text import Text

from gsl.cli import text
from gsl.cli.options import AsJson, ProjectName, RunId, connect, experiment_of, project_of
from gsl.cli.outcomes import Exit, Failure
from gsl.cli.output import cells, emit, say, table
from gsl.cli.text import plain
from gsl.cli.views import view_of
from gsl.cli.watching import gate_lines, picture, result_lines
from gsl.client.api import Client
from gsl.client.models import (
    BinItem,
    Continuation,
    Experiment,
    Gate,
    Job,
    Preset,
    Project,
    Run,
    RunSummary,
    Suite,
    WaitingGate,
    Worker,
)
from gsl.protocol.jobs import RunStatus

_GIB = 1 << 30

A = TypeVar("A", bound=BaseModel)
STATUSES: tuple[RunStatus, ...] = get_args(RunStatus)


class What(StrEnum):
    """What can be listed."""

    runs = "runs"
    experiments = "experiments"
    presets = "presets"
    suites = "suites"
    workers = "workers"
    projects = "projects"
    bin = "bin"
    inbox = "inbox"


WhatToList = Annotated[What, typer.Argument(help="What to list.")]
Statuses = Annotated[
    list[str],
    typer.Option(
        "--status",
        help=f"Only runs with this status; may be repeated: {', '.join(STATUSES)}.",
        autocompletion=lambda: list(STATUSES),
    ),
]
OfExperiment = Annotated[
    str | None, typer.Option("--experiment", help="Only runs of this experiment, by number or name.")
]
Search = Annotated[str | None, typer.Option(help="Only runs with this text in their name, notes or tags.")]
OfQuery = Annotated[
    str | None,
    typer.Option("--query", "-q", help="Only runs that a query finds, as in: 'status = failed and score < 0.5'."),
]
Sorted = Annotated[
    str | None, typer.Option("--sort", help="Field of queries to sort runs by; with a minus before it in reverse.")
]
OfView = Annotated[str | None, typer.Option("--view", help="Runs as a view shows them, which was kept by name.")]
OfTag = Annotated[str | None, typer.Option("--tag", help="Only runs with this tag.")]
OfSuite = Annotated[str | None, typer.Option("--suite", help="Only runs of this suite.")]
Mine = Annotated[bool, typer.Option("--mine", help="Only runs or experiments of your own.")]
Limit = Annotated[int, typer.Option(help="Most runs or experiments, newest first.", min=1)]


def list_all(
    context: typer.Context,
    what: WhatToList = What.runs,
    status: Statuses = [],  # noqa: B006 - Typer never changes it
    experiment: OfExperiment = None,
    search: Search = None,
    query: OfQuery = None,
    sort: Sorted = None,
    view: OfView = None,
    tag: OfTag = None,
    suite: OfSuite = None,
    project: ProjectName = None,
    mine: Mine = False,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first, or experiments, presets, suites, workers, projects, the bin or the inbox of gates."""
    with connect(context) as api:
        whose: dict[str, Any] = {
            "owner": _me(api) if mine else None,
            "project_id": None if project is None else project_of(api, project).id,
        }
        if what is What.runs:
            place = None if experiment is None else experiment_of(api, experiment).id
            asked: dict[str, Any] = {
                **_viewed(api, view, query, sort), "experiment_id": place, "search": search, "tag": tag,
                "suite": suite,
            }  # fmt: skip
            _show(list(islice(api.runs(status=_statuses(status), **asked, **whose), limit)), _runs, as_json)
        elif what is What.experiments:
            _show(list(islice(api.experiments(**whose), limit)), _experiments, as_json)
        elif what is What.projects:
            _show(api.projects(), _projects, as_json)
        elif what in _PAGED:
            _PAGED[what](api, limit, as_json)
        else:
            _show_catalogue(api, what, as_json)


_PAGED: dict[What, Callable[[Client, int, bool], None]] = {
    What.bin: lambda api, limit, as_json: _show(list(islice(api.bin(), limit)), _bin, as_json),
    What.inbox: lambda api, limit, as_json: _show(list(islice(api.inbox(), limit)), _inbox, as_json),
}


def _show_catalogue(api: Client, what: What, as_json: bool) -> None:
    if what is What.presets:
        _show(api.presets(), _presets, as_json)
    elif what is What.suites:
        _show(api.suites(), _suites, as_json)
    else:
        _show(api.workers(), _workers, as_json)


def _viewed(api: Client, view: str | None, query: str | None, sort: str | None) -> dict[str, str | None]:
    """Query and order of the view; what the command says counts on top."""
    if view is None:
        return {"query": query, "sort": sort}
    kept = view_of(api, view).content
    both = " and ".join(f"({each})" for each in (kept.query, query) if each)
    return {"query": both or None, "sort": sort or kept.sort or None}


def _me(api: Client) -> str:
    account = api.session().account
    if account is None:
        raise Failure("Nobody is signed in; set GSL_TOKEN, or use `gsl login`.", Exit.REFUSED)
    return account.name


def _statuses(given: Sequence[str]) -> list[RunStatus] | None:
    known = [status for status in STATUSES if status in given]
    for unknown in set(given) - set(known):
        raise typer.BadParameter(f"{unknown} is not one of {', '.join(STATUSES)}", param_hint="--status")
    return known or None


def show(context: typer.Context, run: RunId, as_json: AsJson = False) -> None:
    """Show a run: its phases, its gate, its jobs and, once it has ended, its result."""
    with connect(context) as api:
        shown, gate, jobs = api.run(run), api.gate(run), api.jobs(run)
        if as_json:
            parts = {
                "gate": gate and gate.model_dump(mode="json"),
                "jobs": [job.model_dump(mode="json") for job in jobs],
            }
            emit({**shown.model_dump(mode="json", warnings=False), **parts})
            return
        say(picture(shown, None))
        _show_gate(shown, gate)
        say(*map(_continued, shown.continuations))
        say("", _jobs(jobs))
        if shown.ended:
            say("", *result_lines(api, shown))
        say("", f"{api.url}/runs/{run}")


def _continued(more: Continuation) -> str:
    before = f" (score before: {text.score(more.score)})" if more.score is not None else ""
    asked = f"{text.ago(more.asked_at)} by {more.asked_by}"
    return plain(f"Continued by {text.count(more.steps)} steps {asked}, after its result was seen{before}")


def _show_gate(run: Run, gate: Gate | None) -> None:
    if gate is None:
        return
    if gate.status == "open":
        for line in gate_lines(run, gate):
            say(line)
    else:
        reason = f": {gate.reason}" if gate.reason else ""
        say(Text(plain(f"Gate {gate.status} by {gate.decided_by}{reason}")))


def _show(found: Sequence[A], tabulate: Callable[[Sequence[A]], Table], as_json: bool) -> None:
    if as_json:
        emit(found)
    elif found:
        say(tabulate(found))
    else:
        say("Nothing found.")


def _runs(runs: Sequence[RunSummary]) -> Table:
    shown = table("Run", "Name", "Status", "Steps", "Score", "Left", right=("Run", "Steps", "Score", "Left"))
    for run in runs:
        state = Text(text.status(run.status), style=text.style(run.status))
        more = f", {text.count(run.continued_steps)} continued" if run.continued_steps else ""
        steps = f"{min(1.0, run.spent_steps / run.total_steps):.0%} of {text.count(run.total_steps)}{more}"
        left = "" if run.ended else text.duration(run.eta_seconds)
        shown.add_row(*cells(run.id, run.name, state, steps, text.score(run.score), left))
    return shown


def _jobs(jobs: Sequence[Job]) -> Table:
    shown = table("Job", "Kind", "Status", "Steps", "Return", "Worker", right=("Steps", "Return"))
    for job in jobs:
        state = Text(text.status(job.status), style=text.style(job.status))
        mean = text.score(job.mean_return)
        said = job.error.splitlines()[-1] if job.error else job.worker or job.activity
        shown.add_row(*cells(job.key, job.kind, state, text.count(job.steps), mean, said))
    return shown


def _experiments(experiments: Sequence[Experiment]) -> Table:
    shown = table("Experiment", "Name", "Runs", "Created", right=("Experiment", "Runs"))
    for one in experiments:
        shown.add_row(*cells(one.id, one.name, one.runs, text.ago(one.created_at)))
    return shown


def _projects(projects: Sequence[Project]) -> Table:
    shown = table("Project", "Name", "Owner", "Members", "Runs", right=("Project", "Members", "Runs"))
    for one in projects:
        shown.add_row(*cells(one.id, one.name, one.owner, len(one.members), one.runs))
    return shown


def _bin(items: Sequence[BinItem]) -> Table:
    shown = table("Kind", "Number", "Name", "Deleted", "By", "Gone on", right=("Number",))
    for one in items:
        shown.add_row(
            *cells(one.kind, one.id, one.name, text.ago(one.deleted_at), one.deleted_by, f"{one.gone_at:%Y-%m-%d}")
        )
    return shown


def _inbox(gates: Sequence[WaitingGate]) -> Table:
    shown = table("Run", "Name", "Waits since", "Proposed", "Decides itself", right=("Run",))
    for one in gates:
        proposed = f"{text.many(one.specialists, 'specialist')} of {text.count(one.specialist_steps)} steps"
        deadline = "" if one.deadline_at is None else f"{one.at_deadline} at {one.deadline_at:%Y-%m-%d %H:%M}"
        shown.add_row(*cells(one.run_id, one.run_name, text.ago(one.opened_at), proposed, deadline))
    return shown


def _presets(presets: Sequence[Preset]) -> Table:
    shown = table("Preset", "Title", "Suite", "Worker")
    for one in presets:
        shown.add_row(*cells(one.name, one.title, one.config.suite.name, "yes" if one.runnable else "none"))
    return shown


def _suites(suites: Sequence[Suite]) -> Table:
    shown = table("Suite", "Title", "Workers")
    for one in suites:
        shown.add_row(*cells(one.name, one.title, ", ".join(one.workers) or one.install or "none"))
    return shown


def _workers(workers: Sequence[Worker]) -> Table:
    used = ("Run", "Cores busy", "Memory", "GPU", "Steps/s")
    shown = table("Worker", "Device", "State", *used, "Suites", right=used)
    for one in workers:
        state = one.trouble or ("live" if one.live else f"last seen {text.ago(one.last_seen)}")
        suites = ", ".join(one.suites)
        shown.add_row(*cells(one.name, one.device, state, one.run_id or "", *_use_of(one), suites))
    return shown


def _use_of(worker: Worker) -> tuple[str, str, str, str]:
    """Cores, memory, GPUs and speed; empty if the worker says nothing of them."""
    if (use := worker.use) is None:
        return "", "", "", ""
    gpus = (f"{gpu.memory_used / _GIB:.1f} of {gpu.memory_total / _GIB:.1f} GiB" + _share(gpu.use) for gpu in use.gpus)
    speed = "" if use.steps_per_second is None else f"{use.steps_per_second:,.0f}"
    memory = f"{use.memory_used / _GIB:.1f} of {use.memory_total / _GIB:.1f} GiB"
    return f"{use.processor:.1f} of {use.cores}", memory, "; ".join(gpus), speed


def _share(use: float | None) -> str:
    return "" if use is None else f", {use:.0%}"
