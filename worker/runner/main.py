"""One worker slot: its presence beside its Celery worker."""

import sys

from pydantic import ValidationError

from client.worker_api import WorkerApi
from worker.runner import celery_app
from worker.runner.machine import describe
from worker.runner.registration import Presence
from worker.runner.settings import WorkerSettings
from worker.runner.slot import Slot
from worker.runner.workspace import tidy


def main() -> int:
    try:
        settings = WorkerSettings()
    except ValidationError as error:
        wrong = "; ".join(f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors())
        print(f"A setting is missing or wrong. {wrong}", file=sys.stderr)
        return 2
    celery_app.configure_logging()
    slot = Slot(settings.dir, settings.name)
    slot.begin()
    tidy(settings.dir)
    api = WorkerApi(settings.api_url, settings.token.get_secret_value())
    info = describe(settings.name)
    presence = Presence(api, info, slot)
    presence.start()
    try:
        return celery_app.run(settings, slot, info.suites)
    finally:
        presence.end()
        api.close()
