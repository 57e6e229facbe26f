"""Whether the server can do its work: its database, broker, disks and workers.

Each is checked in a thread of its own, at most every few seconds. Nobody waits long for the answer: until it comes, the
last one counts, and what has not answered for a while is itself a problem.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import redis
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from gsl.backend.db.engine import Database
from gsl.backend.db.sqlite_file import file_of
from gsl.backend.domain.waiting import workers_of
from gsl.backend.errors import UnavailableError
from gsl.backend.events import redis_client
from gsl.backend.services import exportable
from gsl.backend.settings import Settings
from gsl.backend.store import run_progress, workers
from gsl.protocol.api import HealthProblem

_KEPT_S = 3.0
_PATIENCE_S = 1.0
_BELIEVED_S = 15.0  # a server that many ask at once is busy, and a load balancer must not take it out for that
_QUEUED_FOR_S = 30.0  # by then the workers of this machine have started
_MB = 10**6


class Report(NamedTuple):
    problems: tuple[HealthProblem, ...] = ()
    live_workers: int = 0


class Check:
    """One check. `silent` is the report as long as it does not answer."""

    def __init__(self, ask: Callable[[], Report], silent: Report) -> None:
        self._ask, self._silent, self._found = ask, silent, silent
        self._asked_at = self._answered_at = float("-inf")
        self._thread = threading.Thread()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Ask again, unless it has yet to answer or answered just now."""
        with self._lock:
            if not self._thread.is_alive() and time.monotonic() - self._asked_at > _KEPT_S:
                self._asked_at = time.monotonic()
                self._thread = threading.Thread(target=self._run, name="health", daemon=True)
                self._thread.start()

    def report(self) -> Report:
        """What it answered; waits until it has had `_PATIENCE_S` since it was asked."""
        thread = self._thread
        thread.join(max(0.0, self._asked_at + _PATIENCE_S - time.monotonic()))
        believed = not thread.is_alive() or time.monotonic() - self._answered_at < _BELIEVED_S
        return self._found if believed else self._silent

    def _run(self) -> None:
        found = self._silent  # in case the check fails in a way that nobody expected
        try:
            found = self._ask()
        finally:
            self._found, self._answered_at = found, time.monotonic()


class HealthWatch:
    """The checks of one server."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._of_database = Check(self._check_database, _silent("database"))
        self._others = (
            Check(self._check_broker, _silent("broker")),
            Check(self._check_disks, _silent("disk")),
            Check(self._check_workers, Report()),
            Check(self._check_exports, Report()),
        )

    def report(self) -> Report:
        """Raises `UnavailableError` with all problems if the database cannot be used."""
        checks = (self._of_database, *self._others)
        for check in checks:
            check.begin()
        reports = [check.report() for check in checks]
        problems = tuple(problem for report in reports for problem in report.problems)
        if reports[0].problems:
            raise UnavailableError(" ".join(problem.message for problem in problems))
        return Report(problems, sum(report.live_workers for report in reports))

    def _check_database(self) -> Report:
        try:
            self._database.probe()
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            return _problem("database", f"The database cannot be used: {reason.rstrip('.')}.")
        return Report()

    def _check_broker(self) -> Report:
        if not self._settings.redis_url:
            return self._check_that_workers_ask()
        try:
            with redis_client(self._settings.redis_url) as client:
                client.ping()
        except redis.RedisError as error:
            start = "Queued jobs start once it is back: start it, or correct REDIS_URL."
            return _problem("broker", f"The broker cannot be used: {str(error).rstrip('.')}. {start}")
        return Report()

    def _check_that_workers_ask(self) -> Report:
        try:
            with self._database.read() as session:
                deaf = workers.idle_although_jobs_wait(session, _QUEUED_FOR_S)
        except SQLAlchemyError:
            return Report()  # the check of the database says why
        if deaf is None:
            return Report()
        remedy = "Set REDIS_URL for the server, or leave it out for the workers, which then ask the server for jobs."
        return _problem("broker", f"Jobs are waiting although {deaf} is idle: the server has no broker. {remedy}")

    def _check_disks(self) -> Report:
        return Report(tuple(_low_disks(self._settings)))

    def _check_workers(self) -> Report:
        try:
            with self._database.read() as session:
                stuck = workers.without_worker(session, _QUEUED_FOR_S)
                live = len(workers_of(run_progress.live_workers(session)))
        except SQLAlchemyError:
            return Report()  # the check of the database says why
        return Report(tuple(HealthProblem(part="workers", message=message) for message in stuck), live)

    def _check_exports(self) -> Report:
        try:
            with self._database.read() as session:
                return Report(tuple(exportable.problems(self._settings, session)))
        except SQLAlchemyError:
            return Report()  # as above


def _problem(part: str, message: str) -> Report:
    return Report((HealthProblem.model_validate({"part": part, "message": message}),))


def _silent(part: str) -> Report:
    return _problem(part, f"The {part} does not answer; the server's log may say why.")


def _low_disks(settings: Settings) -> Iterator[HealthProblem]:
    """One problem for each disk that is nearly full."""
    database = file_of(make_url(settings.database_url))
    artifacts = None if "://" in settings.artifacts_url else Path(settings.artifacts_url)
    seen = set()
    for folder in (_existing(path) for path in (settings.data_dir, database, artifacts) if path is not None):
        disk = folder.stat().st_dev
        free = os.statvfs(folder)
        megabytes = free.f_bavail * free.f_frsize // _MB
        if disk not in seen and megabytes < settings.low_disk_mb:
            message = f"Only {megabytes} MB are free on the disk of {folder}: once it is full, nothing can be stored"
            yield HealthProblem(part="disk", message=f"{message}. Free some space, or add some.")
        seen.add(disk)


def _existing(path: Path) -> Path:
    """The nearest folder on the way to the path that exists."""
    return next(folder for folder in (path.resolve(), *path.resolve().parents) if folder.is_dir())
