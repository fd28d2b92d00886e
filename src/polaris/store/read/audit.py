"""The newest requests of a tenant, from its audit log."""

from datetime import datetime
from typing import NamedTuple

from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/audit.sql")


class AuditedRequest(NamedTuple):
    """A request, as the audit log has it. The time is UTC."""

    id: str
    command_id: str
    at: datetime
    actor: str
    command: str
    subject_id: str | None
    outcome: str  # done, refused, broken
    refusals: list[str] | None  # their codes
    request: str  # the command as it was sent, JSON


def audited_requests(
    connection: Connection, tenant_id: str, *, subject_id: str | None, limit: int, offset: int
) -> list[AuditedRequest]:
    """Return one page of the requests about a subject, or of all, the newest first."""
    values = {"t": tenant_id, "subject_id": subject_id, "limit": limit, "offset": offset}
    rows = tuples_found(connection, BLOCKS["audit_newest"], values)
    return [AuditedRequest(*row) for row in rows]
