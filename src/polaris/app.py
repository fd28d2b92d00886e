"""The HTTP application: the server with its database, engine, write batches and sealer."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
from fastapi import FastAPI
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from polaris import logs
from polaris.api import file_links
from polaris.api.files import FILES
from polaris.audit.sealer import Sealer
from polaris.console import app as console
from polaris.console.apis import Api
from polaris.dialect_settings import declared_settings
from polaris.dialects.highlevel import app as highlevel
from polaris.dialects.lago import app as lago
from polaris.dialects.polaris import app as admin
from polaris.encryption import configured_encryption
from polaris.engine import Engine
from polaris.operators.oidc import configured_provider
from polaris.payments import webhook_route
from polaris.serving.async_engine import AsyncEngine
from polaris.serving.metrics import Measured
from polaris.serving.write_batches import WriteBatches
from polaris.settings import Settings
from polaris.store.server.database import Database, open_database
from polaris.store.server.migrate import pending
from polaris.webhook_dialects import configured_sending

Build = Callable[[AsyncEngine], FastAPI]
DIALECTS: dict[str, Build] = {}
DIALECTS["/api/v1"] = lago.build
DIALECTS["/invoices"] = highlevel.build
DIALECTS["/api/admin"] = admin.build
"""The path at which each dialect is mounted, and the function that builds its application."""


def from_environment() -> Starlette:
    """Return the application, configured from environment variables."""
    settings = Settings()
    logs.configure(settings.log_level)
    return build(settings)


def build(settings: Settings) -> Starlette:
    """Return the application. Its database is open while the application runs.

    This is plain Starlette and not FastAPI, because every request passes through it and it has
    nothing to parse or to validate.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    routes = [
        Route("/healthz", alive),
        Route("/readyz", ready),
        Route("/metrics", metrics),
        file_links.route(FILES),
        webhook_route.route(),
    ]
    app = Starlette(routes=routes, lifespan=lambda app: running(app, settings))
    app.state.registry = registry
    return app


class WithSlash:
    """An API at its path without the slash at the end, which a mount does not match."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as if the path had the slash."""
        path, root = scope["path"], scope.get("root_path", "")
        within = {"path": f"{path}/", "root_path": f"{root}{self._api.path}"}
        await self._api.app({**scope, **within}, receive, send)


async def alive(_: Request) -> Response:
    """Answer that the server runs."""
    return JSONResponse({"alive": True})


def ready(request: Request) -> Response:
    """Answer whether the database answers and is migrated: status 200, or 503 if not."""
    missing = why_not_ready(request.app.state.database)
    return JSONResponse({"ready": missing is None, "missing": missing}, 503 if missing else 200)


def metrics(request: Request) -> Response:
    """Answer with the metrics for Prometheus."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


@asynccontextmanager
async def running(app: Starlette, settings: Settings) -> AsyncIterator[None]:
    """Open the database, sealer and engine and mount the dialects. Close in reverse order."""
    with open_database(settings) as database, Sealer(database):
        engine = Engine(database)
        writes = WriteBatches(Measured(engine, app.state.registry))
        async_engine = AsyncEngine(writes, engine, database, sending=configured_sending(settings))
        app.state.database, app.state.engine = database, async_engine
        app.state.threads_engine = engine  # for work that waits in a thread
        app.state.encryption = configured_encryption(settings)
        apis = [Api(path, build_dialect(async_engine)) for path, build_dialect in DIALECTS.items()]
        for api in apis:
            app.mount(api.path, api.app)
            app.router.routes.append(Route(api.path, WithSlash(api)))
        offered = console.Offered(apis, declared_settings(), configured_provider(settings))
        app.mount("/", console.build(async_engine, offered))  # last: it takes every other path
        # The objects that exist now stay until the end, so the collector need not search them.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            await writes.close()
            await async_engine.close()


def why_not_ready(database: Database) -> str | None:
    """Return a sentence that says why the server cannot serve requests, or None if it can."""
    try:
        ahead = pending(database.url)
    except psycopg.Error:
        return "The database does not answer."
    if not ahead:
        return None
    return f"The database needs these migrations: {', '.join(ahead)}. Run `polaris migrate`."
