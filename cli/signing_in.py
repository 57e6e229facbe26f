"""Choosing the server that the commands use."""

import sys
from typing import Annotated

import typer

from gsl.cli.options import AsJson
from gsl.cli.outcomes import Failure
from gsl.cli.output import emit, say
from gsl.client.api import Client
from gsl.client.login import Login, store

Address = Annotated[str, typer.Argument(metavar="URL", help="Address of the server, as http://gsl.lan:8000.")]
TokenStdin = Annotated[bool, typer.Option("--token-stdin", help="Read the token from stdin, for scripts.")]


def login(url: Address, token_stdin: TokenStdin = False, as_json: AsJson = False) -> None:
    """Store the server that the commands use, and the token for it.

    The token is asked for, so that it is in no process list. GSL_URL and GSL_TOKEN count before what is stored.
    """
    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter(f'"{url}" must be a URL like http://gsl.lan:8000')
    token = _token(token_stdin)
    with Client(url, token or "") as api:
        health = api.health()
        if token:
            api.suites()  # refused, with the reason, if the token does not count: then it is not stored
        account = api.session().account
    file = store(Login(api.url, token))
    if as_json:
        emit(
            {
                "url": api.url,
                "version": health.version,
                "file": str(file),
                "token": token is not None,
                "account": account and account.name,
            }
        )
    else:
        who = f" as {account.name}" if account else ""
        say(f"The commands now use {api.url} (GSL Lab {health.version}){who}; stored in {file}")


def _token(from_stdin: bool) -> str | None:
    if from_stdin:
        token = sys.stdin.readline()
    elif sys.stdin.isatty():
        token = typer.prompt(
            "Token (empty if you have none)", default="", hide_input=True, show_default=False, err=True
        )
    else:
        return None
    token = token.strip()
    if not token.isascii() or not token.isprintable():
        raise Failure("A token consists of letters, digits and signs; this one has other characters.")
    return token or None
