"""The account of the operator: password, second factor, sessions, and the current tenant."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import Visit, action, page, safe_path
from polaris.console.cookies import delete_session_cookie
from polaris.console.pages.sign_in import password_of
from polaris.console.rendering import render
from polaris.core.commands.text import ID
from polaris.operators import account, second_factor
from polaris.operators.refusals import OperatorRefusal
from polaris.operators.roles import Role
from polaris.operators.sessions import choose_tenant, list_sessions

DONE = {
    "password": "The password is changed. All your other sessions have ended.",
    "factor-off": "The second factor is off.",
    "session": "The session has ended.",
}
"""The message after a form was done, by its name in the URL."""


async def show(visit: Visit) -> Response:
    """Show the account."""
    return await _account(visit)


async def _account(
    visit: Visit, form: str = "", refusal: OperatorRefusal | None = None
) -> Response:
    """Show the account; with the refusal at the form that was refused."""
    visitor, session = visit.visitor, visit.session
    found = await visit.engine.read(list_sessions, session.operator_id, visitor.at)
    left = await visit.engine.read(second_factor.recovery_codes_left, session.operator_id)
    return render(
        visit,
        "account.html",
        status=422 if refusal else 200,
        sessions=found,
        recovery_codes_left=left,
        form=form,
        refusal=refusal,
        done=DONE.get(visit.request.query_params.get("done", ""), ""),
    )


def _done(name: str) -> Response:
    return RedirectResponse(f"/account?done={name}", 303)


async def change_password(visit: Visit) -> Response:
    """Change the own password."""
    current, new = password_of(visit.form, "current_password"), password_of(visit.form, "password")
    try:
        await account.change_password(visit.engine, visit.session, current, new, visit.visitor)
    except OperatorRefusal as refusal:
        return await _account(visit, "password", refusal)
    return _done("password")


# ---------------------------------------------------------------- the second factor


async def offer_second_factor(visit: Visit) -> Response:
    """Make a new secret, and show it as QR code."""
    try:
        offer = await visit.engine.keep(account.offer_second_factor, visit.session, visit.visitor)
    except OperatorRefusal as refusal:
        return await _account(visit, "factor", refusal)
    return render(visit, "second_factor.html", offer=offer, refusal=None)


async def switch_second_factor_on(visit: Visit) -> Response:
    """Check the first code, and show the recovery codes once."""
    session, code = visit.session, visit.text("code")
    try:
        codes = await visit.engine.keep(
            account.switch_second_factor_on, session, code, visit.visitor
        )
    except OperatorRefusal as refusal:
        return await _offer_again(visit, refusal)
    return render(visit, "recovery_codes.html", codes=codes)


async def _offer_again(visit: Visit, refusal: OperatorRefusal) -> Response:
    """Show the same secret again after a wrong code."""
    operator = await visit.engine.read(account.own_account, visit.session)
    try:
        offer = await visit.engine.read(second_factor.offered, operator)
    except OperatorRefusal as other:
        return await _account(visit, "factor", other)
    return render(visit, "second_factor.html", status=422, offer=offer, refusal=refusal)


async def switch_second_factor_off(visit: Visit) -> Response:
    """Switch the second factor off."""
    password = password_of(visit.form, "current_password")
    try:
        await account.switch_second_factor_off(visit.engine, visit.session, password, visit.visitor)
    except OperatorRefusal as refusal:
        return await _account(visit, "factor", refusal)
    return _done("factor-off")


async def renew_recovery_codes(visit: Visit) -> Response:
    """Show new recovery codes once; the earlier ones become invalid."""
    password = password_of(visit.form, "current_password")
    try:
        codes = await account.renew_recovery_codes(
            visit.engine, visit.session, password, visit.visitor
        )
    except OperatorRefusal as refusal:
        return await _account(visit, "codes", refusal)
    return render(visit, "recovery_codes.html", codes=codes)


# ---------------------------------------------------------------- sessions and tenants


async def revoke_session(visit: Visit) -> Response:
    """End a session of the operator, perhaps this one."""
    session_id = visit.request.path_params["session"]
    if not ID.fullmatch(session_id):
        raise HTTPException(404)
    await visit.engine.keep(account.revoke_session, visit.session, session_id, visit.visitor)
    return _done("session")


async def sign_out_everywhere(visit: Visit) -> Response:
    """End all sessions of the operator."""
    await visit.engine.keep(account.sign_out_everywhere, visit.session, visit.visitor)
    response = RedirectResponse("/sign-in?done=signed-out-everywhere", 303)
    delete_session_cookie(visit.request, response)
    return response


async def switch_tenant(visit: Visit) -> Response:
    """Make another tenant the current one, and show the overview: other pages differ."""
    chosen = visit.text("tenant_id")
    if not await visit.engine.keep(choose_tenant, visit.session, chosen):
        raise HTTPException(404, "You have no role in this tenant.")
    following = safe_path(visit.text("next"))
    listed = following.partition("?")[0]
    # The page of one invoice or customer does not exist in the other tenant.
    return RedirectResponse("/" if any(map(ID.fullmatch, listed.split("/"))) else listed, 303)


ROUTES = [
    page("/account", show),
    action("/account/password", change_password, Role.VIEWER),
    action("/account/second-factor", offer_second_factor, Role.VIEWER),
    action("/account/second-factor/on", switch_second_factor_on, Role.VIEWER),
    action("/account/second-factor/off", switch_second_factor_off, Role.VIEWER),
    action("/account/recovery-codes", renew_recovery_codes, Role.VIEWER),
    action("/account/sessions/{session}/revoke", revoke_session, Role.VIEWER),
    action("/account/sign-out-everywhere", sign_out_everywhere, Role.VIEWER),
    action("/account/tenant", switch_tenant, Role.VIEWER),
]
