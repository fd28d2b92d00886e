"""The pages for errors that no page shows itself."""

import json
from http import HTTPStatus
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from polaris.api.answers import UNAVAILABLE
from polaris.console.access import CommandRefused, SignInNeeded, came_from, is_by_script
from polaris.console.rendering import render_open
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
    sentence = detail or SENTENCES.get(error.status_code, usual)
    return _answer(request, error.status_code, sentence)


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


def refused(request: Request, error: Exception) -> Response:
    """Answer with the reasons of a refused command that the page does not show itself."""
    assert isinstance(error, CommandRefused)
    return _answer(request, 409, " ".join(refusal.sentence for refusal in error.refusals))


def unavailable(request: Request, error: Exception) -> Response:
    """Answer that the database is not available."""
    return _answer(request, 503, SENTENCES[503])


def broken(request: Request, error: Exception) -> Response:
    """Answer that Polaris failed. The log has the error under the id that the page shows."""
    request_id = request.state.request_id
    log.error("page_broken", request=request_id, path=request.url.path, exc_info=error)
    return _answer(request, 500, SENTENCES[500])


def _answer(request: Request, status: int, sentence: str) -> Response:
    """Return a page with the error and the id of the request; to a script only a message."""
    request_id = request.state.request_id
    if is_by_script(request):
        message = {"kind": "error", "text": f"{sentence} Request id: {request_id}"}
        headers = {"hx-trigger": json.dumps({"announce": message}), "hx-reswap": "none"}
        return Response(sentence, status, headers)
    return render_open(
        request,
        "error.html",
        status=status,
        title=HTTPStatus(status).phrase,
        sentence=sentence,
        code=status,
        request_id=request_id,
    )


HANDLERS: dict[Any, Any] = {
    SignInNeeded: sign_in_needed,
    CommandRefused: refused,
    HTTPException: http_error,
    500: broken,
    **dict.fromkeys(UNAVAILABLE, unavailable),
}
"""The exception handlers for errors."""
