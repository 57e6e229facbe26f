"""The command `gsl doctor`."""

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import typer
from rich.text import Text

from gsl.cli.doctor import Finding, State, machine, network, problem
from gsl.cli.options import AsJson, server_of
from gsl.cli.outcomes import Exit
from gsl.cli.output import console, emit, say
from gsl.cli.text import many, plain
from gsl.client.login import find

_SHOWN: dict[State, tuple[str, str]] = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "bold red")}
Check = Callable[[], Iterable[Finding]]


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what is wrong with this machine, and what to do; exit code 1 if there is a problem."""
    findings = list(chain.from_iterable(_run(name, check) for name, check in _checks(server_of(context).url)))
    if as_json:
        emit(findings)
    else:
        for finding in findings:
            _show(finding)
        problems = sum(finding.state == "problem" for finding in findings)
        warnings = sum(finding.state == "warning" for finding in findings)
        say("", f"{many(problems, 'problem')}, {many(warnings, 'warning')}")
    raise typer.Exit(Exit.FAILED if any(finding.state == "problem" for finding in findings) else Exit.OK)


def _checks(url: str | None) -> Iterator[tuple[str, Check]]:
    yield "python", machine.python
    yield "packages", machine.packages
    yield "compiler", machine.compiler
    yield "GPU", machine.gpu
    yield "suites", machine.suites
    yield "exports", lambda: machine.exports(os.environ.get("GSL_EXPORTERS", ""))
    yield "memory", machine.memory
    yield "disk", lambda: machine.disk(Path(os.environ.get("GSL_DATA_DIR") or "data"))
    yield "port", _port
    yield "proxy", network.proxy
    yield "broker", lambda: network.broker(os.environ.get("REDIS_URL", ""))
    yield "server", lambda: network.server(find(url))


def _port() -> Iterator[Finding]:
    given = os.environ.get("PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 65_536:
        yield problem("port", f'PORT is "{given}"', "it must be a number from 1 to 65535")
    else:
        yield from network.port(int(given), os.environ.get("GSL_HOST") or "127.0.0.1")


def _run(name: str, check: Check) -> Iterator[Finding]:
    """A check that cannot be made is a problem of its own."""
    try:
        yield from check()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        yield problem(name, f"cannot be checked: {error}", "")


def _show(finding: Finding) -> None:
    mark, style = _SHOWN[finding.state]
    said = Text.assemble((mark, style), " ", (finding.check, "bold"), f"  {plain(finding.found)}")
    console().print(said)
    if finding.remedy:
        console().print(Text(f"    {plain(finding.remedy)}", style=style))
