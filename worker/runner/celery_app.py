"""One worker slot as a Celery worker: it waits for the doorbell and answers one ring at a time."""

import logging
import os
import signal
import warnings
from collections.abc import Sequence
from types import FrameType

# Celery reads it when it is imported. Its own SIGTERM would wait for the job's end, hours away; see `_stop_on`.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, worker_ready
from celery.worker import state

from gsl.protocol.dispatch import celery_settings, queue_of
from worker.runner.settings import WorkerSettings
from worker.runner.slot import Slot

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def create_app(settings: WorkerSettings, suites: Sequence[str]) -> Celery:
    app = Celery("gsl")
    app.conf.update(celery_settings(settings.redis_url, suites))
    app.conf.update(imports=("worker.runner.tasks",))
    return app


def run(settings: WorkerSettings, slot: Slot, suites: Sequence[str]) -> int:
    """Answer rings for jobs of `suites` until a signal ends the slot. Returns the exit code."""
    # Containers and laptops without a service user run as root; the warning is about pickle, and we accept JSON alone.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app = create_app(settings, suites)

    def stop_gently(**_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            _stop_on(number, slot)

    worker_ready.connect(stop_gently)
    queues = [queue_of(suite) for suite in suites]
    worker = app.Worker(
        hostname=f"gsl@{settings.name}", queues=queues, quiet=True, without_mingle=True, without_gossip=True
    )
    worker.start()
    code: int = worker.exitcode or 0
    return code


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def configure_logging(**_: object) -> None:
    """Celery's own chatter only from warnings on; ours says what happens to jobs. Also in the tasks' processes."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT, force=True)
    logging.getLogger("worker").setLevel(logging.INFO)


def _stop_on(number: signal.Signals, slot: Slot) -> None:
    """The first signal gives the job back and ends the slot when that is done; the second is Celery's: end now.

    Celery's soft shutdown sleeps for its whole timeout even when the task ends at once, so it is left as the last
    resort. Its warm shutdown waits for the task, and the task watches the slot's wish to stop.
    """
    celerys = signal.getsignal(number)

    def handle(signum: int, frame: FrameType | None) -> None:
        if slot.stopping and callable(celerys):
            celerys(signum, frame)
            return
        slot.stop()
        state.should_stop = 0

    signal.signal(number, handle)
