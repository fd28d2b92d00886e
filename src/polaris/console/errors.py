"""The pages for errors that no page shows itself."""

from http import HTTPStatus
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from polaris.api.answers import UNAVAILABLE
from polaris.console.access import SignInNeeded, came_from, is_by_script
from polaris.console.rendering import environment, render_open
from polaris.operators.sessions import COOKIE

log = structlog.get_logger()

SENTENCES = {
    404: "There is nothing at this address, or it belongs to another tenant.",
    500: "Polaris failed. The server's log has the details. Nothing was changed half.",
    503: "The database is not available, or the server is shutting down. Try again in a moment.",
}


def http_error(request: Request, error: Exception) -> Response:
    """Answer with the page of an HTTP error."""
    assert isinstance(error, HTTPException)
    usual = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail != usual else ""
    return _page(error.status_code, detail or SENTENCES.get(error.status_code, usual))


def sign_in_needed(request: Request, error: Exception) -> Response:
    """Answer with the sign-in page; or with a sign-in dialog, beside the form that was sent."""
    assert isinstance(error, SignInNeeded)
    if is_by_script(request):
        into = {"hx-retarget": "#sign-in-dialog", "hx-reswap": "innerHTML", "hx-push-url": "false"}
        return render_open(request, "sign_in_dialog.html", status=401, headers=into, email="")
    other = request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if other and request.method == "GET" and COOKIE not in request.cookies:
        # A link on another site: the browser keeps the cookie back. A reload of our own sends it.
        return render_open(request, "continue.html", following=came_from(request))
    return error.response()


def unavailable(request: Request, error: Exception) -> Response:
    """Answer that the database is not available."""
    return _page(503, SENTENCES[503])


def broken(request: Request, error: Exception) -> Response:
    """Answer that Polaris failed."""
    return _page(500, SENTENCES[500])


def _page(status: int, sentence: str) -> Response:
    template = environment().get_template("error.html")
    title = HTTPStatus(status).phrase
    return HTMLResponse(template.render(status=status, title=title, sentence=sentence), status)


HANDLERS: dict[Any, Any] = {
    SignInNeeded: sign_in_needed,
    HTTPException: http_error,
    500: broken,
    **dict.fromkeys(UNAVAILABLE, unavailable),
}
"""The exception handlers for errors."""
