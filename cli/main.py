"""The command `gsl`: which commands there are, and how it ends."""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

import gsl
from gsl.cli import (
    branching,
    comparing,
    filming,
    forking,
    launching,
    machine,
    policies,
    records,
    showing,
    signing_in,
    steering,
    sweeping,
    tokens,
    trainers,
    views,
    watching,
)
from gsl.cli.doctor.command import doctor
from gsl.cli.options import Server
from gsl.cli.outcomes import EXPECTED, Exit, explained
from gsl.cli.output import warn
from gsl.cli.slurm.command import slurm

Command = Callable[..., Any]
COMMANDS: dict[str, dict[str, Command | dict[str, Command]]] = {
    "This machine": {
        "up": machine.up,
        "worker": machine.worker,
        "demo": machine.demo,
        "backup": machine.backup,
        "restore": machine.restore,
        "doctor": doctor,
        "login": signing_in.login,
    },
    "Accounts": {
        "link": machine.link,
        "user": machine.user,
        "token": tokens.COMMANDS,
    },
    "Workers": {"workers": steering.WORKERS, "slurm": slurm, "trainer": trainers.COMMANDS},
    "Runs": {
        "launch": launching.launch,
        "sweep": sweeping.COMMANDS,
        "list": showing.list_all,
        "views": views.COMMANDS,
        "show": showing.show,
        "tree": branching.tree,
        "watch": watching.watch,
        "cancel": steering.cancel,
        "pause": steering.pause,
        "resume": steering.resume,
        "retry": steering.retry,
        "continue": forking.go_on,
        "fork": forking.fork,
        "tag": views.tag,
        "archive": views.archive,
        "rename": steering.rename,
        "move": steering.move,
        "delete": steering.delete,
        "undelete": steering.undelete,
    },
    "Runs that await approval": {
        "approve": steering.approve,
        "keep-training": steering.keep_training,
        "reject": steering.reject,
        "policies": policies.list_policies,
        "store-policy": policies.store_policy,
        "dry-run": policies.dry_run,
    },
    "Results": {
        "compare": comparing.compare,
        "video": filming.video,
        "export": records.export,
        "import": records.import_records,
    },
}
"""By the heading under which `gsl --help` shows them; some have commands of their own."""
HELP = {
    "views": "List, keep and delete views of the list of runs.",
    "workers": "Drain workers, let them take jobs again, remove gone ones.",
    "trainer": "Check a trainer of your own.",
    "token": "List, create and revoke tokens.",
    "sweep": "Launch, show and stop a search over settings; run its winner.",
}
PASSED_ON: dict[str, dict[str, Any]] = {"user": machine.PASSED_ON}
"""Commands whose arguments another program reads."""

app = typer.Typer(
    name="gsl",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for heading, commands in COMMANDS.items():
    for name, function in commands.items():
        if isinstance(function, dict):
            group = typer.Typer(name=name, help=HELP[name], no_args_is_help=True)
            for part, command in function.items():
                group.command(part)(command)
            app.add_typer(group, rich_help_panel=heading)
        else:
            app.command(name, rich_help_panel=heading, context_settings=PASSED_ON.get(name))(function)

Url = Annotated[
    str | None, typer.Option(help="Address of the server; else GSL_URL, what `gsl login` stored, or this machine.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(gsl.__version__)
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")]


@app.callback()
def gsl_lab(context: typer.Context, url: Url = None, version: Version = False) -> None:
    """GSL Lab: train a generalist, let specialists help it, and compare.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused or not found, 4 server unreachable, 5 awaits approval.
    """
    if url is not None and not url.startswith(("http://", "https://")):
        raise typer.BadParameter(f'"{url}" must be a URL like http://gsl.lan:8000', param_hint="--url")
    context.obj = Server(url)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(given, prog_name="gsl")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else Exit.FAILED
    except EXPECTED as error:
        message, code = explained(error, "the server")
        warn(f"Error: {message}")
        return code
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main())
