"""How the backend rings the workers: one Celery task that carries a job's id and nothing else.

The database is the queue of record, so a lost or doubled message is harmless. Early acknowledgement, no prefetching
and no result backend are what keeps hour-long tasks from running twice on Redis (celery#5935, #2599, #5306).
"""

from typing import Any

TASK_NAME = "gsl.run_job"
QUEUE = "jobs"
_VISIBILITY_TIMEOUT_S = 43_200


def celery_settings(broker_url: str) -> dict[str, Any]:
    """Celery settings shared by the side that rings and the side that answers."""
    return {
        "broker_url": broker_url,
        "result_backend": None,
        "task_ignore_result": True,
        "task_acks_late": False,
        "task_default_queue": QUEUE,
        "task_queues": {QUEUE: {"exchange": QUEUE, "routing_key": QUEUE}},
        "task_default_exchange": QUEUE,
        "task_default_routing_key": QUEUE,
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
