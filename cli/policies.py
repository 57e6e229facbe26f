"""Policies that let gates open by themselves: listing, storing and trying them."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from gsl.cli import text
from gsl.cli.options import AsJson, connect
from gsl.cli.output import cells, emit, say, table
from gsl.client.models import DryRun, Policy

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a policy.")]
Conditions = Annotated[
    str, typer.Option("--conditions", help="Conditions as JSON, or a file with them.", metavar="JSON|FILE")
]
Note = Annotated[str, typer.Option(help="Why the policy is as it is.")]
Version = Annotated[int | None, typer.Option(help="Version of the policy; else the newest.", min=1)]
OfSuite = Annotated[str | None, typer.Option("--suite", help="Only gates of runs of this suite.")]
Limit = Annotated[int, typer.Option(help="Most gates, newest first.", min=1, max=500)]


def list_policies(context: typer.Context, as_json: AsJson = False) -> None:
    """List policies that let gates open by themselves."""
    with connect(context) as api:
        found = api.policies()
    if as_json:
        emit(found)
    elif not found:
        say("Nothing found.")
    else:
        shown = table("Policy", "Version", "Owner", "Conditions", right=("Version",))
        for policy in found:
            state = " (disabled)" if policy.disabled else ""
            shown.add_row(*cells(policy.name + state, policy.versions[0].version, policy.owner, _asked(policy)))
        say(shown)


def store_policy(
    context: typer.Context, name: Name, conditions: Conditions, note: Note = "", as_json: AsJson = False
) -> None:
    """Store a policy, or the next version of one."""
    asked = _read(conditions)
    with connect(context) as api:
        stored = api.store_policy(name, asked, note=note)
    if as_json:
        emit(stored)
    else:
        say(f"Policy {stored.name}: version {stored.versions[0].version}")


def dry_run(
    context: typer.Context,
    name: Name,
    version: Version = None,
    suite: OfSuite = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Say what a policy would have decided at past gates, and what that would have cost."""
    with connect(context) as api:
        tried = api.dry_run(name, version=version, suite=suite, limit=limit)
    if as_json:
        emit(tried)
    else:
        _show(tried)


def _show(tried: DryRun) -> None:
    shown = table("Run", "Name", "Would", "Steps", "Became", "Because", right=("Run", "Steps"))
    for gate in tried.gates:
        would = Text("open", style="green") if gate.opens else Text("ask", style="dim")
        became = f"{gate.status} by {gate.decided_by}" if gate.decided_by else gate.status
        shown.add_row(
            *cells(gate.run_id, gate.run_name, would, text.count(gate.steps), became, "; ".join(gate.reasons))
        )
    if tried.gates:
        say(shown, "")
    say(
        f"It would have opened {tried.opened} of {text.many(len(tried.gates), 'gate')}, for {text.count(tried.steps)} "
        f"steps of specialists; {tried.against} of them were rejected."
    )
    if tried.left_out:
        say(f"{text.many(tried.left_out, 'older gate')} not tried: their curves are too long to be judged at once.")


def _asked(policy: Policy) -> str:
    """The newest version's conditions, without those that are not given."""
    return json.dumps(policy.versions[0].conditions.model_dump(mode="json", exclude_defaults=True))


def _read(given: str) -> dict[str, Any]:
    try:
        written = given if given.lstrip().startswith("{") else Path(given).read_text()
        asked = json.loads(written)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"must be JSON, or a file with it: {error}", param_hint="--conditions") from error
    if not isinstance(asked, dict):
        raise typer.BadParameter('must be an object, for example {"most_specialists": 4}', param_hint="--conditions")
    return asked
