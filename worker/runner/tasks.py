"""The Celery task that runs a job, in a process of its own with a fresh interpreter."""

import signal
import sys

from celery import shared_task

from client.worker_api import WorkerApi
from gsl.protocol.dispatch import TASK_NAME
from worker.runner import job_runner
from worker.runner.settings import WorkerSettings
from worker.runner.slot import Slot


@shared_task(name=TASK_NAME)  # type: ignore[untyped-decorator]  # Celery ships no types
def run_job(job_id: int) -> None:
    """Claim the job and run it to its end; if another worker holds it, return at once."""
    settings = WorkerSettings()
    slot = Slot(settings.dir, settings.name)
    # A service manager sends SIGTERM to every process of the slot; the first to receive it makes the slot stop.
    signal.signal(signal.SIGTERM, lambda signum, frame: slot.stop())
    api = WorkerApi(settings.api_url, settings.token.get_secret_value())
    try:
        job_runner.run_job(job_id, context_of(settings, api, slot))
    finally:
        api.close()
        sys.stdout.flush()


def context_of(settings: WorkerSettings, api: WorkerApi, slot: Slot) -> job_runner.RunnerContext:
    return job_runner.RunnerContext(
        api=api,
        api_url=settings.api_url,
        slot=slot,
        worker=settings.name,
        worker_dir=settings.dir.resolve(),
        stop_seconds=settings.stop_seconds,
        stall_seconds=settings.stall_seconds,
    )
