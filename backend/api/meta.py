"""What can be run here, and whether everything works."""

from fastapi import Response

import gsl
from backend.api.deps import Reading, ServicesDep, problems, router
from backend.domain.suites import suite_infos
from backend.health import broker_state, database_state, live_workers
from backend.store import workers
from gsl.config.presets import PRESETS
from gsl.protocol.api import Health, PresetInfo, SuiteInfo

routes = router("what can be run")


@routes.get("/health", summary="Version, database, broker and live workers")
def get_health(services: ServicesDep, response: Response) -> Health:
    """Always answers; `degraded` when database or broker is away, with what is wrong."""
    database, broker = database_state(services.database), broker_state(services.settings.redis_url)
    live = 0
    if database == "ok":
        live = live_workers(services.database)
    fine = database == broker == "ok"
    response.headers["Cache-Control"] = "no-store"
    return Health(
        status="ok" if fine else "degraded",
        version=gsl.__version__,
        database=database,
        broker=broker,
        live_workers=live,
    )


@routes.get("/suites", summary="Suites with their settings", responses=problems())
def list_suites(session: Reading) -> list[SuiteInfo]:
    """Families of environments, those of installed packages included: the JSON schema of their settings, which live
    workers can run them, and what to install where none can."""
    return suite_infos(workers.workers_by_suite(session))


@routes.get("/presets", summary="Configurations that are known to work", responses=problems())
def list_presets(session: Reading) -> list[PresetInfo]:
    """Presets with their whole configuration, and whether a live worker can run them."""
    runnable = workers.workers_by_suite(session)
    return [PresetInfo(**dict(preset), runnable=preset.config.suite.name in runnable) for preset in PRESETS.values()]
