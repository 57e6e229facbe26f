"""Commands of this machine: they start the server's and the worker's own entry points."""

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from gsl.cli.options import server_of
from gsl.cli.outcomes import Failure
from gsl.cli.slots import SAFE_PATH, WORKER, Limits, Slot, gpus, supervise

IDLE_SECONDS = 60.0
"""Longer than a run takes from one phase to the next."""

Port = Annotated[
    int | None, typer.Option(help="Port of the page and the API; 8000 if PORT says nothing.", min=1, max=65535)
]
Host = Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 if GSL_HOST says nothing.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of everything that is stored.", metavar="FOLDER")]
Workers = Annotated[int | None, typer.Option(help="Worker slots to start on this machine.", min=0)]
ServerUrl = Annotated[str | None, typer.Option("--server", help="Address of the server.", metavar="URL")]
Token = Annotated[
    str | None,
    typer.Option(envvar="GSL_WORKER_TOKEN", show_envvar=True, help="Token for workers; others see what is typed here."),
]
Slots = Annotated[int | None, typer.Option(help="Worker slots; one for each GPU if left out.", min=1, max=1024)]
SlotName = Annotated[str | None, typer.Option("--name", help="Name of the worker, which each slot adds its own to.")]
Labels = Annotated[
    list[str], typer.Option("--label", help="A label by which runs choose this worker; may be repeated.")
]
Folder = Annotated[Path | None, typer.Option("--folder", help="Folder of running jobs' files.", metavar="FOLDER")]
WhenIdle = Annotated[bool, typer.Option("--exit-when-idle", help="End once there was nothing to do for a while.")]
IdleSeconds = Annotated[
    float | None,
    typer.Option(envvar="GSL_IDLE_SECONDS", help=f"That while; {IDLE_SECONDS:.0f} if left out.", min=0.1),
]
Until = Annotated[
    float | None,
    typer.Option(
        envvar="GSL_UNTIL_MINUTES",
        metavar="MINUTES",
        help="Give the job back, from a checkpoint, and end so long after the start.",
        min=0.1,
    ),
]
Preset = Annotated[str, typer.Argument(help="Preset to run.")]
Archive = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, for example gsl.zip.")]
Force = Annotated[bool, typer.Option("--force", help="Replace all data that are there.")]

PASSED_ON: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Of a command whose arguments the entry point reads."""


def up(port: Port = None, host: Host = None, data: Data = None, workers: Workers = None) -> None:
    """Start everything on this machine: the page, the API, a broker and workers.

    Ctrl-C stops it; unfinished runs continue at the next start.
    """
    _need("uvicorn", "local")
    settings = {"PORT": port, "GSL_HOST": host, "GSL_DATA_DIR": data, "GSL_WORKERS": workers}
    _become("gsl.backend.local", {name: str(value) for name, value in settings.items() if value is not None})


def worker(
    context: typer.Context,
    server: ServerUrl = None,
    token: Token = None,
    slots: Slots = None,
    name: SlotName = None,
    folder: Folder = None,
    labels: Labels = [],  # noqa: B006 - Typer never changes it
    exit_when_idle: WhenIdle = False,
    idle_seconds: IdleSeconds = None,
    until: Until = None,
) -> None:
    """Let this machine work for a server: a slot for each GPU, or one slot without a GPU."""
    _need("torch", "worker")
    if not token:
        raise typer.BadParameter("set GSL_WORKER_TOKEN to the server's token for workers, or give --token")
    shared = {"GSL_WORKER_TOKEN": token, "GSL_API_URL": server or server_of(context).address}
    shared |= {"GSL_WORKER_LABELS": ",".join(labels)} if labels else {}
    limits = Limits.of(idle_seconds or (IDLE_SECONDS if exit_when_idle else None), until)
    devices = gpus()
    number = slots or len(devices) or 1
    if number == 1 and len(devices) < 2:
        own = {"GSL_WORKER_NAME": name, "GSL_WORKER_DIR": str(folder) if folder else None}
        _become(WORKER, shared | limits.settings | {key: value for key, value in own.items() if value})
    base = folder or Path(os.environ.get("GSL_WORKER_DIR") or "data/worker")
    started = [Slot.of(place, devices, name, base, limits) for place in range(number)]
    raise typer.Exit(supervise(started, os.environ | shared))


def backup(file: Archive, data: Data = None) -> None:
    """Write everything that this machine's server stores to one file, while it works."""
    _need("uvicorn", "local")
    _become("gsl.backend.backup", _folder(data), "save", str(file))


def restore(file: Archive, data: Data = None, force: Force = False) -> None:
    """Restore a backup, into a data folder and a database without data; the server must not run."""
    _need("uvicorn", "local")
    _become("gsl.backend.backup", _folder(data), "restore", str(file), *(["--force"] if force else []))


def link(data: Data = None) -> None:
    """Print the link that signs a browser in as the owner of this machine's server."""
    _need("uvicorn", "local")
    _become("gsl.backend.users", _folder(data), "link")


def user(context: typer.Context, data: Data = None) -> None:
    """Manage accounts of this machine's server: add, invite, password, role, sign-out, list.

    For example: gsl user add ada --role admin. Without arguments it shows all of them.
    """
    _need("uvicorn", "local")
    _become("gsl.backend.users", _folder(data), *(context.args or ["--help"]))


def demo(context: typer.Context, preset: Preset = "forkmaze") -> None:
    """Do a whole run that approves its own gate, on the server or else on a temporary one."""
    from gsl.client.demo import main  # imports SciPy, which takes longer than all other commands

    raise typer.Exit(main(["--preset", preset, "--url", server_of(context).address]))


def _need(package: str, extras: str) -> None:
    if find_spec(package) is None:
        raise Failure(f"This needs more packages: pip install 'gsl-lab[{extras}]'")


def _folder(data: Path | None) -> dict[str, str]:
    return {"GSL_DATA_DIR": str(data)} if data else {}


def _become(module: str, settings: Mapping[str, str], *arguments: str) -> NoReturn:
    """Run another entry point in place of this process, so that signals and the exit code are its own.

    A file of the current folder must not stand in for one of its modules, nor for one of its children's.
    """
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-P", "-m", module, *arguments], {**os.environ, **SAFE_PATH, **settings})
