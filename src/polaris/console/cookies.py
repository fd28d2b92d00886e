"""The cookies of the sign-in."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from polaris.operators.sessions import COOKIE, LIFETIME


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Put the token of a session into the cookie. The browser sends it to this site only."""
    set_cookie(request, response, COOKIE, token, int(LIFETIME.total_seconds()), "strict")


def delete_session_cookie(request: Request, response: Response) -> None:
    """Delete the cookie of the session."""
    set_cookie(request, response, COOKIE, "", 0, "strict")


def set_cookie(
    request: Request,
    response: Response,
    name: str,
    value: str,
    max_age_seconds: int,
    same_site: Literal["strict", "lax"],
) -> None:
    """Set a cookie that scripts cannot read; over HTTPS it is never sent without encryption."""
    response.set_cookie(
        name,
        value,
        max_age=max_age_seconds,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite=same_site,
    )
