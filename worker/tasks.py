"""The task behind the doorbell. It runs in a process of its own, a fresh interpreter for each job."""

import signal
import sys

from celery import shared_task

from client.worker_api import WorkerApi
from gsl.doorbell import TASK_NAME
from worker import app as app  # configures logging in this process too
from worker import supervisor
from worker.settings import WorkerSettings
from worker.slot import Slot


@shared_task(name=TASK_NAME)  # type: ignore[untyped-decorator]  # Celery ships no types
def run_job(job_id: int) -> None:
    """Claim the job and see it to its end; a ring for a job that somebody else holds is over at once."""
    settings = WorkerSettings()
    slot = Slot(settings.dir, settings.name)
    # A service manager sends SIGTERM to every process of the slot: the job is given back, by whichever comes first.
    signal.signal(signal.SIGTERM, lambda signum, frame: slot.stop())
    api = WorkerApi(settings.api_url, settings.token.get_secret_value())
    try:
        supervisor.run_job(job_id, surroundings(settings, api, slot))
    finally:
        api.close()
        sys.stdout.flush()


def surroundings(settings: WorkerSettings, api: WorkerApi, slot: Slot) -> supervisor.Surroundings:
    return supervisor.Surroundings(
        api=api,
        api_url=settings.api_url,
        slot=slot,
        worker=settings.name,
        worker_dir=settings.dir.resolve(),
        stop_seconds=settings.stop_seconds,
    )
