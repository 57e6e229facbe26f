"""Whether the server can export runs: the packages that write the formats, and the folder that they are written to."""

import os
from collections.abc import Iterator, Sequence

from sqlmodel import Session

from gsl.backend.errors import InvalidError
from gsl.backend.settings import Settings
from gsl.backend.store import run_exports
from gsl.exporters.about import MissingPackageError, check_installed
from gsl.protocol.api import HealthProblem
from gsl.protocol.api.exporting import Exporter


def obstacle(settings: Settings, exporter: Exporter) -> str:
    """Why nothing can be exported in this format; empty if it can."""
    try:
        check_installed(exporter)
        settings.exports_dir.mkdir(parents=True, exist_ok=True)
    except MissingPackageError as error:
        return str(error)
    except OSError as error:
        return f"the folder {settings.exports_dir} cannot be made: {error.strerror or error}"
    writable = os.access(settings.exports_dir, os.W_OK | os.X_OK)
    return "" if writable else f"the folder {settings.exports_dir} cannot be written to"


def check_possible(settings: Settings, names: Sequence[Exporter] | None) -> None:
    """Raises `InvalidError` that names the first one of those chosen for a run that the server cannot write."""
    for name in names or ():
        if reason := obstacle(settings, name):
            raise InvalidError.field("exporters", f"{name}: {reason}")


def problems(settings: Settings, session: Session) -> Iterator[HealthProblem]:
    """What keeps runs from being exported that should be; they train on, and are exported once that is mended."""
    for name in settings.exporters:
        if reason := obstacle(settings, name):
            yield HealthProblem(part="exports", message=f"No run is exported for {name}: {reason}.")
    count, last = run_exports.troubled(session)
    if count:
        runs = "1 run cannot" if count == 1 else f"{count} runs cannot"
        yield HealthProblem(part="exports", message=f"{runs} be exported: {last.rstrip('.')}. It is tried again.")
