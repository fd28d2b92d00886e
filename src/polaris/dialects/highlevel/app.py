"""HighLevel's invoice API as one FastAPI application with its own error handlers."""

from functools import partial

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from polaris.api.answers import install
from polaris.api.body_limit import Limited
from polaris.api.idempotency import Idempotent
from polaris.dialects.highlevel import errors
from polaris.dialects.highlevel.requests import (
    described,
    drafts,
    invoice_lists,
    invoices,
    locations,
)
from polaris.dialects.highlevel.requests.call import ACCESS
from polaris.serving.async_engine import AsyncEngine

MOST_BYTES = 1024 * 1024
"""The largest body in bytes. A larger one is refused unread."""

ROUTERS: tuple[APIRouter, ...] = (
    invoice_lists.router,
    locations.router,  # before others: its paths look like ids of invoices
    drafts.router,
    invoices.router,
)


def build(engine: AsyncEngine) -> FastAPI:
    """Return the application, to be mounted at `/invoices`."""
    app: FastAPI = FastAPIOffline(
        title="Polaris: the HighLevel dialect",
        description="The part of HighLevel's invoice API that Polaris supports. Send the API key as"
        " a Bearer token, and the header `Version`.",
        redirect_slashes=False,
    )
    app.state.engine = engine
    app.add_middleware(
        Idempotent,
        engine=engine,
        authenticate=ACCESS.authenticate,
        declared=described.IDEMPOTENCY,
        replies=errors.REPLIES,
    )
    too_large = errors.HighLevelError(413).response()
    app.add_middleware(Limited, most_bytes=MOST_BYTES, too_large=too_large)
    install(app, errors.REPLIES)
    for router in ROUTERS:
        app.include_router(router)
    page = partial(described.DESCRIPTION.page, app)
    app.openapi = page  # type: ignore[method-assign]  # FastAPI's documented way to override it
    return app
