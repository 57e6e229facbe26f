"""The doorbell: one Celery message for each queued job, in the queue of its suite, where only able workers listen.

The database is the queue of record: a lost message is harmless.
"""

import logging
from collections.abc import Iterable

from celery import Celery
from kombu.exceptions import KombuError, OperationalError

from gsl.protocol.dispatch import TASK_NAME, celery_settings, queue_of

_log = logging.getLogger(__name__)
_CONNECT_WITHIN_S = 2


class Doorbell:
    """Rings the workers; without a broker, or while it is away, it says so and raises nothing."""

    def __init__(self, redis_url: str) -> None:
        self._celery = _producer(redis_url) if redis_url else None

    def ring(self, jobs: Iterable[tuple[int, str]]) -> list[int]:
        """Announce jobs, each with its suite; returns the ids of those whose message the broker took.

        The sweeper tries the others again.
        """
        rung: list[int] = []
        if self._celery is None:
            return rung
        try:
            for job_id, suite in jobs:
                queue = _known_queue(self._celery, suite)
                self._celery.send_task(TASK_NAME, args=[job_id], queue=queue, retry=False, ignore_result=True)
                rung.append(job_id)
        except (OperationalError, KombuError, OSError) as error:
            _log.warning("the broker is away, queued jobs are announced once it is back: %s", error)
        return rung

    def waiting(self, suite: str) -> int | None:
        """How many messages for the suite nobody has taken yet; None while the broker is away."""
        if self._celery is None:
            return None
        try:
            with self._celery.connection_for_read() as connection:
                return int(connection.default_channel.queue_declare(queue_of(suite), passive=False).message_count)
        except (OperationalError, KombuError, OSError) as error:
            _log.info("the broker does not say how many messages wait: %s", error)
            return None

    def close(self) -> None:
        if self._celery is not None:
            self._celery.close()


def _known_queue(celery: Celery, suite: str) -> str:
    """The suite's queue, made known to Celery, which refuses names that it never heard."""
    name, known = queue_of(suite), celery.amqp.queues
    if name not in known:
        known.add(name, exchange=name, routing_key=name)
    return name


def _producer(redis_url: str) -> Celery:
    """As `celery_settings`, but it never waits long for a broker that is away."""
    settings = celery_settings(redis_url)
    brief = {"socket_connect_timeout": _CONNECT_WITHIN_S, "retry_on_timeout": False, "max_retries": 0}
    transport = {**settings["broker_transport_options"], **brief}
    celery = Celery("gsl-doorbell", set_as_current=False)
    celery.conf.update({**settings, "broker_transport_options": transport})
    return celery
