"""What signed-in operators change about themselves: password, second factor, sessions, tenant."""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg

from polaris.operators import passwords, second_factor
from polaris.operators.audit import write_audit
from polaris.operators.operator import Operator, find_by_id
from polaris.operators.refusals import SecondFactorOff, WrongPassword
from polaris.operators.second_factor import Offer
from polaris.operators.sessions import OperatorSession, Visitor, end_session, end_sessions
from polaris.operators.throttle import count_attempt, forget_attempts
from polaris.serving.async_engine import AsyncEngine
from polaris.store.operators import run

Connection = psycopg.Connection[Any]


def own_account(connection: Connection, session: OperatorSession) -> Operator:
    """Return the operator of a session as stored now."""
    operator = find_by_id(connection, session.operator_id)
    assert operator is not None  # operators are never deleted
    return operator


# ---------------------------------------------------------------- password


async def change_password(
    engine: AsyncEngine, session: OperatorSession, current: str, new: str, visitor: Visitor
) -> None:
    """Change the own password, and end all other sessions.

    Raises WrongPassword, TooManyAttempts, and what `check_new_password` raises.
    """
    operator = await confirm_password(engine, session, current, visitor)
    passwords.check_new_password(new, operator.email)
    hashed = await asyncio.to_thread(passwords.hash_password, new)
    await engine.keep(_store_password, operator, session.id, hashed, visitor)


async def confirm_password(
    engine: AsyncEngine, session: OperatorSession, password: str, visitor: Visitor
) -> Operator:
    """Return the operator of the session if the password is theirs.

    Raises WrongPassword and TooManyAttempts, so that a stolen session cannot be used to guess it.
    """
    subject = f"password:{session.operator_id}"
    await engine.keep(count_attempt, [subject], visitor.at)
    operator = await engine.read(own_account, session)
    if not await asyncio.to_thread(passwords.matches, operator.password_hash, password):
        raise WrongPassword
    await engine.keep(forget_attempts, subject)
    return operator


def _store_password(
    connection: Connection, operator: Operator, session_id: str, hashed: str, visitor: Visitor
) -> None:
    run(connection, "set_password", operator_id=operator.id, password_hash=hashed)
    run(connection, "delete_links", operator_id=operator.id)
    end_sessions(connection, operator.id, kept_id=session_id)
    details = {"method": "password"}
    write_audit(
        connection, "SetPassword", operator, actor=operator.actor, at=visitor.at, details=details
    )


# ---------------------------------------------------------------- second factor


def offer_second_factor(
    connection: Connection, session: OperatorSession, visitor: Visitor
) -> Offer:
    """Return a new secret for an authenticator app. It counts once its first code is given.

    The caller commits. Raises SecondFactorOn.
    """
    return second_factor.offer(connection, own_account(connection, session), visitor.at)


def switch_second_factor_on(
    connection: Connection, session: OperatorSession, code: str, visitor: Visitor
) -> list[str]:
    """Switch the second factor on with the first code. Return the recovery codes, shown once.

    All other sessions end. The caller commits. Raises WrongCode, SecondFactorOn, SecondFactorOff.
    """
    operator = own_account(connection, session)
    codes = second_factor.switch_on(connection, operator, code, visitor.at)
    end_sessions(connection, operator.id, kept_id=session.id)
    write_audit(connection, "SwitchSecondFactorOn", operator, actor=operator.actor, at=visitor.at)
    return codes


async def switch_second_factor_off(
    engine: AsyncEngine, session: OperatorSession, password: str, visitor: Visitor
) -> None:
    """Switch the second factor off. Raises WrongPassword, TooManyAttempts, SecondFactorOff."""
    operator = await confirm_password(engine, session, password, visitor)
    await engine.keep(_switch_off, operator, visitor)


def _switch_off(connection: Connection, operator: Operator, visitor: Visitor) -> None:
    if not second_factor.switch_off(connection, operator.id):
        raise SecondFactorOff
    write_audit(connection, "SwitchSecondFactorOff", operator, actor=operator.actor, at=visitor.at)


async def renew_recovery_codes(
    engine: AsyncEngine, session: OperatorSession, password: str, visitor: Visitor
) -> list[str]:
    """Return new recovery codes; the earlier ones become invalid.

    Raises WrongPassword, TooManyAttempts, SecondFactorOff.
    """
    operator = await confirm_password(engine, session, password, visitor)
    if not operator.has_second_factor:
        raise SecondFactorOff
    return await engine.keep(_renew_codes, operator, visitor)


def _renew_codes(connection: Connection, operator: Operator, visitor: Visitor) -> list[str]:
    codes = second_factor.replace_recovery_codes(connection, operator)
    write_audit(connection, "RenewRecoveryCodes", operator, actor=operator.actor, at=visitor.at)
    return codes


# ---------------------------------------------------------------- sessions


def sign_out(connection: Connection, session: OperatorSession, visitor: Visitor) -> None:
    """End the session. The caller commits."""
    if end_session(connection, session.operator_id, session.id):
        _audit_own(connection, "SignOut", session, visitor)


def revoke_session(
    connection: Connection, session: OperatorSession, session_id: str, visitor: Visitor
) -> bool:
    """End a session of the same operator. Return False if it was gone. The caller commits."""
    if not end_session(connection, session.operator_id, session_id):
        return False
    _audit_own(connection, "RevokeSession", session, visitor, {"session_id": session_id})
    return True


def sign_out_everywhere(connection: Connection, session: OperatorSession, visitor: Visitor) -> int:
    """End all sessions of the operator, also this one. Return how many. The caller commits."""
    ended = end_sessions(connection, session.operator_id)
    _audit_own(connection, "SignOutEverywhere", session, visitor, {"sessions": str(ended)})
    return ended


def _audit_own(
    connection: Connection,
    command: str,
    session: OperatorSession,
    visitor: Visitor,
    details: Mapping[str, str] | None = None,
) -> None:
    operator = own_account(connection, session)
    write_audit(connection, command, operator, actor=operator.actor, at=visitor.at, details=details)
