"""Sign-in: with a password, a second factor, a one-time link, or an identity provider."""

import asyncio
import time
from typing import Any, NamedTuple

import psycopg
import structlog

from polaris.core.commands.text import UNSTORABLE
from polaris.operators import passwords, second_factor
from polaris.operators.administration import LONGEST_EMAIL
from polaris.operators.audit import write_audit
from polaris.operators.links import operator_of_link, use_link
from polaris.operators.operator import Operator, find_by_email, find_by_id, normal_email
from polaris.operators.refusals import (
    NoSuchOperator,
    OperatorRefusal,
    SignInExpired,
    WrongCode,
    WrongCredentials,
)
from polaris.operators.sessions import (
    LONGEST_USER_AGENT,
    Stage,
    StoredSession,
    Visitor,
    end_session,
    end_sessions,
    find_session,
    start_session,
)
from polaris.operators.throttle import (
    count_attempt,
    forget_attempts,
    subjects_of,
    take_back_attempt,
)
from polaris.serving.async_engine import AsyncEngine
from polaris.store.operators import run

Connection = psycopg.Connection[Any]

log = structlog.get_logger()

FAILURE_SECONDS = 0.5
"""How long a failed sign-in takes at least, so that the duration tells nothing."""


class Entered(NamedTuple):
    """A step of the sign-in that succeeded: the token for the cookie, and how far it goes."""

    token: str
    stage: Stage


async def sign_in(
    engine: AsyncEngine, email: str, password: str, visitor: Visitor, tenant_id: str | None = None
) -> Entered:
    """Sign in with e-mail and password. With a second factor, the next step is `give_code`.

    `tenant_id` is the tenant to work in; by default, the first one of the operator.

    Raises WrongCredentials and TooManyAttempts, the same for known and unknown e-mails.
    """
    begun = time.monotonic()
    email = UNSTORABLE.sub("", normal_email(email))[:LONGEST_EMAIL]
    await engine.keep(count_attempt, subjects_of(email, visitor.address), visitor.at)
    operator = await engine.read(find_by_email, email)
    password_hash = operator.password_hash if operator else None
    right = await asyncio.to_thread(passwords.matches, password_hash, password)
    if operator is None or not right or not operator.may_sign_in:
        await _refused(engine, operator, email, visitor)
        await asyncio.sleep(FAILURE_SECONDS - (time.monotonic() - begun))
        raise WrongCredentials
    newer = await _newer_hash(operator, password)
    return await engine.keep(_with_password, operator, newer, visitor, tenant_id)


async def give_code(engine: AsyncEngine, token: str, code: str, visitor: Visitor) -> Entered:
    """Complete a sign-in with a code of the authenticator app, or a recovery code.

    `token` is the one of the step before. Raises SignInExpired, WrongCode, TooManyAttempts.
    """
    found = await engine.read(find_session, token, visitor.at, Stage.SECOND_FACTOR)
    if found is None:
        raise SignInExpired
    step, operator = found
    subject = f"code:{operator.id}"
    await engine.keep(count_attempt, [subject], visitor.at)
    try:
        return await engine.keep(_with_code, operator, step, code, subject, visitor)
    except WrongCode as wrong:
        await engine.keep(_write_refused, operator, wrong, visitor)
        raise


async def set_password(engine: AsyncEngine, link: str, password: str, visitor: Visitor) -> Entered:
    """Set the password with a one-time link, end all sessions of the operator, and sign in.

    `link` is the token of the link. Raises LinkExpired, and what `check_new_password` raises; then
    the link can still be used.
    """
    operator = await engine.read(operator_of_link, link, visitor.at)
    passwords.check_new_password(password, operator.email)
    hashed = await asyncio.to_thread(passwords.hash_password, password)
    return await engine.keep(_with_link, link, hashed, visitor)


async def sign_in_by_provider(engine: AsyncEngine, email: str, visitor: Visitor) -> Entered:
    """Sign in the operator with an e-mail that the identity provider has verified.

    Raises NoSuchOperator: nobody becomes an operator by signing in.
    """
    operator = await engine.read(find_by_email, email)
    if operator is None or not operator.may_sign_in:
        await _refused(engine, operator, email, visitor, NoSuchOperator())
        raise NoSuchOperator
    return await engine.keep(enter, operator, visitor, "provider")


# ---------------------------------------------------------------- what is written


def enter(
    connection: Connection,
    operator: Operator,
    visitor: Visitor,
    method: str,
    tenant_id: str | None = None,
) -> Entered:
    """Start a session, or the step before it if the operator has a second factor.

    The caller commits. Raises WrongCredentials if the operator may not sign in.
    """
    if not operator.may_sign_in:
        raise WrongCredentials
    if operator.has_second_factor:
        stage = Stage.SECOND_FACTOR
    else:
        stage = Stage.SIGNED_IN
        _write_sign_in(connection, operator, visitor, method)
    tenant_id = _tenant_for(operator, tenant_id)
    return Entered(start_session(connection, operator, tenant_id, visitor, stage), stage)


def _tenant_for(operator: Operator, tenant_id: str | None) -> str:
    """Return this tenant if the operator has a role in it, else their first tenant."""
    if tenant_id and operator.role_in(tenant_id):
        return tenant_id
    return operator.tenant_ids[0]


def _with_password(
    connection: Connection,
    operator: Operator,
    newer_hash: str | None,
    visitor: Visitor,
    tenant_id: str | None,
) -> Entered:
    email_subject, address_subject = subjects_of(operator.email, visitor.address)
    forget_attempts(connection, email_subject)
    take_back_attempt(connection, address_subject, visitor.at)
    if newer_hash:
        run(connection, "set_password", operator_id=operator.id, password_hash=newer_hash)
    return enter(connection, operator, visitor, "password", tenant_id)


def _with_code(
    connection: Connection,
    operator: Operator,
    step: StoredSession,
    code: str,
    subject: str,
    visitor: Visitor,
) -> Entered:
    recovered = second_factor.check_code(connection, operator, code, visitor.at)
    forget_attempts(connection, subject)
    # A new token, because the one of the step before was there without the second factor.
    if not end_session(connection, operator.id, step.id):
        raise SignInExpired
    _write_sign_in(connection, operator, visitor, "recovery code" if recovered else "code")
    tenant_id = _tenant_for(operator, step.tenant_id)
    token = start_session(connection, operator, tenant_id, visitor)
    return Entered(token, Stage.SIGNED_IN)


def _with_link(connection: Connection, link: str, password_hash: str, visitor: Visitor) -> Entered:
    operator = use_link(connection, link, visitor.at)
    run(connection, "set_password", operator_id=operator.id, password_hash=password_hash)
    end_sessions(connection, operator.id)
    forget_attempts(connection, subjects_of(operator.email, visitor.address)[0])
    details = {"method": "link"}
    write_audit(
        connection, "SetPassword", operator, actor=operator.actor, at=visitor.at, details=details
    )
    known = find_by_id(connection, operator.id)
    assert known is not None  # its link refers to it
    return enter(connection, known, visitor, "link")


async def _newer_hash(operator: Operator, password: str) -> str | None:
    """Return a hash with the parameters of today, if the stored one has others."""
    if operator.password_hash and passwords.is_outdated(operator.password_hash):
        return await asyncio.to_thread(passwords.hash_password, password)
    return None


async def _refused(
    engine: AsyncEngine,
    operator: Operator | None,
    email: str,
    visitor: Visitor,
    refusal: OperatorRefusal | None = None,
) -> None:
    """Write a refused sign-in into the audit logs of the operator's tenants, and into the log."""
    refusal = refusal or WrongCredentials()
    log.warning("sign_in_refused", email=email, address=visitor.address, why=refusal.code)
    if operator is not None:
        await engine.keep(_write_refused, operator, refusal, visitor)


def _write_refused(
    connection: Connection, operator: Operator, refusal: OperatorRefusal, visitor: Visitor
) -> None:
    # The actor is the address: whoever failed is perhaps not the operator.
    write_audit(
        connection,
        "SignIn",
        operator,
        actor=f"address:{visitor.address}",
        at=visitor.at,
        refusal=refusal,
        details=_origin(visitor),
    )


def _write_sign_in(
    connection: Connection, operator: Operator, visitor: Visitor, method: str
) -> None:
    write_audit(
        connection,
        "SignIn",
        operator,
        actor=operator.actor,
        at=visitor.at,
        details={"method": method, **_origin(visitor)},
    )


def _origin(visitor: Visitor) -> dict[str, str]:
    """Return where a sign-in came from, for its audit line."""
    return {"address": visitor.address, "user_agent": visitor.user_agent[:LONGEST_USER_AGENT]}
