"""The operators of the tenant, for its administrators."""

from collections.abc import Callable
from typing import Any

from psycopg import Connection
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import Visit, action, page
from polaris.console.rendering import render
from polaris.core.commands.text import ID
from polaris.operators import administration
from polaris.operators.administration import check_account_of, operator_administered_by
from polaris.operators.operator import Operator, list_operators
from polaris.operators.refusals import OperatorRefusal, UnknownOperator
from polaris.operators.roles import Role
from polaris.operators.sessions import OperatorSession

DONE = {
    "added": "The operator has the role. They sign in with the password that they have already.",
    "role": "The role is changed.",
    "withdrawn": "The operator has no role in this tenant any more.",
    "disabled": "The operator is disabled, and signed out everywhere.",
    "enabled": "The operator is enabled again.",
}
"""The message after a form was done, by its name in the URL."""

NOTHING_TYPED = {"email": "", "name": "", "role": ""}

Change = Callable[[Connection[Any], OperatorSession, Operator], object]


async def show(visit: Visit) -> Response:
    """Show the operators of the tenant."""
    return await _operators(visit)


async def _operators(visit: Visit, status: int = 200, **values: Any) -> Response:
    listed = await visit.engine.read(list_operators, visit.session.tenant_id)
    shown = {
        "refusal": None,
        "refused": "",
        "link": "",
        "linked": "",
        "typed": NOTHING_TYPED,
        **values,
    }
    done = DONE.get(visit.request.query_params.get("done", ""), "")
    return render(visit, "operators.html", status=status, operators=listed, done=done, **shown)


def _done(name: str) -> Response:
    return RedirectResponse(f"/operators?done={name}", 303)


# ---------------------------------------------------------------- add


async def add(visit: Visit) -> Response:
    """Give a person a role. Show the link with which a new operator sets the password, once."""
    typed = {name: visit.text(name) for name in ("email", "name", "role")}
    try:
        added, link = await visit.engine.keep(_added, visit.session, typed)
    except OperatorRefusal as refusal:
        return await _operators(visit, 422, refusal=refusal, refused="add", typed=typed)
    return await _operators(visit, link=link, linked=added.email) if link else _done("added")


def _added(
    connection: Connection[Any], session: OperatorSession, typed: dict[str, str]
) -> tuple[Operator, str | None]:
    """Add an operator; with a link if they have no password and serve no other tenant."""
    tenant_id, role = session.tenant_id, _role(typed["role"])
    operator = administration.add_operator(
        connection, typed["email"], typed["name"], tenant_id, role, session.actor
    )
    if operator.password_hash is not None or operator.tenant_ids != (tenant_id,):
        return operator, None
    return operator, administration.reset(connection, operator, session.actor)


def _role(name: str) -> Role:
    """Return the role of this name. Raises HTTPException 422."""
    try:
        return Role(name)
    except ValueError as unknown:
        raise HTTPException(422, "Choose the role viewer, operator or admin.") from unknown


# ---------------------------------------------------------------- change


async def change_role(visit: Visit) -> Response:
    """Give an operator another role in the tenant."""
    role = _role(visit.text("role"))

    def change(connection: Connection[Any], session: OperatorSession, operator: Operator) -> None:
        administration.set_role(connection, operator, session.tenant_id, role, session.actor)

    return await _changed(visit, change, "role")


async def withdraw(visit: Visit) -> Response:
    """Take an operator's role in the tenant away."""

    def change(connection: Connection[Any], session: OperatorSession, operator: Operator) -> None:
        administration.withdraw_role(connection, operator, session.tenant_id, session.actor)

    return await _changed(visit, change, "withdrawn")


async def disable(visit: Visit) -> Response:
    """Disable an operator whose tenants are all administered by this one."""

    def change(connection: Connection[Any], session: OperatorSession, operator: Operator) -> None:
        check_account_of(session, operator)
        administration.disable(connection, operator, session.actor)

    return await _changed(visit, change, "disabled")


async def enable(visit: Visit) -> Response:
    """Enable an operator whose tenants are all administered by this one."""

    def change(connection: Connection[Any], session: OperatorSession, operator: Operator) -> None:
        check_account_of(session, operator)
        administration.enable(connection, operator, session.actor)

    return await _changed(visit, change, "enabled")


async def reset(visit: Visit) -> Response:
    """Show a link with which an operator sets a new password, once."""
    without_factor = visit.text("without_second_factor") == "yes"

    def change(connection: Connection[Any], session: OperatorSession, operator: Operator) -> str:
        check_account_of(session, operator)
        return administration.reset(connection, operator, session.actor, without_factor)

    try:
        operator, link = await visit.engine.keep(_change, visit.session, _named(visit), change)
    except OperatorRefusal as refusal:
        return await _refused(visit, refusal)
    return await _operators(visit, link=link, linked=operator.email)


async def _changed(visit: Visit, change: Change, done: str) -> Response:
    """Make a change of an operator, and show the list with its message."""
    try:
        await visit.engine.keep(_change, visit.session, _named(visit), change)
    except OperatorRefusal as refusal:
        return await _refused(visit, refusal)
    return _done(done)


def _change(
    connection: Connection[Any], session: OperatorSession, operator_id: str, change: Change
) -> tuple[Operator, Any]:
    operator = operator_administered_by(connection, session, operator_id)
    return operator, change(connection, session, operator)


def _named(visit: Visit) -> str:
    """Return the id in the path. Raises HTTPException 404 if it is no id."""
    operator_id: str = visit.request.path_params["operator"]
    if not ID.fullmatch(operator_id):
        raise HTTPException(404)
    return operator_id


async def _refused(visit: Visit, refusal: OperatorRefusal) -> Response:
    if isinstance(refusal, UnknownOperator):
        raise HTTPException(404) from refusal
    return await _operators(visit, 422, refusal=refusal, refused=_named(visit))


ROUTES = [
    page("/operators", show, Role.ADMIN),
    action("/operators", add, Role.ADMIN),
    action("/operators/{operator}/role", change_role, Role.ADMIN),
    action("/operators/{operator}/withdraw", withdraw, Role.ADMIN),
    action("/operators/{operator}/disable", disable, Role.ADMIN),
    action("/operators/{operator}/enable", enable, Role.ADMIN),
    action("/operators/{operator}/reset", reset, Role.ADMIN),
]
