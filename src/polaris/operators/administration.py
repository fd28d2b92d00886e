"""Add, disable and reset operators, and give them roles. Every change is audited."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import psycopg

from polaris.core.commands.text import UNSTORABLE
from polaris.engine import new_id, now
from polaris.operators.audit import write_audit
from polaris.operators.links import new_link
from polaris.operators.operator import (
    Operator,
    find_by_email,
    find_by_id,
    normal_email,
)
from polaris.operators.refusals import (
    AlreadyOperator,
    EmailInvalid,
    LastAdministrator,
    NameInvalid,
    ServesOtherTenants,
    UnknownOperator,
)
from polaris.operators.roles import Role
from polaris.operators.second_factor import switch_off
from polaris.operators.sessions import OperatorSession, end_sessions
from polaris.store.operators import changes, run

Connection = psycopg.Connection[Any]

LONGEST_EMAIL, LONGEST_NAME = 254, 200
FIRST_EMAIL, FIRST_NAME = "admin@example.com", "Administrator"

_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+")


def known_operator(connection: Connection, email: str) -> Operator:
    """Return the operator with this e-mail. Raises UnknownOperator."""
    operator = find_by_email(connection, email)
    if operator is None:
        raise UnknownOperator
    return operator


def valid_email(email: str) -> str:
    """Return the e-mail in lower case. Raises EmailInvalid."""
    normal = normal_email(email)
    if len(normal) > LONGEST_EMAIL or UNSTORABLE.search(normal) or not _EMAIL.fullmatch(normal):
        raise EmailInvalid
    return normal


def valid_name(name: str, email: str) -> str:
    """Return the name, or the e-mail if the name is empty. Raises NameInvalid."""
    if len(name) > LONGEST_NAME or UNSTORABLE.search(name):
        raise NameInvalid
    return name.strip() or email


def add_operator(
    connection: Connection, email: str, name: str, tenant_id: str, role: Role, actor: str
) -> Operator:
    """Give a person a role in a tenant. An e-mail that is not known yet becomes an operator.

    The caller commits. Raises EmailInvalid, NameInvalid, AlreadyOperator.
    """
    email, at = valid_email(email), now()
    values = {"operator_id": new_id(), "email": email, "name": valid_name(name, email), "at": at}
    run(connection, "insert_operator", **values)
    operator = known_operator(connection, email)
    if operator.role_in(tenant_id) is not None:
        raise AlreadyOperator
    _grant(connection, operator, tenant_id, role, at)
    write_audit(
        connection,
        "AddOperator",
        operator,
        actor=actor,
        at=at,
        tenant_ids=[tenant_id],
        details={"role": role},
    )
    return known_operator(connection, email)


def set_role(
    connection: Connection, operator: Operator, tenant_id: str, role: Role, actor: str
) -> None:
    """Give an operator another role in a tenant, or a first one. The caller commits.

    Raises LastAdministrator.
    """
    at = now()
    if role is not Role.ADMIN:
        _keep_an_administrator(connection, operator, tenant_id)
    if _grant(connection, operator, tenant_id, role, at):
        write_audit(
            connection,
            "ChangeOperatorRole",
            operator,
            actor=actor,
            at=at,
            tenant_ids=[tenant_id],
            details={"role": role},
        )


def withdraw_role(connection: Connection, operator: Operator, tenant_id: str, actor: str) -> bool:
    """Take the role in a tenant away. Return False if there was none. The caller commits.

    Raises LastAdministrator.
    """
    _keep_an_administrator(connection, operator, tenant_id)
    gone = changes(connection, "withdraw_role", operator_id=operator.id, t=tenant_id)
    if gone:
        write_audit(
            connection,
            "WithdrawOperatorRole",
            operator,
            actor=actor,
            at=now(),
            tenant_ids=[tenant_id],
        )
    return bool(gone)


def disable(connection: Connection, operator: Operator, actor: str) -> bool:
    """Disable an operator, and end their sessions. Return False if they were disabled already.

    The caller commits. Raises LastAdministrator.
    """
    if operator.disabled_at is not None:
        return False
    for tenant_id in operator.tenant_ids:
        _keep_an_administrator(connection, operator, tenant_id)
    at = now()
    run(connection, "set_disabled", operator_id=operator.id, disabled_at=at)
    end_sessions(connection, operator.id)
    run(connection, "delete_links", operator_id=operator.id)
    write_audit(connection, "DisableOperator", operator, actor=actor, at=at)
    return True


def enable(connection: Connection, operator: Operator, actor: str) -> bool:
    """Enable a disabled operator. Return False if they were not disabled. The caller commits."""
    if operator.disabled_at is None:
        return False
    run(connection, "set_disabled", operator_id=operator.id, disabled_at=None)
    write_audit(connection, "EnableOperator", operator, actor=actor, at=now())
    return True


def reset(
    connection: Connection, operator: Operator, actor: str, without_second_factor: bool = False
) -> str:
    """Return the path of a one-time link with which the operator sets a new password.

    The old password works until then. `without_second_factor` also switches the second factor off,
    for a lost device. The caller commits.
    """
    at = now()
    path = new_link(connection, operator.id, at)
    write_audit(connection, "ResetOperator", operator, actor=actor, at=at)
    if without_second_factor and switch_off(connection, operator.id):
        write_audit(connection, "SwitchSecondFactorOff", operator, actor=actor, at=at)
    return path


def first_run_link(
    connection: Connection, tenant_id: str, email: str = FIRST_EMAIL, name: str = FIRST_NAME
) -> str | None:
    """Create the first operator, an administrator of this tenant, if there is no operator at all.

    Return the path of the link with which they set their password; None if there is an operator.
    The caller commits.
    """
    [[exists]] = run(connection, "any_operator")
    if exists:
        return None
    operator = add_operator(connection, email, name, tenant_id, Role.ADMIN, "system")
    return reset(connection, operator, "system")


def operator_administered_by(
    connection: Connection, session: OperatorSession, operator_id: str
) -> Operator:
    """Return an operator of the session's current tenant. Raises UnknownOperator."""
    operator = find_by_id(connection, operator_id)
    if operator is None or operator.role_in(session.tenant_id) is None:
        raise UnknownOperator
    return operator


def check_account_of(session: OperatorSession, operator: Operator) -> None:
    """Raises ServesOtherTenants if the operator has a role in a tenant that the session's operator
    does not administer. Whoever resets a password can sign in to all tenants of its owner."""
    administered = {tenant.id for tenant in session.tenants if tenant.role is Role.ADMIN}
    if not administered.issuperset(operator.tenant_ids):
        raise ServesOtherTenants


def _grant(
    connection: Connection, operator: Operator, tenant_id: str, role: Role, at: datetime
) -> bool:
    values = {"operator_id": operator.id, "t": tenant_id, "role": role, "at": at}
    return bool(changes(connection, "grant_role", **values))


def _keep_an_administrator(connection: Connection, operator: Operator, tenant_id: str) -> None:
    """Raises LastAdministrator if the tenant has no other administrator who is enabled.

    The roles are locked, so that two administrators cannot demote each other at the same time.
    """
    roles = dict(run(connection, "lock_roles", t=tenant_id).fetchall())
    if roles.get(operator.id) == Role.ADMIN and not _enabled(
        connection,
        (other for other, role in roles.items() if role == Role.ADMIN and other != operator.id),
    ):
        raise LastAdministrator


def _enabled(connection: Connection, operator_ids: Iterable[str]) -> bool:
    values = {"operator_ids": list(operator_ids)}
    return run(connection, "enabled_operators", **values).fetchone() is not None
