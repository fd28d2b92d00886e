"""Access to pages: who is signed in, what the role allows, and whether a form is genuine.

Every route of the console is made by `page` or `action`, so none is without these checks.
"""

import hmac
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any, cast
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from polaris.api.answers import Failure
from polaris.api.caller import Caller
from polaris.console import formats
from polaris.core.commands import Command
from polaris.core.facts.tenant import Tenant
from polaris.core.refusals import Refusal
from polaris.engine import now
from polaris.operators.roles import Role
from polaris.operators.sessions import OperatorSession, authenticate
from polaris.serving.async_engine import AsyncEngine

SIGN_IN = "/sign-in"
THEMES = ("system", "light", "dark")


class CommandRefused(Failure):
    """A command was refused; `refusals` has every reason. The page that sent it shows them."""

    def __init__(self, refused: Iterable[Refusal]) -> None:
        self.refusals = tuple(refused)
        super().__init__(self.refusals[0].sentence)

    def response(self) -> Response:
        """Return the reasons as plain text, for a page that does not show them itself."""
        return Response("\n".join(refusal.sentence for refusal in self.refusals), 409)


class ConsoleCaller(Caller):
    """A signed-in operator, who reads and performs for the tenant of the session."""

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> CommandRefused:
        """Return the failure that carries the refusals to the page."""
        return CommandRefused(refusals)


class Visit:
    """One request of a signed-in operator."""

    def __init__(self, request: Request, session: OperatorSession, tenant: Tenant) -> None:
        self.request, self.session, self.tenant = request, session, tenant
        self.caller = ConsoleCaller(request.app.state.engine, session)
        self.locale = formats.locale_of(request.headers.get("accept-language", ""))
        self.form = FormData()  # of a POST

    @property
    def today(self) -> date:
        """The day in the tenant's time zone."""
        return now().astimezone(ZoneInfo(self.tenant.timezone)).date()

    @property
    def theme(self) -> str:
        """The appearance that the operator chose: light, dark, or system."""
        chosen = self.request.cookies.get("theme", "system")
        return chosen if chosen in THEMES else "system"

    @property
    def by_script(self) -> bool:
        """True if the page's script asks for a part of the page, and not for a whole page."""
        headers = self.request.headers
        restoring = headers.get("hx-history-restore-request") == "true"
        return headers.get("hx-request") == "true" and not restoring

    def text(self, name: str) -> str:
        """Return a field of the form without the space around it; empty if it is missing."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def may(self, role: Role) -> bool:
        """True if the operator's role is at least this one."""
        return self.session.role.includes(role)


Page = Callable[[Visit], Awaitable[Response]]


def page(path: str, answer: Page, role: Role = Role.VIEWER) -> Route:
    """Return the route of a page that operators of this role can open."""

    async def opened(request: Request) -> Response:
        return await answer(await _visit(request, role))

    return Route(path, opened, methods=["GET"], name=f"{answer.__module__}.{answer.__name__}")


def action(path: str, answer: Page, role: Role = Role.OPERATOR) -> Route:
    """Return the route of a form that operators of this role can send."""

    async def sent(request: Request) -> Response:
        visit = await _visit(request, role)
        visit.form = await request.form()
        if not genuine(request, visit.form, visit.session.csrf_token):
            raise HTTPException(403, "This form was not sent by the console. Reload the page.")
        return await answer(visit)

    return Route(path, sent, methods=["POST"], name=f"{answer.__module__}.{answer.__name__}")


async def _visit(request: Request, role: Role) -> Visit:
    engine: AsyncEngine = request.app.state.engine
    session = await authenticate(request, engine)
    if session is None:
        raise SignInNeeded(request)
    if not session.role.includes(role):
        raise HTTPException(403, f"This needs the role {role}. You have the role {session.role}.")
    tenant = await engine.tenant(session.tenant_id)
    return Visit(request, session, tenant)


class SignInNeeded(Failure):
    """Nobody is signed in, or the session has ended."""

    def __init__(self, request: Request) -> None:
        self.request = request
        super().__init__("Sign in first.")

    def response(self) -> Response:
        """Send the browser to the sign-in page; from there it comes back to this page."""
        target = f"{SIGN_IN}?next={quote(came_from(self.request))}"
        if self.request.headers.get("hx-request") == "true":
            return Response("Sign in first.", 401, {"hx-redirect": target})
        return RedirectResponse(target, 303)


def came_from(request: Request) -> str:
    """Return the path and query of the page that the operator looks at."""
    shown = urlsplit(request.headers.get("hx-current-url", ""))
    if shown.path:
        return f"{shown.path}?{shown.query}" if shown.query else shown.path
    if request.method != "GET":
        return "/"
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def genuine(request: Request, form: FormData, csrf_token: str) -> bool:
    """True if the form has the token of the session, and a page of this site sent it."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    sent = form.get("csrf") or request.headers.get("x-csrf-token", "")
    return isinstance(sent, str) and hmac.compare_digest(sent.encode(), csrf_token.encode())


def failed(_: Request, failure: Exception) -> Response:
    """Answer with the response of a failure."""
    return cast(Failure, failure).response()


FAILURES: dict[Any, Callable[[Request, Exception], Response]] = {Failure: failed}
"""The exception handlers of the console."""
