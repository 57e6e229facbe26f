"""What the routes work with: created once by `create_app` and available to each request."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from anyio import CapacityLimiter
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from gsl.backend.artifact_files import ArtifactStore
from gsl.backend.db.engine import MAX_CONNECTIONS, Database, after_commit
from gsl.backend.db.models import Run
from gsl.backend.dispatch import Dispatcher
from gsl.backend.events import Events
from gsl.backend.services import planner
from gsl.backend.services.attempts import Attempts
from gsl.backend.services.health import HealthWatch
from gsl.backend.services.oidc_provider import Provider
from gsl.backend.settings import Settings
from gsl.backend.store.jobs import queue
from gsl.backend.store.jobs.leases import Terms

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    files: ArtifactStore
    events: Events
    dispatcher: Dispatcher
    health: HealthWatch
    provider: Provider | None = None
    """Through which people sign in, if the settings name one."""
    recording_threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_CONNECTIONS // 8))
    """Of uploads that write a row: they wait for locks, whose holders need one of the other threads to go on."""
    claiming_threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))
    """Of claims, which wait for each other anyway."""
    identifying_threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_CONNECTIONS // 10))
    """Of looking up sessions and tokens, which takes a moment."""
    hashing_threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))
    """Of passwords, each of which takes 64 MiB for a tenth of a second."""
    attempts: Attempts = field(default_factory=Attempts)

    @classmethod
    def open(cls, settings: Settings, database: Database | None = None) -> Self:
        """Databases and brokers are connected on first use, so this needs only the settings.

        A `database` that is open already is used instead of the one that the settings name.
        """
        database = database or Database(settings.database_url)
        return cls(
            settings=settings,
            database=database,
            files=ArtifactStore(settings.artifacts_url),
            events=Events(settings.redis_url),
            dispatcher=Dispatcher(settings.redis_url),
            health=HealthWatch(settings, database),
            provider=Provider(settings) if settings.oidc_issuer else None,
        )

    @property
    def terms(self) -> Terms:
        return Terms(self.settings.lease_seconds, self.settings.heartbeat_seconds)

    def advance(self, session: Session, run_id: int, what: str = "job") -> None:
        """Plan what comes next in this transaction; after its commit, dispatch new jobs and notify open pages."""
        self.advance_all(session, [run_id], what)

    def advance_all(self, session: Session, run_ids: Sequence[int], what: str = "run") -> None:
        """Plan several runs in this transaction and dispatch all their new jobs together."""
        to_dispatch: list[int] = []
        for run_id in run_ids:
            advanced = planner.advance(session, run_id)
            to_dispatch += advanced.to_dispatch
            if advanced.gate_opened:
                self.publish(session, "gate", run_id)
            self.publish(session, what, run_id)
            if advanced.parent is not None:
                self.advance(session, advanced.parent, "run")
        if to_dispatch:
            after_commit(session, partial(self.dispatch, to_dispatch))

    def dispatch(self, job_ids: Sequence[int]) -> None:
        """Send messages for queued jobs and record when; the reaper retries those that the broker did not take."""
        try:
            with self.database.read() as session:
                jobs = queue.needs_of(session, job_ids)
            notified = self.dispatcher.notify(jobs)
            if not notified:
                return
            with self.database.write() as session:
                queue.mark_dispatched(session, notified)
        except SQLAlchemyError:
            # The request itself is committed. The reaper dispatches these jobs, at worst for a second time.
            _log.exception("could not dispatch jobs %s, or could not record that they were", job_ids)

    def publish(
        self,
        session: Session,
        what: str,
        run_id: int | None = None,
        worker: str | None = None,
        project_id: int | None = None,
    ) -> None:
        """Notify open pages of a change once it is committed: those of people for whom the run or project is there."""
        run = None if run_id is None else session.get(Run, run_id)
        project = run.project_id if run else project_id
        after_commit(session, partial(self.events.publish, what, run_id, worker, project))

    def remove_files(self, session: Session, *paths: str) -> None:
        """Once the transaction is committed, remove files that no row refers to any more."""
        for path in paths:
            after_commit(session, partial(self._remove, path))

    def _remove(self, path: str) -> None:
        try:
            self.files.remove(path)
        except OSError:
            _log.exception("could not remove %s from the artifact store", path)
