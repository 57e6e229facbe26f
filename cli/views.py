"""Views of the list of runs, kept by name; and what is done to many runs at once: tags and the archive."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from gsl.cli.options import AsJson, ProjectName, RunIds, connect, project_of
from gsl.cli.outcomes import Exit, Failure
from gsl.cli.output import cells, emit, say, table, warn
from gsl.cli.text import plain
from gsl.client.api import Client
from gsl.client.models import RunAction, RunsChanged, RunView

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a view.")]
Query = Annotated[str, typer.Option("--query", "-q", help="Which runs it shows, as in: 'status = failed'.")]
Order = Annotated[str, typer.Option("--sort", help="Field to sort by; with a minus before it in reverse.")]
Columns = Annotated[list[str], typer.Option("--column", help="A further column; may be repeated.")]
Grouped = Annotated[bool, typer.Option("--by-experiment", help="Show the runs of an experiment as one row.")]
Shared = Annotated[bool, typer.Option("--shared", help="Others see it, too: the project's members, or all.")]
Tags = Annotated[list[str], typer.Option("--tag", help="A tag; may be repeated.")]
Remove = Annotated[bool, typer.Option("--remove", help="Take these tags away instead.")]
Undo = Annotated[bool, typer.Option("--undo", help="List archived runs again.")]


def list_views(context: typer.Context, as_json: AsJson = False) -> None:
    """List views of the list of runs: your own, and those that others share."""
    with connect(context) as api:
        found = api.run_views()
    if as_json:
        emit(found)
    elif not found:
        say("Nothing found.")
    else:
        shown = table("View", "Owner", "Query", "Order")
        for view in found:
            owner = f"{view.owner}, shared" if view.shared else view.owner
            shown.add_row(*cells(view.name, owner, view.content.query, view.content.sort))
        say(shown)


def keep(
    context: typer.Context,
    name: Name,
    query: Query = "",
    sort: Order = "",
    column: Columns = [],  # noqa: B006 - Typer never changes it
    by_experiment: Grouped = False,
    shared: Shared = False,
    project: ProjectName = None,
    as_json: AsJson = False,
) -> None:
    """Keep a view by name, in place of yours of that name."""
    with connect(context) as api:
        place = None if project is None else project_of(api, project).id
        look: dict[str, Any] = {"sort": sort, "columns": column, "by_experiment": by_experiment}
        kept = api.store_run_view(name, query, **look, shared=shared, project_id=place)
    if as_json:
        emit(kept)
    else:
        say(f"View {plain(kept.name)}: kept")


def delete(context: typer.Context, name: Name) -> None:
    """Delete one of your views."""
    with connect(context) as api:
        api.delete_run_view(view_of(api, name).id)
    say(f"View {plain(name)}: deleted")


def view_of(api: Client, name: str) -> RunView:
    """The view of this name, one's own before others'. Raises Failure if there is none."""
    found = next((view for view in api.run_views() if view.name == name), None)
    if found is None:
        raise Failure(f'There is no view "{name}"; `gsl views list` shows all.', Exit.REFUSED)
    return found


def tag(context: typer.Context, runs: RunIds, tag: Tags, remove: Remove = False, as_json: AsJson = False) -> None:
    """Tag runs, or take tags away."""
    _change(context, "untag" if remove else "tag", runs, as_json, tag)


def archive(context: typer.Context, runs: RunIds, undo: Undo = False, as_json: AsJson = False) -> None:
    """Keep runs that have ended out of lists, without deleting them."""
    _change(context, "unarchive" if undo else "archive", runs, as_json)


COMMANDS: dict[str, Callable[..., Any]] = {"list": list_views, "keep": keep, "delete": delete}


def _change(
    context: typer.Context, action: RunAction, runs: Sequence[int], as_json: bool, tags: Sequence[str] = ()
) -> None:
    with connect(context) as api:
        changed = api.change_runs(action, runs, tags=tags)
    if as_json:
        emit(changed)
    else:
        _tell(changed)
    raise typer.Exit(Exit.OK if all(item.done for item in changed.items) else Exit.REFUSED)


def _tell(changed: RunsChanged) -> None:
    for item in changed.items:
        if item.done:
            say(f"Run {item.run_id}: {plain(item.detail)}")
        else:
            warn(f"Error: run {item.run_id}: {item.detail}")
