"""Sessions: the browsers in which operators are signed in. The database is the only truth."""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg
from starlette.requests import Request

from polaris.engine import new_id, now
from polaris.keys import KeyScope
from polaris.operators.operator import Operator, TenantRole, find_by_id
from polaris.operators.roles import Role
from polaris.operators.tokens import csrf_token, new_token, token_hash
from polaris.serving.async_engine import AsyncEngine
from polaris.store.operators import changes, run

Connection = psycopg.Connection[Any]

COOKIE = "polaris_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

IDLE = timedelta(hours=12)
"""A session ends when it was not used for this time."""
LIFETIME = timedelta(days=14)
"""A session ends this time after the sign-in, even if it is used."""
STEP_LIFETIME = timedelta(minutes=10)
"""The time for the second factor after the password."""
TOUCHED_AFTER = timedelta(minutes=1)
"""How exactly the last use of a session is stored."""
LONGEST_USER_AGENT = 300


class Stage(StrEnum):
    """How far a browser has come in the sign-in."""

    SECOND_FACTOR = "second_factor"  # the password was right, the code is missing
    SIGNED_IN = "signed_in"


class Visitor(NamedTuple):
    """The browser that sent a request, and when."""

    address: str
    user_agent: str
    at: datetime

    @classmethod
    def of(cls, request: Request) -> "Visitor":
        """Return the visitor who sent this request now."""
        address = request.client.host if request.client else ""
        return cls(address, request.headers.get("user-agent", ""), now())


class StoredSession(NamedTuple):
    """A session as stored, without its token."""

    id: str
    operator_id: str
    tenant_id: str
    stage: Stage
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str

    def is_valid(self, at: datetime) -> bool:
        """True if the session has not expired at this time, neither idle nor for good."""
        return at < self.expires_at and at < self.last_seen_at + IDLE


class OperatorSession(NamedTuple):
    """A signed-in operator in their current tenant: the principal of a console request."""

    id: str
    operator_id: str
    tenant_id: str  # the current tenant
    email: str
    name: str
    role: Role  # in the current tenant
    csrf_token: str
    tenants: tuple[TenantRole, ...]
    has_second_factor: bool
    expires_at: datetime

    @property
    def actor(self) -> str:
        """The operator's name in the audit log."""
        return f"operator:{self.email}"

    @property
    def administrator(self) -> bool:
        """True if the operator is an administrator of the current tenant."""
        return self.role is Role.ADMIN

    @property
    def idempotency_owner(self) -> str:
        """The operator: nobody else gets the answer to a call under the operator's key."""
        return self.operator_id

    @property
    def owner(self) -> str:
        """The operator and the tenant that an open page belongs to, as one text."""
        return f"{self.operator_id} {self.tenant_id}"

    def may(self, scope: KeyScope) -> bool:
        """True if the role in the current tenant allows to read, or to write."""
        return scope is KeyScope.READ or self.role is not Role.VIEWER

    def accepts(self, csrf: str) -> bool:
        """True if this is the CSRF token of the session in its current tenant."""
        return hmac.compare_digest(self.csrf_token.encode(), csrf.encode())


# ---------------------------------------------------------------- begin and end


def start_session(
    connection: Connection,
    operator: Operator,
    tenant_id: str,
    visitor: Visitor,
    stage: Stage = Stage.SIGNED_IN,
) -> str:
    """Store a new session in this tenant, and delete the operator's expired ones. Return its token.

    The caller commits, and puts the token into the cookie.
    """
    token = new_token()
    lifetime = LIFETIME if stage is Stage.SIGNED_IN else STEP_LIFETIME
    run(
        connection,
        "delete_expired_sessions",
        operator_id=operator.id,
        at=visitor.at,
        idle_since=visitor.at - IDLE,
    )
    run(
        connection,
        "insert_session",
        session_id=new_id(),
        token_hash=token_hash(token),
        operator_id=operator.id,
        t=tenant_id,
        stage=stage,
        at=visitor.at,
        expires_at=visitor.at + lifetime,
        address=visitor.address,
        user_agent=visitor.user_agent[:LONGEST_USER_AGENT],
    )
    return token


def end_session(connection: Connection, operator_id: str, session_id: str) -> bool:
    """Delete a session of an operator. Return False if it was gone already. The caller commits."""
    return bool(
        changes(connection, "delete_session", operator_id=operator_id, session_id=session_id)
    )


def end_sessions(connection: Connection, operator_id: str, kept_id: str | None = None) -> int:
    """Delete all sessions of an operator, except `kept_id`. Return how many. The caller commits."""
    return changes(connection, "delete_sessions", operator_id=operator_id, kept_id=kept_id)


def list_sessions(connection: Connection, operator_id: str, at: datetime) -> list[StoredSession]:
    """Return an operator's valid sessions, the last used one first."""
    found = map(_stored, run(connection, "sessions_of_operator", operator_id=operator_id))
    return [session for session in found if session.is_valid(at)]


def choose_tenant(connection: Connection, session: OperatorSession, tenant_id: str) -> bool:
    """Make a tenant the current one. Return False if the operator has no role in it.

    The caller commits.
    """
    if tenant_id not in {tenant.id for tenant in session.tenants}:
        return False
    run(connection, "set_session_tenant", session_id=session.id, t=tenant_id)
    return True


# ---------------------------------------------------------------- find


def find_session(
    connection: Connection, token: str, at: datetime, stage: Stage = Stage.SIGNED_IN
) -> tuple[StoredSession, Operator] | None:
    """Return the session with this token and its operator.

    Return None if the session is unknown, expired or at another stage, or if the operator may not
    sign in any more.
    """
    row = run(connection, "session_with_token", token_hash=token_hash(token)).fetchone()
    session = _stored(row) if row else None
    if session is None or session.stage is not stage or not session.is_valid(at):
        return None
    operator = find_by_id(connection, session.operator_id)
    return (session, operator) if operator and operator.may_sign_in else None


def _stored(row: Any) -> StoredSession:
    session = StoredSession(*row)
    return session._replace(stage=Stage(session.stage))


def principal_of(session: StoredSession, operator: Operator, token: str) -> OperatorSession:
    """Return the principal of a session. Without a role in its tenant, it gets the first tenant."""
    current = operator.role_in(session.tenant_id)
    tenant = operator.tenants[0]
    tenant_id, role = (session.tenant_id, current) if current else (tenant.id, tenant.role)
    return OperatorSession(
        id=session.id,
        operator_id=operator.id,
        tenant_id=tenant_id,
        email=operator.email,
        name=operator.name,
        role=role,
        csrf_token=csrf_token(token, tenant_id),
        tenants=operator.tenants,
        has_second_factor=operator.has_second_factor,
        expires_at=session.expires_at,
    )


async def session_of(request: Request, engine: AsyncEngine) -> OperatorSession | None:
    """Return the signed-in session of the request's cookie, or None. It does not check CSRF.

    It reads the database each time, so a session that was revoked ends at once, in each worker.
    """
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    at = now()
    found = await engine.read(find_session, token, at)
    if found is None:
        return None
    session, operator = found
    if at - session.last_seen_at > TOUCHED_AFTER:
        await engine.keep(touch_session, session.id, at)
    return principal_of(session, operator, token)


def touch_session(connection: Connection, session_id: str, at: datetime) -> None:
    """Store the last use of a session. The caller commits."""
    run(connection, "touch_session", session_id=session_id, at=at)


async def authenticate(request: Request, engine: AsyncEngine) -> OperatorSession | None:
    """Return the session of an API request by cookie, or None.

    A request that may change something needs the CSRF token in the header `X-CSRF-Token`.
    """
    session = await session_of(request, engine)
    if session is None or request.method in SAFE_METHODS:
        return session
    return session if session.accepts(request.headers.get(CSRF_HEADER, "")) else None
