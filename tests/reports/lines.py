"""Audit lines written without an engine, to have many of them at once or at odd times."""

from datetime import datetime
from typing import Any

import psycopg

from polaris.engine import now

WRITE = """
insert into audit (tenant_id, id, command_id, at, actor, command, outcome, request)
select %(t)s, gen_random_uuid(), gen_random_uuid(), %(at)s, 'clerk', 'VoidInvoice', 'done',
  jsonb_build_object('invoice_id', n, 'comment', 'because é "%%" \\ ' || n)
  from generate_series(1, %(many)s) n
"""

SEALS = "select count(*), count(distinct audit_id), max(position) from seal where tenant_id = %s"


def write_lines(
    connection: psycopg.Connection[Any], tenant_id: str, many: int, at: datetime | None = None
) -> None:
    """Write audit lines asked for at one time; the caller commits."""
    connection.execute(WRITE, {"t": tenant_id, "many": many, "at": at or now()})


def chain_length(connection: psycopg.Connection[Any], tenant_id: str) -> int:
    """How many lines are sealed, each once and counted without a gap."""
    row = connection.execute(SEALS, [tenant_id]).fetchone()
    connection.commit()
    assert row is not None
    length, lines, last = row
    assert length == lines == (last or 0)
    return int(length)
