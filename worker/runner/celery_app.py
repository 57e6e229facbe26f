"""One worker slot as a Celery worker: it waits for messages and runs one job at a time, in a thread.

The thread only supervises a trainer, which is a process of its own, so Celery needs no process for each task.
"""

import logging
import os
import signal
import warnings
from collections.abc import Callable
from types import FrameType

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, worker_ready
from celery.worker import state

from gsl.protocol.dispatch import TASK_NAME, celery_settings, queues_of
from gsl.protocol.lease import WorkerInfo
from gsl.worker.runner.consumer_pulse import ConsumerPulse
from gsl.worker.runner.pool import consumer_wakeup, pool_path
from gsl.worker.runner.settings import WorkerSettings
from gsl.worker.runner.slot import Slot

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
EXIT_AT_ONCE = 1


def create_app(settings: WorkerSettings, info: WorkerInfo, run_next: Callable[[], object]) -> Celery:
    """Each message for a job that the worker can run calls `run_next`, whichever job it was sent for."""
    app = Celery("gsl")
    app.conf.update(celery_settings(settings.redis_url, queues_of(info)), worker_pool=pool_path())

    @app.task(name=TASK_NAME)  # type: ignore[untyped-decorator]  # Celery ships no types
    def task(_job_id: int) -> None:
        run_next()

    consumer_wakeup.attach(app)
    return app


def run(app: Celery, info: WorkerInfo, slot: Slot, pulse: ConsumerPulse) -> int:
    """Run jobs until a signal, or the slot's own limits, end it. Returns the exit code."""
    # Containers and laptops without a service user run as root. The warning is about pickle, and only JSON is accepted.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    pulse.attach(app)

    def stop_gently(**_: object) -> None:
        slot.is_ready()
        _stop_on_signals(slot)

    worker_ready.connect(stop_gently)
    worker = app.Worker(
        hostname=f"gsl@{info.name}", queues=queues_of(info), quiet=True, without_mingle=True, without_gossip=True
    )
    worker.start()
    code: int = worker.exitcode or 0
    return code


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def configure_logging(**_: object) -> None:
    """Warnings from Celery, and everything from this package."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT, force=True)
    logging.getLogger("gsl.worker").setLevel(logging.INFO)


def _stop_on_signals(slot: Slot) -> None:
    """Let the first signal requeue the job and then end the slot; the second ends it at once.

    Celery's warm shutdown waits for the job's thread, and that checks whether the slot is stopping. When the slot ends
    at once, the trainer is asked to stop by its shim or its warm parent.
    """

    asked = False

    def handle(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(EXIT_AT_ONCE)
        asked = True
        slot.stop()
        leave()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)


def leave() -> None:
    """Let Celery end once the slot has no job."""
    state.should_stop = 0
    consumer_wakeup.wake()
