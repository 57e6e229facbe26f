"""Removes checkpoints that nobody needs any more, once jobs ended GSL_KEEP_CHECKPOINTS_DAYS ago."""

import logging
import time

from gsl.backend.services.app_services import Services
from gsl.backend.store import retention
from gsl.backend.store.jobs import queue
from gsl.backend.store.jobs.locks import lock_run
from gsl.backend.store.jobs.status import record_event

_log = logging.getLogger(__name__)
_EVERY_S = 3600.0


class Sweeper:
    """Sweeps at most once an hour; the reaper's thread asks it to."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._next_at = 0.0

    def sweep_if_due(self) -> None:
        days = self._services.settings.checkpoint_days
        if days is not None and time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + _EVERY_S
            sweep(self._services, days)


def sweep(services: Services, days: float) -> tuple[int, int]:
    """Run by run, so that nobody waits for long; returns how many files were removed, and their bytes."""
    with services.database.read() as session:
        runs = retention.runs_to_sweep(session, days)
    swept = [_sweep_run(services, run_id, days) for run_id in runs]
    files, size = sum(files for files, _ in swept), sum(size for _, size in swept)
    if files:
        _log.info("removed %d checkpoints (%d bytes) that nobody needs any more", files, size)
    return files, size


def _sweep_run(services: Services, run_id: int, days: float) -> tuple[int, int]:
    with services.database.write() as session:
        if not queue.is_only_reaper(session) or lock_run(session, run_id) is None:
            return 0, 0
        rows = retention.removable(session, days, run_id)
        if not rows:
            return 0, 0
        retention.forget(session, rows)
        services.remove_files(session, *(row.path for row in rows))
        size = retention.total(rows)
        record_event(session, "reaper", "removed checkpoints", f"{len(rows)} files, {size} bytes", run_id=run_id)
        return len(rows), size
