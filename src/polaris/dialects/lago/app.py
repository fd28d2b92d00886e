"""Lago's API as one application, with handlers of its own: always JSON, always in Lago's words."""

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from polaris.desk import Desk
from polaris.dialects.lago import errors
from polaris.dialects.lago.requests import (
    invoice_lists,
    invoice_updates,
    invoices,
    one_off,
    payments,
    regenerate,
)

ROUTERS: tuple[APIRouter, ...] = (
    invoices.router,
    invoice_lists.router,
    invoice_updates.router,
    one_off.router,
    regenerate.router,
    payments.router,
)


def build(desk: Desk) -> FastAPI:
    """The application, to be mounted at `/api/v1`."""
    app: FastAPI = FastAPIOffline(
        title="Polaris: the Lago dialect",
        description="What a Lago client may ask of Polaris. The key goes as a Bearer token.",
        redirect_slashes=False,
    )
    app.state.desk = desk
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
