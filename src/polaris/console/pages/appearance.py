"""The appearance that an operator chooses, kept in a cookie of the browser."""

import re

from starlette.responses import RedirectResponse, Response

from polaris.console.access import THEMES, Visit, action
from polaris.operators.roles import Role

YEAR_SECONDS = 365 * 24 * 3600
_PATH = re.compile(r"/[A-Za-z0-9_-][A-Za-z0-9/_-]*|/")
"""A path of this site; two slashes would begin the name of another one."""


async def choose_theme(visit: Visit) -> Response:
    """Keep the theme, and go back to the page from which it was chosen."""
    target = visit.text("next")
    answer = RedirectResponse(target if _PATH.fullmatch(target) else "/account", 303)
    theme = visit.text("theme")
    if theme in THEMES:
        secure = visit.request.url.scheme == "https"
        answer.set_cookie(
            "theme", theme, YEAR_SECONDS, secure=secure, httponly=True, samesite="lax"
        )
    return answer


ROUTES = [action("/account/theme", choose_theme, Role.VIEWER)]
