"""Tenants: a single tenant, and the list of all."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from polaris.core.facts.tenant import Tenant
from polaris.store.engine.load import UnknownTenant
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import QUERIES, blocks, statement

BLOCKS = QUERIES | blocks("read/tenants.sql")


class ListedTenant(NamedTuple):
    """A tenant, as shown in a list."""

    id: str
    name: str
    currency: str
    timezone: str
    created_at: datetime


def tenant(connection: Connection, tenant_id: str) -> Tenant:
    """Return the tenant with this id. Raises UnknownTenant."""
    try:
        values = {"t": str(UUID(tenant_id))}
    except ValueError as malformed:
        raise UnknownTenant(tenant_id) from malformed
    ((found,),) = statement(f"select {BLOCKS['part_tenant']}").run(connection, values)
    if found is None:
        raise UnknownTenant(tenant_id)
    return msgspec.json.decode(found, type=Tenant)


def tenants(connection: Connection) -> list[ListedTenant]:
    """Return all tenants, oldest first."""
    return [ListedTenant(*row) for row in tuples_found(connection, BLOCKS["tenants"], {})]
