"""What can be run on this server, and whether it works."""

import redis
from fastapi import Response
from sqlalchemy.exc import SQLAlchemyError

import gsl
from backend.api.deps import Reading, ServicesDep, problems, router
from backend.domain.suites import suite_infos
from backend.events import redis_client
from backend.services.app_services import Services
from backend.store import run_progress, runs, workers
from gsl.config.presets import PRESETS
from gsl.protocol.api import Health, PresetInfo, SuiteInfo

routes = router("what can be run")


@routes.get("/health", summary="Get the server's health")
def get_health(services: ServicesDep, response: Response) -> Health:
    """Version, database, broker and live workers. `degraded` if the database or the broker is unavailable."""
    database, live = _database_state(services)
    broker = _broker_state(services.settings.redis_url)
    response.headers["Cache-Control"] = "no-store"
    return Health(
        status="ok" if database == broker == "ok" else "degraded",
        version=gsl.__version__,
        database=database,
        broker=broker,
        live_workers=live,
    )


def _database_state(services: Services) -> tuple[str, int]:
    """`ok` or what is wrong, and the number of live workers."""
    try:
        with services.database.read() as session:
            runs.probe(session)
            return "ok", len(run_progress.live_workers(session))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        return f"unavailable: {reason}; every request tries to connect again", 0


def _broker_state(redis_url: str) -> str:
    if not redis_url:
        return "not configured: set REDIS_URL, or start with `make up`"
    client = redis_client(redis_url)
    try:
        client.ping()
    except redis.RedisError as error:
        return f"unavailable: {error}; queued jobs are announced again once it is back"
    finally:
        client.close()
    return "ok"


@routes.get("/suites", summary="List suites", responses=problems())
def list_suites(session: Reading) -> list[SuiteInfo]:
    """Families of environments, including those of installed packages: the JSON schema of their settings, the live
    workers that can run them, and what to install if none can."""
    return suite_infos(workers.workers_by_suite(session))


@routes.get("/presets", summary="List presets", responses=problems())
def list_presets(session: Reading) -> list[PresetInfo]:
    """Configurations that are known to work, and whether a live worker can run them."""
    runnable = workers.workers_by_suite(session)
    return [PresetInfo(**dict(preset), runnable=preset.config.suite.name in runnable) for preset in PRESETS.values()]
