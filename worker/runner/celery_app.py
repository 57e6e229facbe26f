"""One worker slot as a Celery worker: it waits for messages and runs one job at a time."""

import logging
import os
import signal
import warnings
from collections.abc import Sequence
from types import FrameType

# Celery reads this when it is imported. By default its SIGTERM waits for the job to end, which takes hours: `_stop_on`.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, worker_ready
from celery.worker import state

from gsl.protocol.dispatch import celery_settings, queue_of
from worker.runner.consumer_pulse import ConsumerPulse
from worker.runner.settings import WorkerSettings
from worker.runner.slot import Slot

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def create_app(settings: WorkerSettings, suites: Sequence[str]) -> Celery:
    app = Celery("gsl")
    app.conf.update(celery_settings(settings.redis_url, suites))
    app.conf.update(imports=("worker.runner.tasks",))
    return app


def run(settings: WorkerSettings, slot: Slot, suites: Sequence[str], pulse: ConsumerPulse) -> int:
    """Run jobs of `suites` until a signal ends the slot. Returns the exit code."""
    # Containers and laptops without a service user run as root. The warning is about pickle, and only JSON is accepted.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app = create_app(settings, suites)
    pulse.attach(app)

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
    """Warnings from Celery, and everything from this package. Applies to the tasks' processes too."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT, force=True)
    logging.getLogger("worker").setLevel(logging.INFO)


def _stop_on(number: signal.Signals, slot: Slot) -> None:
    """Let the first signal requeue the job and then end the slot; the second is left to Celery, which ends at once.

    Celery's soft shutdown sleeps for its whole timeout even if the task has ended, so it is the last resort. Its warm
    shutdown waits for the task, and the task checks whether the slot is stopping.
    """
    celerys = signal.getsignal(number)

    def handle(signum: int, frame: FrameType | None) -> None:
        if slot.stopping and callable(celerys):
            celerys(signum, frame)
            return
        slot.stop()
        state.should_stop = 0

    signal.signal(number, handle)
