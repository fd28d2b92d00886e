"""An operator: a person who uses the console, with a role in each of their tenants."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from polaris.operators.roles import Role
from polaris.store.operators import run

Connection = psycopg.Connection[Any]


class TenantRole(NamedTuple):
    """The role of an operator in one tenant."""

    id: str  # the tenant's
    name: str  # the tenant's
    role: Role


class Operator(NamedTuple):
    """An operator as stored, with their tenants in the order of the names."""

    id: str
    email: str  # in lower case
    name: str
    password_hash: str | None  # None until the first password is set
    created_at: datetime
    disabled_at: datetime | None
    has_second_factor: bool
    tenants: tuple[TenantRole, ...]

    @property
    def actor(self) -> str:
        """The operator's name in the audit log."""
        return f"operator:{self.email}"

    @property
    def tenant_ids(self) -> tuple[str, ...]:
        """The tenants in which the operator has a role."""
        return tuple(tenant.id for tenant in self.tenants)

    @property
    def may_sign_in(self) -> bool:
        """True if the operator is not disabled, and has a role in at least one tenant."""
        return self.disabled_at is None and bool(self.tenants)

    def role_in(self, tenant_id: str) -> Role | None:
        """Return the role in this tenant, or None if the operator has none."""
        return next((tenant.role for tenant in self.tenants if tenant.id == tenant_id), None)


def normal_email(email: str) -> str:
    """Return the e-mail as it is stored and compared: in lower case, without outer space."""
    return email.strip().lower()


def find_by_email(connection: Connection, email: str) -> Operator | None:
    """Return the operator with this e-mail in any case, disabled or not; None if unknown."""
    return next(iter(_operators(connection, email=normal_email(email))), None)


def find_by_id(connection: Connection, operator_id: str) -> Operator | None:
    """Return the operator with this id, disabled or not; None if unknown."""
    return next(iter(_operators(connection, operator_id=operator_id)), None)


def list_operators(connection: Connection, tenant_id: str | None = None) -> list[Operator]:
    """Return the operators of a tenant, or of all tenants, in the order of their e-mails."""
    return _operators(connection, t=tenant_id)


def _operators(connection: Connection, **filters: str | None) -> list[Operator]:
    values = {"email": None, "operator_id": None, "t": None} | filters
    return [_operator(*columns) for columns in run(connection, "operators", **values)]


def _operator(*columns: Any) -> Operator:
    operator = Operator(*columns)
    tenants = (TenantRole(*tenant) for tenant in operator.tenants)
    return operator._replace(
        tenants=tuple(tenant._replace(role=Role(tenant.role)) for tenant in tenants)
    )
