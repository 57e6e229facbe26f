"""How the backend rings the workers: one Celery task that carries a job's id and nothing else.

The database is the queue of record, so a lost or doubled message is harmless. Every suite has a queue of its own, to
which only workers listen that can run it: a message never ends with one that must refuse the job. Early
acknowledgement, no prefetching and no result backend are what keeps hour-long tasks from running twice on Redis
(celery#5935, #2599, #5306).
"""

from collections.abc import Iterable
from typing import Any

TASK_NAME = "gsl.run_job"
_DEFAULT_QUEUE = "jobs"  # Celery wants one; nobody rings there
_VISIBILITY_TIMEOUT_S = 43_200


def queue_of(suite: str) -> str:
    """Name of the queue of a suite's jobs; exchange and routing key are named as the queue is."""
    return f"{_DEFAULT_QUEUE}.{suite}"


def celery_settings(broker_url: str, suites: Iterable[str] = ()) -> dict[str, Any]:
    """Celery settings shared by the side that rings and the side that answers, which names the suites it can run."""
    queues = [_DEFAULT_QUEUE, *(queue_of(suite) for suite in suites)]
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
        "worker_pool": "prefork",
        "worker_pool_start_method": "spawn",
        "worker_max_tasks_per_child": 1,
        # A spawned child imports everything anew: on a busy machine that takes longer than Celery's 4 s, after which
        # Celery would kill it, and the job would wait for the sweeper's next ring.
        "worker_proc_alive_timeout": 120,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_soft_shutdown_timeout": 60,
        "worker_direct": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_pool_acquire_timeout": 10,
        "visibility_timeout": _VISIBILITY_TIMEOUT_S,
        "broker_transport_options": {
            "visibility_timeout": _VISIBILITY_TIMEOUT_S,
            "socket_keepalive": True,
            "health_check_interval": 25,
            "retry_on_timeout": True,
            "unacked_restore_throttle": 1,
            "global_keyprefix": "gsl:",
        },
    }
