"""How the backend notifies workers of jobs: a Celery task that says that there is work.

Which job a worker gets is decided when it asks. The id in the message is that of the job that was queued; only workers
of earlier versions claim that one. The database is the queue of record, so that lost or repeated messages do no harm.
Every suite has its own queue, to which only workers that can run it listen, and so has every label with it. Early
acknowledgement, no prefetching and no result backend prevent hour-long tasks from running twice on Redis (celery#5935,
#2599, #5306).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import redis
from kombu.exceptions import KombuError

from gsl.config.learners.external import ExternalLearner
from gsl.config.parts import RunParts

BROKER_ERRORS = (KombuError, redis.RedisError, OSError)
"""What a request to the broker raises if it is unavailable or dies before it answers. Kombu wraps only errors while
connecting; if an open connection breaks, redis-py's own error reaches the caller."""
_BROKERS = ("redis://", "rediss://", "redis+socket://")
TASK_NAME = "gsl.run_job"
_DEFAULT_QUEUE = "jobs"  # Celery requires one; it is not used
_VISIBILITY_TIMEOUT_S = 43_200
_SOCKET_TIMEOUT_S = 15
"""Longest wait for the broker's answer. Waiting for a message is a request that it answers every second."""
_TRANSPORT = {
    "visibility_timeout": _VISIBILITY_TIMEOUT_S,
    "socket_keepalive": True,
    "socket_connect_timeout": 5,
    "socket_timeout": _SOCKET_TIMEOUT_S,
    "health_check_interval": 25,
    "retry_on_timeout": True,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "gsl:",
}


TRAINER = "trainer:"
"""Before the name of a trainer of somebody's own, among the suites that a worker can run: it brings environments."""


SCRIPT = "script:"
"""What a run needs whose trainer is a script that keeps control: no worker announces it, so none gets its jobs."""


def needed(config: RunParts) -> str:
    """What workers must be able to run for such a run: its suite, or the trainer that brings what it needs."""
    learner = config.learner
    if learner.is_tracked:
        return SCRIPT
    return f"{TRAINER}{learner.trainer}" if isinstance(learner, ExternalLearner) else config.suite.name


class Need(NamedTuple):
    """What a worker must have to run a job: what is `needed` for it, the label that its run asks for, if any, and for a
    video the suite's pictures."""

    suite: str
    label: str = ""
    video: bool = False

    def __str__(self) -> str:
        """Example: procgen and the label a100."""
        suite = f"videos of {self.suite}" if self.video else self.suite
        return f"{suite} and the label {self.label}" if self.label else suite


class Ability(Protocol):
    """What a worker has."""

    @property
    def suites(self) -> Sequence[str]: ...

    @property
    def labels(self) -> Sequence[str]: ...

    @property
    def videos(self) -> Sequence[str]:
        """Those of its suites that it can make videos of."""


def meets(worker: Ability, need: Need) -> bool:
    """Whether the worker can run such jobs. A worker with labels runs those that ask for none, too."""
    able = worker.videos if need.video else worker.suites
    return need.suite in able and (not need.label or need.label in worker.labels)


def queue_of(need: Need) -> str:
    """Name of the queue for such jobs; exchange and routing key have the same name. Videos have none of their own: a
    worker that cannot make them leaves them, and they are announced again."""
    return f"{_DEFAULT_QUEUE}.{need.suite}" + (f"@{need.label}" if need.label else "")


def queues_of(worker: Ability) -> list[str]:
    """The queues of all jobs that the worker can run."""
    return [queue_of(Need(suite, label)) for suite in worker.suites for label in ("", *worker.labels)]


def checked_broker_url(url: str) -> str:
    """The URL of a broker as it is. Raises ValueError, without the password in it, if it cannot be one."""
    if not url.startswith(_BROKERS):
        raise ValueError(f"must begin with {', '.join(_BROKERS[:-1])} or {_BROKERS[-1]}")
    try:
        _ = urlsplit(url).port
    except ValueError:
        hint = "in a password, write special characters as %2F for /, %3A for : and %40 for @"
        raise ValueError(f"must be like redis://:password@host:6379/0; {hint}") from None
    return url


def celery_settings(broker_url: str, own_queues: Iterable[str] = ()) -> dict[str, Any]:
    """Celery settings shared by the backend and the workers, which pass the queues that they listen to."""
    queues = [_DEFAULT_QUEUE, *own_queues]
    return {
        "broker_url": broker_url,
        "result_backend": None,
        "task_ignore_result": True,
        "task_acks_late": False,
        "task_default_queue": _DEFAULT_QUEUE,
        "task_queues": {queue: {"exchange": queue, "routing_key": queue} for queue in queues},
        "task_default_exchange": _DEFAULT_QUEUE,
        "task_default_routing_key": _DEFAULT_QUEUE,
        "task_create_missing_queues": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_concurrency": 1,
        "worker_prefetch_multiplier": 1,
        "worker_disable_prefetch": True,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        # Its broadcasts are read without a deadline, so a broker that died could leave a worker deaf for ever.
        "worker_enable_remote_control": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_pool_acquire_timeout": 10,
        "visibility_timeout": _VISIBILITY_TIMEOUT_S,
        "broker_transport_options": _TRANSPORT,
    }
