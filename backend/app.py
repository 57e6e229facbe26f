"""The server: `uvicorn backend.app:create_app --factory`, settings from the environment."""

import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

import gsl
from gsl.backend.api import (
    account,
    approval_links,
    artifacts,
    bin,
    comparing,
    comparisons,
    experiments,
    exporters,
    exports,
    figures,
    gates,
    jobs,
    kept,
    listed_runs,
    measurements,
    meta,
    metric_charts,
    metrics,
    monitoring,
    notes,
    oidc,
    people,
    policies,
    projects,
    provenance,
    records,
    run_lists,
    runs,
    sessions,
    share_links,
    stream,
    sweeps,
    tracking,
    variations,
    videos,
    webhooks,
    worker_jobs,
    workers,
)
from gsl.backend.api.access import ACCESS
from gsl.backend.db.revisions import UnusableDatabaseError, check_known
from gsl.backend.events import Events
from gsl.backend.http import openapi_docs, page, problems
from gsl.backend.http.body_limit import BodyLimit
from gsl.backend.http.browser_safety import BrowserSafety
from gsl.backend.http.timing import Timing
from gsl.backend.services.app_services import Services
from gsl.backend.services.deliveries import Deliverer
from gsl.backend.services.exporting import RunExporter
from gsl.backend.services.reaper import Reaper
from gsl.backend.settings import Settings, read_settings

_ROUTES = (
    meta.routes,
    sessions.routes,
    oidc.routes,
    account.routes,
    people.routes,
    projects.routes,
    experiments.routes,
    comparisons.routes,
    sweeps.routes,
    comparing.routes,
    records.routes,
    exporters.routes,
    exports.routes,
    listed_runs.routes,
    run_lists.routes,  # before the runs themselves, whose numbers its addresses are not
    runs.routes,
    tracking.routes,
    kept.routes,
    notes.routes,
    bin.routes,
    jobs.routes,
    provenance.routes,
    measurements.routes,
    metric_charts.routes,
    metrics.routes,
    variations.routes,
    gates.routes,
    approval_links.routes,
    policies.routes,
    share_links.routes,
    figures.routes,
    artifacts.routes,
    videos.routes,
    workers.routes,
    webhooks.routes,
    stream.routes,
    worker_jobs.routes,
    worker_jobs.streams,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole application; creating it needs only the settings, see `Services.open`.

    Ends the program with a sentence if settings of the environment are invalid, or if they name a database that was
    made by a newer version.
    """
    settings = settings or _settings()
    app = FastAPI(
        title="GSL Lab",
        version=gsl.__version__,
        summary="Generalist-Specialist Learning, seen variation by variation.",
        description=openapi_docs.DESCRIPTION,
        openapi_tags=openapi_docs.TAGS,
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        redoc_url="/api/redoc",
        generate_unique_id_function=_operation_id,
        lifespan=_lifespan,
    )
    app.state.services = Services.open(settings)
    for routes in _ROUTES:
        app.include_router(routes, prefix="/api/v1")
    app.include_router(monitoring.routes)
    public = settings.public
    page.serve_page(app, settings.page_dir, public.base_path, sessions.open_link)
    problems.install(app)
    openapi_docs.install(app, ACCESS, settings.cookie)
    app.add_middleware(BodyLimit)
    app.add_middleware(Compression, minimum_size=1000, compresslevel=6)  # 9 takes up to three times as long
    app.add_middleware(BrowserSafety, hosts=_hosts(settings), origins=[public.origin] if public.origin else [])
    app.add_middleware(Timing)
    if public.base_path:
        app.add_middleware(page.BasePath, base_path=public.base_path)
    return app


def _settings() -> Settings:
    try:
        settings = read_settings()
        check_known(settings.database_url)
    except (ValueError, UnusableDatabaseError) as error:
        sys.exit(str(error))
    return settings


class Compression(GZipMiddleware):
    """Compresses all responses except stored files and exports, which are large and compressed already."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_file = scope["type"] == "http" and scope["path"].endswith(("/content", "/export"))
        handle = self.app if is_file else super().__call__
        await handle(scope, receive, send)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _hosts(settings: Settings) -> list[str]:
    """Host names under which the page may be opened."""
    named = [settings.host, settings.public.host, *settings.allowed_hosts.split(",")]
    return [name.strip() for name in named if name.strip()]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    reaper, deliverer, exporter = Reaper(services), Deliverer(services), RunExporter(services)
    services.events.start()
    reaper.start()
    deliverer.start()
    exporter.start()
    try:
        with _streams_end_at_signals(services.events):
            yield
    finally:
        services.events.close()
        exporter.close()
        deliverer.close()
        reaper.close()
        services.dispatcher.close()
        services.database.close()


@contextmanager
def _streams_end_at_signals(events: Events) -> Iterator[None]:
    """End open streams as soon as the server is asked to stop, because it waits for them before shutting down."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stopping(number: int, frame: FrameType | None) -> None:
        events.close()
        handler: Any = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, stopping)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
