"""One worker slot: a Celery worker, and its registration with the API."""

import sys

from pydantic import ValidationError

from client.worker_api import WorkerApi
from gsl.config.errors import in_one_sentence
from worker.runner import celery_app
from worker.runner.consumer_pulse import ConsumerPulse
from worker.runner.registration import Registration, worker_info
from worker.runner.settings import WorkerSettings
from worker.runner.slot import Slot
from worker.runner.watchdog import Watchdog, broker_answers
from worker.runner.workspace import disk_trouble, prune


def main() -> int:
    try:
        settings = WorkerSettings()
    except ValidationError as error:
        print(in_one_sentence(error), file=sys.stderr)
        return 2
    celery_app.configure_logging()
    slot = Slot(settings.dir, settings.name)
    slot.begin()
    prune(settings.dir)
    api = WorkerApi(settings.api_url, settings.token.get_secret_value())
    info = worker_info(settings.name)
    pulse = ConsumerPulse()
    watchdog = Watchdog(settings.deaf_seconds, lambda: broker_answers(settings.redis_url))
    registration = Registration(api, info, slot, lambda: disk_trouble(settings.dir), pulse, watchdog)
    registration.start()
    try:
        return celery_app.run(settings, slot, info.suites, pulse)
    finally:
        registration.end()
        api.close()
