"""Dispatching jobs: one Celery message for each queued job, in the queue of what it needs.

There are as many messages as jobs, although none is bound to its job: each lets one idle worker ask for the next. The
database is the queue of record, so a lost message does no harm: the reaper sends it again.
"""

import logging
from collections.abc import Iterable

from celery import Celery

from gsl.protocol.dispatch import BROKER_ERRORS, TASK_NAME, Need, celery_settings, queue_of

_log = logging.getLogger(__name__)
_CONNECT_WITHIN_S = 2


class Dispatcher:
    """Notifies workers of queued jobs. Without a broker, or while it is unavailable, it sends and raises nothing."""

    def __init__(self, redis_url: str) -> None:
        self._celery = _producer(redis_url) if redis_url else None

    def notify(self, jobs: Iterable[tuple[int, Need]]) -> list[int]:
        """Send a message for each job, given with its need; returns the ids of jobs whose message the broker took."""
        notified: list[int] = []
        if self._celery is None:
            return notified
        try:
            for job_id, need in jobs:
                queue = _known_queue(self._celery, need)
                self._celery.send_task(TASK_NAME, args=[job_id], queue=queue, retry=False, ignore_result=True)
                notified.append(job_id)
        except BROKER_ERRORS as error:
            _log.warning("the broker is unavailable; queued jobs are dispatched once it is back: %s", error)
        return notified

    def waiting(self, need: Need) -> int | None:
        """Number of messages for such jobs that no worker has taken yet; None while the broker is unavailable."""
        if self._celery is None:
            return None
        try:
            with self._celery.connection_for_read() as connection:
                return int(connection.default_channel.queue_declare(queue_of(need), passive=False).message_count)
        except BROKER_ERRORS as error:
            _log.info("cannot ask the broker for the number of waiting messages: %s", error)
            return None

    def close(self) -> None:
        if self._celery is not None:
            self._celery.close()


def _known_queue(celery: Celery, need: Need) -> str:
    """The queue of such jobs, declared to Celery, which refuses to send to a queue it does not know."""
    name, known = queue_of(need), celery.amqp.queues
    if name not in known:
        known.add(name, exchange=name, routing_key=name)
    return name


def _producer(redis_url: str) -> Celery:
    """Configured by `celery_settings`, but never waits long for a broker that is unavailable."""
    settings = celery_settings(redis_url)
    brief = {"socket_connect_timeout": _CONNECT_WITHIN_S, "retry_on_timeout": False, "max_retries": 0}
    transport = {**settings["broker_transport_options"], **brief}
    celery = Celery("gsl-dispatcher", set_as_current=False)
    celery.conf.update({**settings, "broker_transport_options": transport})
    return celery
