"""What the routes work with: made once by `create_app`, handed to each request."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from backend.artifact_files import ArtifactStore
from backend.db.engine import Database, after_commit
from backend.dispatch import Doorbell
from backend.events import Events
from backend.services import planner
from backend.settings import Settings
from backend.store.jobs import queue
from backend.store.jobs.leases import Terms

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    files: ArtifactStore
    events: Events
    doorbell: Doorbell

    @property
    def terms(self) -> Terms:
        return Terms(self.settings.lease_seconds, self.settings.heartbeat_seconds)

    def advance(self, session: Session, run_id: int, what: str = "job") -> None:
        """Plan what comes next in this transaction; once it is committed, ring for new jobs and tell the pages."""
        self.advance_all(session, [run_id], what)

    def advance_all(self, session: Session, run_ids: Sequence[int], what: str = "run") -> None:
        """Plan several runs in this transaction and ring for all their jobs at once."""
        to_ring: list[int] = []
        for run_id in run_ids:
            advanced = planner.advance(session, run_id)
            to_ring += advanced.to_ring
            if advanced.gate_opened:
                self.tell(session, "gate", run_id)
            self.tell(session, what, run_id)
        if to_ring:
            after_commit(session, partial(self.ring, to_ring))

    def ring(self, job_ids: Sequence[int]) -> None:
        """Announce queued jobs and note when; those that the broker did not take are the sweeper's."""
        try:
            with self.database.read() as session:
                jobs = queue.suites_of(session, job_ids)
            rung = self.doorbell.ring(jobs)
            if not rung:
                return
            with self.database.write() as session:
                queue.mark_dispatched(session, rung)
        except SQLAlchemyError:
            # What was asked for is committed; the sweeper will announce it, if need be once more.
            _log.exception("could not announce, or not note it: jobs %s", job_ids)

    def tell(self, session: Session, what: str, run_id: int | None = None, worker: str | None = None) -> None:
        """Tell the open pages, once the change is committed."""
        after_commit(session, partial(self.events.publish, what, run_id, worker))

    def remove_files(self, session: Session, *paths: str) -> None:
        """Remove files that no row names any more, once that is committed."""
        for path in paths:
            after_commit(session, partial(self._remove, path))

    def _remove(self, path: str) -> None:
        try:
            self.files.remove(path)
        except OSError:
            _log.exception("left behind in the artifact store: %s", path)
