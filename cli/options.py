"""Options and arguments that several commands share, and the client they use."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from gsl.cli.outcomes import EXPECTED, Exit, Failure, explained
from gsl.cli.output import warn
from gsl.client.api import Client
from gsl.client.login import find
from gsl.client.models import Experiment, Project

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, and nothing else there.")]
RunId = Annotated[int, typer.Argument(metavar="RUN", help="Number of a run.", min=1)]
RunIds = Annotated[list[int], typer.Argument(metavar="RUN...", help="Numbers of runs.", min=1)]
ProjectName = Annotated[str | None, typer.Option("--project", help="A project, by number or name.")]
Reason = Annotated[str, typer.Option(help="Kept with the decision.")]


@dataclass(frozen=True)
class Server:
    """The server that the command line names; None: the one of the environment or of `gsl login`."""

    url: str | None

    @property
    def address(self) -> str:
        return find(self.url).url


def connect(context: typer.Context) -> Client:
    """A client of the server that the command is for."""
    return Client(server_of(context).url)


def server_of(context: typer.Context) -> Server:
    server: Server = context.find_root().obj
    return server


def each(runs: Sequence[int], do: Callable[[int], T], server: str) -> tuple[list[T], Exit]:
    """Do something with every run, also after one that was refused; the results, and the first error's exit code."""
    done, code = [], Exit.OK
    for run in runs:
        try:
            done.append(do(run))
        except EXPECTED as error:
            message, found = explained(error, server)
            warn(f"Error: run {run}: {message}" if len(runs) > 1 else f"Error: {message}")
            code = code or found
    return done, code


def find_experiment(api: Client, name: str, project: int | None = None) -> Experiment | None:
    """The experiment with this number or name, the newest of that name."""
    if re.fullmatch(r"\d+", name):
        return api.experiment(int(name))
    return next((one for one in api.experiments(project_id=project) if one.name == name), None)


def experiment_of(api: Client, name: str) -> Experiment:
    """The experiment with this number or name. Raises Failure if there is none."""
    found = find_experiment(api, name)
    if found is None:
        raise Failure(f'There is no experiment named "{name}"; `gsl list experiments` shows all.', Exit.REFUSED)
    return found


def project_of(api: Client, name: str) -> Project:
    """The project with this number or name. Raises Failure if there is none for this account."""
    found = next((one for one in api.projects() if name in (str(one.id), one.name)), None)
    if found is None:
        raise Failure(f'There is no project "{name}"; `gsl list projects` shows those that you are in.', Exit.REFUSED)
    return found
