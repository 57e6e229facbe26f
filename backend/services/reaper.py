"""What happens without a request: lost jobs are queued again, gates whose time has come are decided, sweeps
go on, and queued jobs that no worker picked up are dispatched. At the start, runs are planned that an earlier server
could not go on with. Now and then, the bin is emptied, and old checkpoints are removed if the settings say so.

All of it runs in one thread of each API process. On PostgreSQL an advisory lock lets one of them recover jobs at a
time, so that each loss counts once; a message that several of them send again does no harm.
"""

import logging
import math
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from gsl.backend.errors import ProblemError
from gsl.backend.services import bin
from gsl.backend.services.app_services import Services
from gsl.backend.services.deadlines import meet_deadlines, open_in_hours
from gsl.backend.services.retention import Sweeper
from gsl.backend.services.sweep_steps import go_on
from gsl.backend.store import runs
from gsl.backend.store.jobs import queue
from gsl.backend.store.jobs.locks import lock_run

DISPATCH_AGAIN_AFTER_S = 10.0
_CHECK_EVERY_S = 2.0
_EMPTY_EVERY_S = 600.0
_log = logging.getLogger(__name__)


def catch_up(services: Services) -> None:
    """Plan all runs that have not ended: one that was read-only goes on, one that has become so is held."""
    with services.database.read() as session:
        unfinished = runs.unfinished(session)
    for run_id in unfinished:
        _plan(services, run_id)


def _plan(services: Services, run_id: int) -> None:
    try:
        with services.database.write() as session:
            services.advance(session, run_id)
    except ProblemError as error:  # concerns this run alone, so others are still planned
        _log.warning("cannot plan run %d at the start: %s", run_id, error)


def recover_lost(services: Services) -> list[int]:
    """Queue lost jobs again from their last checkpoint, or fail them; returns the runs that had any."""
    with services.database.read() as session:
        losers = list(queue.runs_with_lost_jobs(session))
    return [run_id for run_id in losers if _recover_run(services, run_id)]


def _recover_run(services: Services, run_id: int) -> bool:
    try:
        return _recover(services, run_id)
    except ProblemError as error:  # concerns this run alone, so the lost jobs of others are still recovered
        _log.warning("cannot recover the lost jobs of run %d yet: %s", run_id, error)
        return False


def _recover(services: Services, run_id: int) -> bool:
    with services.database.write() as session:
        run = lock_run(session, run_id) if queue.is_only_reaper(session) else None
        if run is None:
            return False
        queue.recover(session, run, services.settings.max_attempts)
        services.advance(session, run_id)
    return True


def redispatch(services: Services, again_after_s: float = DISPATCH_AGAIN_AFTER_S) -> None:
    """Dispatch queued jobs whose message was never sent, or may have been lost.

    A message counts as lost if its job is still queued after `again_after_s` seconds and no message for such jobs
    is waiting: while some are, a worker that can run them will take them in order.
    """
    with services.database.read() as session:
        pending = queue.not_dispatched(session)
        overdue = queue.not_picked_up(session, again_after_s)
    for need, job_ids in overdue.items():
        if services.dispatcher.waiting(need) == 0:
            pending += job_ids
    if pending:
        services.dispatch(pending)


class Reaper:
    """Runs `catch_up` once; then the others every few seconds or, for files, now and then, in a thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._every_s = min(_CHECK_EVERY_S, services.settings.lease_seconds / 4)
        self._closed = threading.Event()
        self._caught_up = False
        self._sweeper = Sweeper(services)
        self._emptied = -math.inf
        self._thread = threading.Thread(target=self._run, name="reaper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Returns once the current round is over."""
        self._closed.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._round()
            except Exception:  # noqa: BLE001 - without this thread, no lost or queued job would continue
                _log.exception("could not recover lost jobs, meet deadlines or dispatch queued jobs; trying again")
            self._closed.wait(self._every_s)

    def _round(self) -> None:
        try:
            if not self._caught_up:
                catch_up(self._services)
                self._caught_up = True
            recover_lost(self._services)
            meet_deadlines(self._services)
            open_in_hours(self._services)
            go_on(self._services)
            redispatch(self._services)
            self._sweeper.sweep_if_due()
            if time.monotonic() - self._emptied > _EMPTY_EVERY_S:
                bin.empty(self._services)
                self._emptied = time.monotonic()
        except SQLAlchemyError as error:
            _log.warning("the database is unavailable, so lost and queued jobs have to wait: %s", error)
