"""What can be run on this server, and whether it works."""

from fastapi import Response

import gsl
from gsl.backend.api.deps import Reading, ServicesDep, problems, router
from gsl.backend.domain.suites import suite_infos
from gsl.backend.store import workers
from gsl.config.presets import PRESETS
from gsl.protocol.api import Health, PresetInfo, Problem, SuiteInfo

routes = router("what can be run")
_UNFIT = "The database is unavailable, read-only, or no longer the one that was opened, so nothing can be stored."


@routes.get(
    "/health",
    summary="Get the server's health",
    responses={503: {"model": Problem, "description": _UNFIT}},
)
def get_health(services: ServicesDep, response: Response) -> Health:
    """Version, live workers, and what does not work.

    For load balancers: 503 means that the server can do nothing useful. It is 200 and `degraded` while it serves
    requests although the broker is away, a disk is nearly full, or jobs wait for a suite that no live worker has.
    An answer is at most a few seconds old, 15 on a busy server, and takes at most about a second.
    """
    response.headers["Cache-Control"] = "no-store"
    found = services.health.report()
    return Health(
        status="degraded" if found.problems else "ok",
        version=gsl.__version__,
        problems=found.problems,
        live_workers=found.live_workers,
    )


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
