"""One worker slot: a Celery worker, or a loop that asks for jobs; and its registration with the API."""

import sys
from functools import partial

from pydantic import ValidationError

from gsl.client.worker_api import WorkerApi
from gsl.config.errors import in_one_sentence
from gsl.protocol.lease import WorkerInfo
from gsl.worker.job.declared_trainers import DeclarationError, declared
from gsl.worker.runner import celery_app, polling
from gsl.worker.runner.claiming import run_next
from gsl.worker.runner.consumer_pulse import ConsumerPulse
from gsl.worker.runner.job_runner import RunnerContext
from gsl.worker.runner.launcher import Launcher, launcher
from gsl.worker.runner.limits import Limits
from gsl.worker.runner.registration import Registration, worker_info
from gsl.worker.runner.settings import WorkerSettings
from gsl.worker.runner.slot import Slot
from gsl.worker.runner.watchdog import Watchdog, broker_answers
from gsl.worker.runner.workspace import disk_trouble, prune


def main() -> int:
    try:
        settings = WorkerSettings()
        declared()
    except ValidationError as error:
        print(in_one_sentence(error), file=sys.stderr)
        return 2
    except DeclarationError as error:
        print(error, file=sys.stderr)
        return 2
    celery_app.configure_logging()
    trainers = launcher()
    trainers.warm_up()  # first: its imports take longer than everything here
    slot = Slot(settings.dir, settings.name)
    prune(settings.dir)
    api = WorkerApi(settings.api_url, settings.token.get_secret_value())
    info = worker_info(settings)
    pulse = ConsumerPulse() if settings.redis_url else None
    watchdog = Watchdog(settings.deaf_seconds, lambda: pulse is not None and broker_answers(settings.redis_url))
    registration = Registration(api, info, slot, lambda: disk_trouble(settings.dir), pulse, watchdog)
    registration.start()
    context = context_of(settings, info, api, slot, trainers)
    limits = Limits(slot, settings, celery_app.leave if pulse else _loop_sees_itself)
    limits.start()
    try:
        if pulse is None:
            return polling.run(context)
        app = celery_app.create_app(settings, info, partial(run_next, context))
        return celery_app.run(app, info, slot, pulse)
    finally:
        limits.end()
        registration.end()
        trainers.close()
        api.close()


def _loop_sees_itself() -> None:
    """What asks the API for jobs looks at the slot before every question."""


def context_of(
    settings: WorkerSettings, info: WorkerInfo, api: WorkerApi, slot: Slot, trainers: Launcher
) -> RunnerContext:
    return RunnerContext(
        api=api,
        api_url=settings.api_url,
        slot=slot,
        worker=settings.name,
        suites=info.suites,
        labels=info.labels,
        videos=info.videos,
        device=info.device,
        members=settings.members,
        worker_dir=settings.dir.resolve(),
        stop_seconds=settings.stop_seconds,
        stall_seconds=settings.stall_seconds,
        launcher=trainers,
    )
