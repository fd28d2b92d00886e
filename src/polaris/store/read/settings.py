"""What stands beside a tenant's settings: the next numbers, and who changed the settings."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/settings.sql")
_BESIDE = ("command", "tenant_id", "fingerprint")
"""The fields of the command that change nothing."""


class TenantChange(NamedTuple):
    """A request from the audit log that changed the tenant or its settings."""

    audit_id: str
    at: datetime
    actor: str
    fields: tuple[str, ...]  # what it set; `city` of an address, `DIALECT.SETTING` of a dialect


def next_positions(connection: Connection, tenant_id: str) -> dict[str, int]:
    """Return the next position of each series of the tenant itself, by the series' id."""
    return dict(tuples_found(connection, BLOCKS["tenant_wide_series"], {"t": tenant_id}))


def tenant_changes(connection: Connection, tenant_id: str, limit: int) -> list[TenantChange]:
    """Return who changed the tenant and its settings, the newest first."""
    values = {"t": tenant_id, "limit": limit}
    return [
        TenantChange(audit_id, at, actor, tuple(_fields(msgspec.json.decode(request))))
        for audit_id, at, actor, request in tuples_found(
            connection, BLOCKS["tenant_changes"], values
        )
    ]


def _fields(request: dict[str, Any]) -> list[str]:
    """Return the names of what a request sets."""
    own = dict(request)
    settings, address = own.pop("settings_changes", {}), own.pop("address", {})
    declared = own.pop("details", {})
    names = [name for name in own if name not in _BESIDE]
    of_dialects = [
        f"{dialect}.{name}"
        for dialect, settings_of_dialect in declared.items()
        if isinstance(settings_of_dialect, dict)
        for name in settings_of_dialect
    ]
    return [*names, *address, *settings, *of_dialects]
