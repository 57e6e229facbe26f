"""One worker slot: its presence beside its Celery worker."""

import sys

from pydantic import ValidationError

from client.worker_api import WorkerApi
from worker import app
from worker.inputs import tidy
from worker.machine import describe
from worker.presence import Presence
from worker.settings import WorkerSettings
from worker.slot import Slot


def main() -> int:
    try:
        settings = WorkerSettings()
    except ValidationError as error:
        wrong = "; ".join(f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors())
        print(f"A setting is missing or wrong. {wrong}", file=sys.stderr)
        return 2
    app.configure_logging()
    slot = Slot(settings.dir, settings.name)
    slot.begin()
    tidy(settings.dir)
    api = WorkerApi(settings.api_url, settings.token.get_secret_value())
    info = describe(settings.name)
    presence = Presence(api, info, slot)
    presence.start()
    try:
        return app.run(settings, slot, info.suites)
    finally:
        presence.end()
        api.close()
