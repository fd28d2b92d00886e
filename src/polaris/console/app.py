"""The web console as one Starlette application, mounted behind all other paths."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polaris.console.access import FAILURES
from polaris.console.apis import Api
from polaris.console.errors import HANDLERS
from polaris.console.pages import (
    account,
    appearance,
    audit,
    credit_note_detail,
    credit_notes,
    customer_statement,
    customers,
    developers,
    documents,
    drafts,
    invoice_export,
    invoices,
    jobs,
    ledger,
    ledger_periods,
    ledger_proofs,
    operators,
    overview,
    provider,
    refunds,
    saved_views,
    settings,
    sign_in,
    tasks,
    void,
    webhook_deliveries,
    webhooks,
)
from polaris.engine import new_id
from polaris.operators.oidc import Provider
from polaris.services.declared_settings import DeclaredSettings
from polaris.serving.async_engine import AsyncEngine

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""The headers of every page. A page holds the books of a tenant, so nobody stores it."""

VARY = "HX-Request"
"""The page's script gets a part of what the browser gets at the same address."""

FOR_EVER = "public, max-age=31536000, immutable"
PAGES = (
    sign_in,
    provider,
    account,
    operators,
    invoice_export,
    invoices,
    drafts,
    void,
    audit,
    ledger,
    ledger_periods,
    ledger_proofs,
    overview,
    settings,
    developers,
    webhooks,
    webhook_deliveries,
    jobs,
    saved_views,
    appearance,
    documents,
    customer_statement,
    customers,
    credit_notes,
    credit_note_detail,
    refunds,
    tasks,
)
ROUTES = [route for page in PAGES for route in page.ROUTES]
"""The routes of all pages. The first that fits answers."""


class Offered(NamedTuple):
    """What else the server offers, for the pages that show it."""

    apis: Sequence[Api] = ()
    dialect_settings: tuple[DeclaredSettings, ...] = ()
    identity_provider: Provider | None = None  # operators can also sign in there


def build(engine: AsyncEngine, offered: Offered) -> ASGIApp:
    """Return the application."""
    app = Starlette(
        routes=[*ROUTES, Mount("/static", StaticFiles(packages=[("polaris.console", "static")]))],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
        exception_handlers={**FAILURES, **HANDLERS},
    )
    app.state.engine, app.state.provider = engine, offered.identity_provider
    app.state.apis, app.state.dialect_settings = offered.apis, offered.dialect_settings
    return Headers(app)


class Headers:
    """An application whose requests have an id, and whose answers have the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers that the answer does not have itself."""
        if scope["type"] != "http":  # a WebSocket, which no route takes
            await self._app(scope, receive, send)
            return
        static = scope["path"].startswith("/static/") and b"v=" in scope["query_string"]
        added = {**HEADERS, "cache-control": FOR_EVER} if static else HEADERS

        request = Request(scope)
        request.state.request_id = new_id()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
                headers.add_vary_header(VARY)
                headers["x-request-id"] = request.state.request_id
            await send(message)

        await self._app(scope, receive, sent)
