"""Tokens: your own for scripts, and those of the machines whose workers work for the server."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from gsl.cli.options import AsJson, connect
from gsl.cli.output import cells, emit, say, table, warn
from gsl.cli.text import NONE, ago
from gsl.client.models import Token, WorkerToken

Name = Annotated[str, typer.Argument(help="What it is for; of a worker token, the machine.")]
Number = Annotated[int, typer.Argument(help="Its number, as `gsl token list` shows it.", min=1)]
OfWorkers = Annotated[bool, typer.Option("--worker", help="Of workers' machines, for admins, instead of your own.")]
Scope = Annotated[Literal["read", "write"], typer.Option(help="read: it may only read.")]
Days = Annotated[int, typer.Option(help="So long it counts; 0 for ever.", min=0, max=3650)]


def list_tokens(context: typer.Context, worker: OfWorkers = False, as_json: AsJson = False) -> None:
    """List tokens, without their secrets."""
    with connect(context) as api:
        found = api.worker_tokens() if worker else api.tokens()
    if as_json:
        emit(found)
        return
    shown = table("Number", "Name", "Kind", "Used", "Counts", right=["Number"])
    for token in found:
        shown.add_row(*cells(token.id, token.name, _kind(token), _used(token), _counts(token)))
    say(shown)


def create(
    context: typer.Context,
    name: Name,
    scope: Scope = "write",
    days: Days = 90,
    worker: OfWorkers = False,
    as_json: AsJson = False,
) -> None:
    """Create a token and print its secret, which is not shown again."""
    with connect(context) as api:
        made = api.create_worker_token(name) if worker else api.create_token(name, scope, days or None)
    if as_json:
        emit(made)
        return
    variable = "GSL_WORKER_TOKEN of that machine" if worker else "GSL_TOKEN, or give it to `gsl login`"
    warn(f"Token {made.id}. Set {variable}. It is not shown again:")
    say(made.secret)


def revoke(context: typer.Context, number: Number, worker: OfWorkers = False) -> None:
    """Revoke a token: it does not count any more, from the next request on."""
    with connect(context) as api:
        if worker:
            api.revoke_worker_token(number)
        else:
            api.revoke_token(number)
    say(f"Token {number} is revoked.")


def _kind(token: Token | WorkerToken) -> str:
    return token.scope if isinstance(token, Token) else "worker"


def _used(token: Token | WorkerToken) -> str:
    return ago(token.last_used_at) if token.last_used_at else NONE


def _counts(token: Token | WorkerToken) -> str:
    ends: datetime | None = token.expires_at if isinstance(token, Token) else None
    if token.revoked_at is not None:
        return "revoked"
    return f"until {ends:%Y-%m-%d}" if ends else "until it is revoked"


COMMANDS: dict[str, Callable[..., Any]] = {"list": list_tokens, "create": create, "revoke": revoke}
