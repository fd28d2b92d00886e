"""The admin API as one FastAPI application."""

from functools import partial

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from polaris.api.answers import install
from polaris.api.body_limit import Limited
from polaris.api.idempotency import Idempotency, Idempotent
from polaris.api.openapi import Description
from polaris.dialects.polaris import errors
from polaris.dialects.polaris.requests import (
    call,
    commands,
    invoice_lists,
    invoices,
    records,
    refunds,
    webhook_deliveries,
    webhook_endpoints,
)
from polaris.serving.async_engine import AsyncEngine

MOST_BYTES = 1024 * 1024
"""The largest body in bytes."""

PARTS = (
    commands,
    invoice_lists,
    invoices,
    records,
    refunds,
    webhook_endpoints,
    webhook_deliveries,
)
"""The modules that have routes."""

IDEMPOTENCY = Idempotency(header="Idempotency-Key", replay_header="Idempotent-Replayed")
DESCRIPTION = Description(
    errors={
        400: "The body is not JSON, or the path lacks the id of the invoice.",
        401: errors.MESSAGES[401],
        403: errors.MESSAGES[403],
        404: "The command names something that the tenant does not have.",
        405: errors.MESSAGES[405],
        409: "The requested state is reached already, the outcome is not the expected one any more,"
        " or the idempotency key is in use.",
        413: errors.MESSAGES[413],
        422: "A field is unknown or cannot be read; or a rule forbids the command, and `refusals`"
        " has every reason with the way out.",
        502: "The engine refused a call on an invoice: `error` is a text that names why.",
        503: errors.MESSAGES[503],
    },
    error_schema={
        "title": "Error",
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {"oneOf": [{"type": "object"}, {"type": "string"}]},
            "code": {"type": "string"},
            "refusals": {"type": "array", "items": {"type": "object"}},
        },
    },
    security={"type": "http", "scheme": "bearer"},
    idempotency=IDEMPOTENCY,
)


def build(engine: AsyncEngine) -> FastAPI:
    """Return the application, to be mounted at `/api/admin`."""
    app: FastAPI = FastAPIOffline(
        title="Polaris: the admin API",
        description="Every command of the engine, and the calls of the billing console."
        " Send the API key as a Bearer token.",
        redirect_slashes=False,
        strict_content_type=False,  # a body without a content type is read as JSON
    )
    app.state.engine = engine
    app.add_middleware(
        Idempotent,
        engine=engine,
        authenticate=call.authenticate,
        declared=IDEMPOTENCY,
        replies=errors.REPLIES,
    )
    too_large = errors.AdminError(413).response()
    app.add_middleware(Limited, most_bytes=MOST_BYTES, too_large=too_large)
    install(app, errors.REPLIES)
    for kind in errors.WEBHOOK_ERRORS:
        app.add_exception_handler(kind, lambda _, error: errors.webhook_error(error).response())
    for routes in PARTS:
        app.include_router(routes.router)
    page = partial(DESCRIPTION.page, app)
    app.openapi = page  # type: ignore[method-assign]  # FastAPI's documented way to override it
    return app
