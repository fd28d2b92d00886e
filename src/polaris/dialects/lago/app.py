"""Lago's API as one FastAPI application with its own error handlers; every error is Lago's JSON."""

from functools import partial

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from polaris.api.answers import install
from polaris.api.body_limit import Limited
from polaris.api.idempotency import Idempotent
from polaris.dialects.lago import errors
from polaris.dialects.lago.requests import (
    add_ons,
    credit_note_lists,
    credit_notes,
    customers,
    described,
    downloads,
    invoice_lists,
    invoice_updates,
    invoices,
    one_off,
    organizations,
    payments,
    regenerate,
    taxes,
    wallet_transactions,
    wallets,
    webhook_endpoints,
)
from polaris.dialects.lago.requests.call import ACCESS
from polaris.serving.async_engine import AsyncEngine

MOST_BYTES = 1024 * 1024
"""The largest body in bytes, enough for some thousand fees. A larger one is refused unread."""

ROUTERS: tuple[APIRouter, ...] = (
    invoices.router,
    invoice_lists.router,
    invoice_updates.router,
    one_off.router,
    regenerate.router,
    credit_notes.router,
    credit_note_lists.router,
    payments.router,
    downloads.router,
    add_ons.router,
    taxes.router,
    webhook_endpoints.router,
    organizations.router,
    wallets.router,
    wallet_transactions.router,
    customers.router,  # last: an external id may contain slashes, so its routes match any path
)


def build(engine: AsyncEngine) -> FastAPI:
    """Return the application, to be mounted at `/api/v1`."""
    app: FastAPI = FastAPIOffline(
        title="Polaris: the Lago dialect",
        description="The part of the Lago API that Polaris supports. Send the API key as a Bearer"
        " token.",
        redirect_slashes=False,
    )
    app.state.engine = engine
    too_large = errors.LagoError(413).response()
    app.add_middleware(
        Idempotent,
        engine=engine,
        authenticate=ACCESS.authenticate,
        declared=described.IDEMPOTENCY,
        replies=errors.REPLIES,
    )
    app.add_middleware(Limited, most_bytes=MOST_BYTES, too_large=too_large)
    install(app, errors.REPLIES)
    for router in ROUTERS:
        app.include_router(router)
    page = partial(described.DESCRIPTION.page, app)
    app.openapi = page  # type: ignore[method-assign]  # FastAPI's documented way to override it
    return app
