"""Exports runs for other tools while they train: one thread of each API process looks for what is new, and writes it.

A run's export is claimed before, so two processes never write its files at once. What goes wrong concerns the export
alone: it is noted, shown with the run, and tried again, and what was missed meanwhile is written then.
"""

import logging
import threading
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from gsl.backend.services.app_services import Services
from gsl.backend.services.export_writers import CLAIMS, WRITERS
from gsl.backend.services.exportable import obstacle
from gsl.backend.store import run_exports
from gsl.exporters import wandb_offline
from gsl.protocol.api.exporting import EXPORTERS, Exporter

_LOOK_EVERY_S = 2.0
_AT_ONCE = 20
_PAUSE = timedelta(seconds=30)
_PAUSE_OF_FAULTS = timedelta(minutes=10)
_log = logging.getLogger(__name__)


class RunExporter:
    """Of one process."""

    def __init__(self, services: Services, look_every: float = _LOOK_EVERY_S) -> None:
        self._services, self._look_every = services, look_every
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exports", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Returns once what is being written is written, or given up."""
        self._closed.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                look(self._services, self._closed)
            except SQLAlchemyError as error:
                _log.warning("the database is unavailable, so exports have to wait: %s", error)
            except Exception:  # noqa: BLE001 - without this thread, nothing would be exported again
                _log.exception("could not look for runs to export; trying again")
            self._closed.wait(self._look_every)


def look(services: Services, closed: threading.Event) -> None:
    """Export what is due; after a failure, the rest of the format waits for the next look."""
    for exporter in EXPORTERS:
        with services.database.read() as session:
            due = run_exports.due(session, exporter, exporter in services.settings.exporters, _AT_ONCE)
        if due and obstacle(services.settings, exporter):
            continue  # the health and each run's page say so
        for run_id in due:
            if closed.is_set() or not _export(services, run_id, exporter, closed):
                break


def _export(services: Services, run_id: int, exporter: Exporter, closed: threading.Event) -> bool:
    """Whether nothing went wrong."""
    with services.database.write() as session:
        row = run_exports.claim(session, run_id, exporter, CLAIMS[exporter])
    if row is None:
        return True
    error, pause = "", _PAUSE
    try:
        WRITERS[exporter](services, row, closed)
    except InterruptedError:  # the server stops
        with services.database.write() as session:
            run_exports.release(session, row)
        return False
    except (OSError, wandb_offline.WandbError) as failure:
        error = str(failure)
    except SQLAlchemyError:
        raise  # the claim runs out
    except Exception as failure:  # noqa: BLE001 - concerns this run alone, so others are still exported
        _log.exception("could not export run %d for %s", run_id, exporter)
        error, pause = f"unexpected: {failure}; the server's log has more", _PAUSE_OF_FAULTS
    if error:
        with services.database.write() as session:
            run_exports.failed(session, row, error, pause)
            services.publish(session, "run", run_id)
    return not error
