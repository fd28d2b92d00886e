"""The composition root: one server program with its database, engine, write batches and sealer."""

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
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from polaris import __version__, logs
from polaris.api import file_links
from polaris.api.files import FILES
from polaris.audit.sealer import Sealer
from polaris.dialects.lago import app as lago
from polaris.engine import Engine
from polaris.serving.async_engine import AsyncEngine
from polaris.serving.metrics import Measured
from polaris.serving.write_batches import WriteBatches
from polaris.settings import Settings
from polaris.store.server.database import Database, open_database
from polaris.store.server.migrate import pending

DIALECTS: dict[str, Callable[[AsyncEngine], FastAPI]] = {"/api/v1": lago.build}
"""Where each dialect is mounted, and what builds it."""

HOME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Polaris</title></head><body>
<h1>Polaris {version}</h1>
<p>A self-hosted invoice lifecycle engine: one ledger, many dialects.</p>
<ul>
<li><a href="/healthz">/healthz</a>: this program runs</li>
<li><a href="/readyz">/readyz</a>: its database answers and is migrated</li>
<li><a href="/metrics">/metrics</a>: what it has done, for Prometheus</li>
{dialects}</ul>
<p>On the command line: <code>polaris --help</code>.</p>
</body></html>
"""


def from_environment() -> Starlette:
    """The application as the environment configures it."""
    settings = Settings()
    logs.configure(settings.log_level)
    return build(settings)


def build(settings: Settings) -> Starlette:
    """The application; its database is open for as long as it runs.

    Plainer than what it mounts: each call passes here, and nothing is to be read or checked yet.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    routes = [
        Route("/", home),
        Route("/healthz", alive),
        Route("/readyz", ready),
        Route("/metrics", metrics),
        file_links.route(FILES),
    ]
    app = Starlette(routes=routes, lifespan=lambda app: running(app, settings))
    app.state.registry = registry
    return app


def home(_: Request) -> Response:
    """What is here."""
    listed = (f'<li><a href="{path}/docs">{path}</a></li>\n' for path in DIALECTS)
    return HTMLResponse(HOME.format(version=__version__, dialects="".join(listed)))


async def alive(_: Request) -> Response:
    """This program runs."""
    return JSONResponse({"alive": True})


def ready(request: Request) -> Response:
    """Its database answers and is migrated."""
    missing = why_not_ready(request.app.state.database)
    return JSONResponse({"ready": missing is None, "missing": missing}, 503 if missing else 200)


def metrics(request: Request) -> Response:
    """What it has done, for Prometheus."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


@asynccontextmanager
async def running(app: Starlette, settings: Settings) -> AsyncIterator[None]:
    """Open everything, in the order of need, and close it in reverse."""
    with open_database(settings) as database, Sealer(database):
        engine = Engine(database)
        writes = WriteBatches(Measured(engine, app.state.registry))
        async_engine = AsyncEngine(writes, engine, database)
        app.state.database, app.state.engine = database, async_engine
        for path, build_dialect in DIALECTS.items():
            app.mount(path, build_dialect(async_engine))
        # What is there now stays for good: to search it for garbage again and again is in vain.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            await writes.close()
            await async_engine.close()


def why_not_ready(database: Database) -> str | None:
    """What is missing before anything can be served; none when all is there."""
    try:
        ahead = pending(database.url)
    except psycopg.Error:
        return "The database does not answer."
    return f"The database waits for {', '.join(ahead)}: polaris migrate." if ahead else None
