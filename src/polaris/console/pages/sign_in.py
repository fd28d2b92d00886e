"""Sign-in: e-mail and password, the second factor, and the password by a one-time link.

Each step is a page of its own, and also a part of the dialog that opens when a session has ended.
"""

import json
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from polaris.console.access import (
    Visit,
    action,
    is_by_script,
    open_action,
    open_page,
    safe_path,
)
from polaris.console.cookies import delete_session_cookie, set_session_cookie
from polaris.console.rendering import render_open
from polaris.engine import now
from polaris.operators import account, sign_in
from polaris.operators.links import operator_of_link
from polaris.operators.refusals import (
    LinkExpired,
    OperatorRefusal,
    SignInExpired,
    TooManyAttempts,
)
from polaris.operators.roles import Role
from polaris.operators.sessions import (
    COOKIE,
    Stage,
    Visitor,
    find_session,
    principal_of,
    session_of,
)
from polaris.operators.sign_in import Entered

PAGE, DIALOG = "sign_in.html", "sign_in_dialog.html"
CODE_PAGE, CODE_DIALOG = "sign_in_code.html", "sign_in_code_dialog.html"


# ---------------------------------------------------------------- the password


async def show_sign_in(request: Request) -> Response:
    """Show the sign-in page; whoever is signed in goes on."""
    following = safe_path(request.query_params.get("next", "/"))
    if await session_of(request, request.app.state.engine):
        return RedirectResponse(following, 303)
    done = request.query_params.get("done", "")
    values = _sign_in_values(request, following) | {"done": done}
    return render_open(request, PAGE, **values)


async def send_sign_in(request: Request, form: FormData) -> Response:
    """Check the e-mail and the password."""
    email, following = text_of(form, "email"), safe_path(text_of(form, "next"))
    try:
        entered = await sign_in.sign_in(
            request.app.state.engine,
            email,
            password_of(form, "password"),
            Visitor.of(request),
            text_of(form, "tenant_id") or None,
        )
    except OperatorRefusal as refusal:
        values = _sign_in_values(request, following) | {"email": email, "refusal": refusal}
        return _refused(request, refusal, PAGE, DIALOG, values)
    return await go_on(request, entered, following)


def _sign_in_values(request: Request, following: str) -> dict[str, Any]:
    return {
        "following": following,
        "email": "",
        "refusal": None,
        "done": "",
        "provider": request.app.state.provider is not None,
    }


# ---------------------------------------------------------------- the second factor


async def show_code(request: Request) -> Response:
    """Show the page for the code, after the password."""
    following = safe_path(request.query_params.get("next", "/"))
    return render_open(request, CODE_PAGE, following=following, refusal=None)


async def send_code(request: Request, form: FormData) -> Response:
    """Check the code of the authenticator app, or a recovery code."""
    following, token = safe_path(text_of(form, "next")), request.cookies.get(COOKIE, "")
    code = text_of(form, "code")
    try:
        entered = await sign_in.give_code(
            request.app.state.engine, token, code, Visitor.of(request)
        )
    except SignInExpired as refusal:
        values = _sign_in_values(request, following) | {"refusal": refusal}
        return _refused(request, refusal, PAGE, DIALOG, values)
    except OperatorRefusal as refusal:
        values = {"following": following, "refusal": refusal}
        return _refused(request, refusal, CODE_PAGE, CODE_DIALOG, values)
    return await go_on(request, entered, following)


# ---------------------------------------------------------------- the next step


async def go_on(request: Request, entered: Entered, following: str) -> Response:
    """Answer a step that succeeded: the next step, or the page to come back to."""
    needs_code = entered.stage is Stage.SECOND_FACTOR
    if not is_by_script(request):
        target = code_page(following) if needs_code else following
        response: Response = RedirectResponse(target, 303)
    elif needs_code:
        response = render_open(request, CODE_DIALOG, following=following, refusal=None)
    else:
        response = Response(headers={"hx-trigger": await _signed_in_event(request, entered.token)})
    set_session_cookie(request, response, entered.token)
    return response


def code_page(following: str) -> str:
    """Return the URL of the page for the code, from which the operator goes on to a path."""
    return f"/sign-in/code?next={quote(following)}"


async def _signed_in_event(request: Request, token: str) -> str:
    """Return the event that gives the open page its new CSRF token, so that it can go on.

    The page checks by `owner` that the same operator has signed in, to the same tenant.
    """
    found = await request.app.state.engine.read(find_session, token, now())
    assert found is not None  # it has just been stored
    stored, operator = found
    session = principal_of(stored, operator, token)
    return json.dumps({"signed-in": {"owner": session.owner, "csrf": session.csrf_token}})


def _refused(
    request: Request, refusal: OperatorRefusal, page: str, dialog: str, values: dict[str, Any]
) -> Response:
    """Answer a refused step with its form: status 429 for too many attempts, else 422."""
    template = dialog if is_by_script(request) else page
    headers, status = {}, 422
    if isinstance(refusal, TooManyAttempts):
        headers, status = {"retry-after": str(refusal.retry_after_seconds)}, 429
    return render_open(request, template, status=status, headers=headers, **values)


# ---------------------------------------------------------------- a one-time link


async def show_set_password(request: Request) -> Response:
    """Show the form for the password, if the link can still be used."""
    link = request.path_params["link"]
    try:
        operator = await request.app.state.engine.read(operator_of_link, link, now())
    except LinkExpired as refusal:
        return render_open(request, "set_password.html", status=404, refusal=refusal, email="")
    return render_open(request, "set_password.html", refusal=None, email=operator.email)


async def send_set_password(request: Request, form: FormData) -> Response:
    """Set the password, and sign in."""
    engine, link = request.app.state.engine, request.path_params["link"]
    password, email = password_of(form, "password"), text_of(form, "email")
    try:
        entered = await sign_in.set_password(engine, link, password, Visitor.of(request))
    except OperatorRefusal as refusal:
        status = 404 if isinstance(refusal, LinkExpired) else 422
        return render_open(
            request, "set_password.html", status=status, refusal=refusal, email=email
        )
    return await go_on(request, entered, "/")


# ---------------------------------------------------------------- out


async def send_sign_out(visit: Visit) -> Response:
    """End the session."""
    await visit.engine.keep(account.sign_out, visit.session, visit.visitor)
    response = RedirectResponse("/sign-in?done=signed-out", 303)
    delete_session_cookie(visit.request, response)
    return response


def text_of(form: FormData, name: str) -> str:
    """Return a field without the space around it; empty if it is missing."""
    return password_of(form, name).strip()


def password_of(form: FormData, name: str) -> str:
    """Return a field exactly as typed; empty if it is missing."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


ROUTES = [
    open_page("/sign-in", show_sign_in),
    open_action("/sign-in", send_sign_in),
    open_page("/sign-in/code", show_code),
    open_action("/sign-in/code", send_code),
    open_page("/set-password/{link}", show_set_password),
    open_action("/set-password/{link}", send_set_password),
    action("/sign-out", send_sign_out, Role.VIEWER),
]
