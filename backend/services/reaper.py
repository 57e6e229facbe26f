"""What happens without anybody asking: lost jobs are queued again, queued jobs are announced.

The reaper and the sweeper run in one thread of the API. Several API processes may do so at once: what they do is
harmless twice, and on PostgreSQL an advisory lock lets one at a time.
"""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from backend.errors import ProblemError
from backend.services.app_services import Services
from backend.store.jobs import queue
from backend.store.jobs.locks import lock_run

RING_AGAIN_AFTER_S = 10.0
_LOOK_EVERY_S = 2.0
_log = logging.getLogger(__name__)


def reap(services: Services) -> list[int]:
    """Queue lost jobs again from their last checkpoint, or fail them; returns the runs that had any."""
    with services.database.read() as session:
        runs = list(queue.runs_with_lost_jobs(session))
    return [run_id for run_id in runs if _reap(services, run_id)]


def _reap(services: Services, run_id: int) -> bool:
    try:
        return _recover(services, run_id)
    except ProblemError as error:  # of this run alone: the others' lost jobs do not wait for it
        _log.warning("lost jobs of run %d wait: %s", run_id, error)
        return False


def _recover(services: Services, run_id: int) -> bool:
    with services.database.write() as session:
        run = lock_run(session, run_id) if queue.only_housekeeper(session) else None
        if run is None:
            return False
        queue.recover(session, run, services.settings.max_attempts)
        services.advance(session, run_id)
    return True


def sweep(services: Services, again_after_s: float = RING_AGAIN_AFTER_S) -> None:
    """Announce the queued jobs that no worker was told about.

    A job is announced again only when no message of its suite waits any more: while some do, none was lost, and a
    worker that can run the suite will come.
    """
    with services.database.read() as session:
        unheard = queue.unannounced(session)
        stale = queue.unheard(session, again_after_s)
    for suite, job_ids in stale.items():
        if services.doorbell.waiting(suite) == 0:
            unheard += job_ids
    if unheard:
        services.ring(unheard)


class Housekeeper:
    """Reaps and sweeps every few seconds."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._every_s = min(_LOOK_EVERY_S, services.settings.lease_seconds / 4)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep_house, name="housekeeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Returns once the round in progress is over."""
        self._closed.set()
        self._thread.join(timeout=30)

    def _keep_house(self) -> None:
        while not self._closed.is_set():
            self._round()
            self._closed.wait(self._every_s)

    def _round(self) -> None:
        try:
            reap(self._services)
            sweep(self._services)
        except SQLAlchemyError as error:
            _log.warning("the database is away, lost and queued jobs wait: %s", error)
