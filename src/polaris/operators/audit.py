"""The audit lines about operators. They are written to every tenant that is concerned."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from polaris.core.facts.audit import AuditLine
from polaris.engine import new_id
from polaris.operators.operator import Operator
from polaris.operators.refusals import OperatorRefusal
from polaris.store.engine.write import write

Connection = psycopg.Connection[Any]


def write_audit(
    connection: Connection,
    command: str,
    operator: Operator,
    *,
    actor: str,
    at: datetime,
    tenant_ids: Iterable[str] | None = None,
    refusal: OperatorRefusal | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Write what happened to an operator, by default in all of their tenants. The caller commits.

    `details` must not contain a password, a token or a hash.
    """
    sent = {"command": command, "email": operator.email, **(details or {})}
    for tenant_id in operator.tenant_ids if tenant_ids is None else tenant_ids:
        line_id = new_id()
        line = AuditLine(
            id=line_id,
            command_id=line_id,
            at=at,
            actor=actor,
            command=command,
            subject_id=operator.id,
            outcome="refused" if refusal else "done",
            refusals=[refusal.code] if refusal else None,
            request=msgspec.Raw(msgspec.json.encode(sent)),
        )
        write(connection, tenant_id, [line])
