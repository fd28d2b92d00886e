"""Access to pages: who is signed in, what the role allows, and whether a form is genuine.

Every route of the console is made by `page` or `action`, so none is without these checks. Only the
routes with which operators sign in are made by `open_page` and `open_action`.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from hashlib import sha256
from typing import Any, cast
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from polaris.api.answers import Failure
from polaris.api.caller import Caller
from polaris.console import formats
from polaris.core.commands import Command
from polaris.core.commands.text import ID
from polaris.core.facts.tenant import Tenant
from polaris.core.fold import Request as EngineRequest
from polaris.core.refusals import Refusal
from polaris.engine import now
from polaris.operators.roles import Role
from polaris.operators.sessions import CSRF_HEADER, OperatorSession, Visitor, session_of
from polaris.serving.async_engine import AsyncEngine

SIGN_IN = "/sign-in"
THEMES = ("system", "light", "dark")
NOT_GENUINE = (
    "This form was not sent by the console, or belongs to another sign-in or another tenant."
    " Reload the page."
)


class CommandRefused(Failure):
    """A command was refused; `refusals` has every reason. The page that sent it shows them."""

    def __init__(self, refused: Iterable[Refusal]) -> None:
        self.refusals = tuple(refused)
        super().__init__(self.refusals[0].sentence)

    @property
    def writers_left(self) -> int:
        """The earlier changes that still run, if the command was a closing that is done already."""
        left = (refusal.details.get("writers_left", 0) for refusal in self.refusals)
        return sum(count for count in left if isinstance(count, int))

    def response(self) -> Response:
        """Return the reasons as plain text, for a page that does not show them itself."""
        return Response("\n".join(refusal.sentence for refusal in self.refusals), 409)


class ConsoleCaller(Caller):
    """A signed-in operator, who reads and performs for the tenant of the session."""

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> CommandRefused:
        """Return the failure that carries the refusals to the page."""
        return CommandRefused(refusals)

    request_id: str | None = None  # of the form that is being sent
    form_fingerprint: str | None = None  # of what it was sent with

    def _request(self, command: Command, **named: Any) -> EngineRequest:
        """Return the request under the id that its form carries, so that a form is done once.

        With the fingerprint of the form, a form that was changed since is refused.
        """
        made = super()._request(command, **named)
        if not self.request_id:
            return made
        return msgspec.structs.replace(made, id=self.request_id, fingerprint=self.form_fingerprint)


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
        return theme_of(self.request)

    @property
    def request_id(self) -> str:
        """The id by which the log, and for a form that was sent the audit log, find the request."""
        return str(self.request.state.request_id)

    @property
    def by_script(self) -> bool:
        """True if the page's script asks for a part of the page, and not for a whole page."""
        return is_by_script(self.request)

    @property
    def engine(self) -> AsyncEngine:
        """The engine, for what is not of one tenant, such as operators."""
        return self.caller.engine

    @property
    def visitor(self) -> Visitor:
        """The browser that sent the request."""
        return Visitor.of(self.request)

    def text(self, name: str) -> str:
        """Return a field of the form without the space around it; empty if it is missing."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    @property
    def back(self) -> str:
        """The page of invoices from which the form was opened, with its filters."""
        named = self.text("back") or self.request.query_params.get("back", "")
        path = named or came_from(self.request)
        return path if re.match(r"/billing/invoices(\?|$)", path) else "/billing/invoices"

    def may(self, role: Role) -> bool:
        """True if the operator's role is at least this one."""
        return self.session.role.includes(role)


def theme_of(request: Request) -> str:
    """Return the appearance that this browser chose: light, dark, or system."""
    chosen = request.cookies.get("theme", "system")
    return chosen if chosen in THEMES else "system"


def is_by_script(request: Request) -> bool:
    """True if the page's script asks for a part of a page, and not for a whole page."""
    restoring = request.headers.get("hx-history-restore-request") == "true"
    return request.headers.get("hx-request") == "true" and not restoring


Page = Callable[[Visit], Awaitable[Response]]
OpenPage = Callable[[Request], Awaitable[Response]]
OpenAction = Callable[[Request, FormData], Awaitable[Response]]


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
        if not is_genuine(request, visit.form, visit.session):
            raise HTTPException(403, NOT_GENUINE)
        if ID.fullmatch(visit.text("request_id")):
            visit.caller.request_id = visit.text("request_id")
            visit.caller.form_fingerprint = form_fingerprint(request.url.path, visit.form)
            request.state.request_id = visit.text("request_id")  # so that the audit log has it
        return await answer(visit)

    return Route(path, sent, methods=["POST"], name=f"{answer.__module__}.{answer.__name__}")


def form_fingerprint(path: str, form: FormData) -> str:
    """Return the SHA-256 of the path of a form and its fields, without the token of the session."""
    fields = sorted((name, str(value)) for name, value in form.multi_items() if name != "csrf")
    return sha256(msgspec.json.encode((path, fields))).hexdigest()


def open_page(path: str, answer: OpenPage) -> Route:
    """Return the route of a page that everybody can open."""
    return Route(path, answer, methods=["GET"], name=f"{answer.__module__}.{answer.__name__}")


def open_action(path: str, answer: OpenAction) -> Route:
    """Return the route of a form that everybody can send, but only from a page of this site."""

    async def sent(request: Request) -> Response:
        if not from_this_site(request):
            raise HTTPException(403, NOT_GENUINE)
        return await answer(request, await request.form())

    return Route(path, sent, methods=["POST"], name=f"{answer.__module__}.{answer.__name__}")


async def _visit(request: Request, role: Role) -> Visit:
    engine: AsyncEngine = request.app.state.engine
    session = await session_of(request, engine)
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
        return RedirectResponse(f"{SIGN_IN}?next={quote(came_from(self.request))}", 303)


def came_from(request: Request) -> str:
    """Return the path and query of the page that the operator looks at."""
    shown = urlsplit(request.headers.get("hx-current-url", ""))
    if shown.path:
        return f"{shown.path}?{shown.query}" if shown.query else shown.path
    if request.method != "GET":
        return "/"
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def safe_path(text: str) -> str:
    """Return a path of this site to go to after the sign-in; the overview for anything else."""
    harmless = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if harmless and text.isprintable() and "\\" not in text else "/"


def is_genuine(request: Request, form: FormData, session: OperatorSession) -> bool:
    """True if the form has the token of the session, and a page of this site sent it."""
    sent = form.get("csrf") or request.headers.get(CSRF_HEADER, "")
    return from_this_site(request) and isinstance(sent, str) and session.accepts(sent)


def from_this_site(request: Request) -> bool:
    """True unless the browser says that a page of another site sent the request.

    Browsers say so in `Sec-Fetch-Site`, older ones only in `Origin`.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def failed(_: Request, failure: Exception) -> Response:
    """Answer with the response of a failure."""
    return cast(Failure, failure).response()


FAILURES: dict[Any, Callable[[Request, Exception], Response]] = {Failure: failed}
"""The exception handlers of the console."""
