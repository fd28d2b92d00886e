"""Sign-in at an identity provider: there, and back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from polaris.console.access import open_page, safe_path
from polaris.console.cookies import set_cookie, set_session_cookie
from polaris.console.pages.sign_in import PAGE, code_page
from polaris.console.rendering import render_open
from polaris.operators import oidc, sign_in
from polaris.operators.oidc import Attempt, Provider
from polaris.operators.refusals import OperatorRefusal, ProviderRefused
from polaris.operators.sessions import Stage, Visitor

COOKIE = "polaris_provider"
COOKIE_SECONDS = 600
CALLBACK = "/sign-in/provider/callback"


async def leave(request: Request) -> Response:
    """Send the browser to the provider's sign-in page."""
    provider = _provider(request)
    following = safe_path(request.query_params.get("next", "/"))
    try:
        begun = await oidc.begin(provider, _redirect_uri(request), following)
    except ProviderRefused as refusal:
        return _refused(request, refusal, following)
    response = RedirectResponse(begun.url, 303)
    kept = urlsafe_b64encode(msgspec.json.encode(begun.attempt)).decode()
    # Lax, because the provider's page sends the browser back to us.
    set_cookie(request, response, COOKIE, kept, COOKIE_SECONDS, "lax")
    return response


async def come_back(request: Request) -> Response:
    """Sign in with the code that the provider sent along."""
    provider, attempt = _provider(request), _attempt(request)
    query = request.query_params
    state, code = query.get("state", ""), query.get("code", "")
    following = safe_path(attempt.following) if attempt else "/"
    try:
        if attempt is None:
            raise ProviderRefused
        uri = _redirect_uri(request)
        email = await oidc.verified_email(provider, uri, attempt, state, code)
        engine, visitor = request.app.state.engine, Visitor.of(request)
        entered = await sign_in.sign_in_by_provider(engine, email, visitor)
    except OperatorRefusal as refusal:
        return _refused(request, refusal, following)
    if entered.stage is Stage.SECOND_FACTOR:
        following = code_page(following)
    # A page and not a redirect: the browser would follow it as coming from the provider's site, and
    # keep the new cookie back.
    response = render_open(request, "continue.html", following=following)
    set_session_cookie(request, response, entered.token)
    set_cookie(request, response, COOKIE, "", 0, "lax")
    return response


def _provider(request: Request) -> Provider:
    """Return the configured provider. Raises HTTPException 404 if there is none."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise HTTPException(404)
    return provider


def _redirect_uri(request: Request) -> str:
    return str(request.base_url).rstrip("/") + CALLBACK


def _attempt(request: Request) -> Attempt | None:
    """Return the attempt in the cookie, or None if there is none that can be read."""
    try:
        kept = urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        return msgspec.json.decode(kept, type=Attempt)
    except (ValueError, msgspec.MsgspecError):
        return None


def _refused(request: Request, refusal: OperatorRefusal, following: str) -> Response:
    return render_open(
        request,
        PAGE,
        status=403,
        following=following,
        email="",
        refusal=refusal,
        done="",
        provider=True,
    )


ROUTES = [open_page("/sign-in/provider", leave), open_page(CALLBACK, come_back)]
