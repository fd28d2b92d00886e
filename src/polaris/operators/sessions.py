"""Sessions of operators."""

import os
from typing import NamedTuple

from starlette.requests import Request

from polaris.keys import KeyScope
from polaris.operators.roles import Role
from polaris.serving.async_engine import AsyncEngine


class Membership(NamedTuple):
    id: str
    name: str
    role: Role


class OperatorSession(NamedTuple):
    id: str
    operator_id: str
    tenant_id: str
    email: str
    name: str
    role: Role
    csrf_token: str
    tenants: tuple[Membership, ...]

    @property
    def actor(self) -> str:
        return f"operator:{self.email}"

    @property
    def administrator(self) -> bool:
        return self.role is Role.ADMIN

    def may(self, scope: KeyScope) -> bool:
        return scope is KeyScope.READ or self.role is not Role.VIEWER


async def authenticate(request: Request, engine: AsyncEngine) -> OperatorSession | None:
    tenant = os.environ.get("POLARIS_DEV_TENANT")
    if not tenant:
        return None
    role = Role(os.environ.get("POLARIS_DEV_ROLE", "admin"))
    return OperatorSession(
        "s",
        "o",
        tenant,
        "dana@example.com",
        "Dana",
        role,
        "token",
        (Membership(tenant, "Demo", role),),
    )
