"""Events before migration 8 get their tasks when it runs."""

import json
from collections.abc import Iterator

import psycopg
import pytest

from polaris.store.server.migrate import FOLDER, migrate
from store.test_migrations import VERSION_TABLE
from store.test_typed_facts import CUSTOMER, TENANT

BEFORE_IT = sorted(path.stem for path in (FOLDER / "versions").glob("000[1-7]_*.sql"))

INVOICE, FAILED, SENT, RETRIED = (f"01900000-0000-7000-8000-{n:012d}" for n in range(20, 24))
EVENTS = [
    ("invoice.double_return_suspected", "invoice", INVOICE, 1),
    ("refund.failed", "refund", FAILED, 2),
    ("refund.failed", "refund", SENT, 3),
    ("refund.settled", "refund", SENT, 4),
    ("refund.failed", "refund", RETRIED, 5),
    ("refund.pending", "refund", RETRIED, 6),
    ("refund.failed", "refund", RETRIED, 7),
    ("customer.saved", "customer", CUSTOMER, 8),
]
"""Kind, subject, its id, and the minute of each event."""

CUSTOMER_ROW = """
insert into customer (tenant_id, id, version, external_id, name, sequence, tax_code_ids, details,
  address, created_at)
values (%s, %s, 1, 'c', '', 1, '{}', '{}', '{}', now())
"""
EVENT_ROW = """
insert into event (tenant_id, id, kind, at, command_id, position, customer_id, subject,
  subject_id, after)
values (%s, gen_random_uuid(), %s, %s::timestamptz, gen_random_uuid(), 1, %s, %s, %s, %s)
"""
TASKS = """
select k.kind, k.subject_id::text, extract(minute from k.opened_at at time zone 'UTC')::int,
       extract(minute from k.resolved_at at time zone 'UTC')::int, k.resolved_by, k.amount_minor
  from task k order by k.opened_at
"""


@pytest.fixture
def migrated(blank_url: str) -> Iterator[psycopg.Connection]:
    """A database that had these events before the migration."""
    image = json.dumps({"amount_minor": 300, "currency": "EUR"})
    with psycopg.connect(blank_url) as connection:
        for name in BEFORE_IT:
            connection.execute((FOLDER / "versions" / f"{name}.sql").read_bytes())
        connection.execute(VERSION_TABLE)
        connection.execute("insert into alembic_version values (%s)", BEFORE_IT[-1:])
        connection.execute(CUSTOMER_ROW, [TENANT, CUSTOMER])
        for kind, subject, subject_id, minute in EVENTS:
            at = f"2026-03-10T12:{minute:02}:00Z"
            values = [TENANT, kind, at, CUSTOMER, subject, subject_id, image]
            connection.execute(EVENT_ROW, values)
    migrate(blank_url)
    with psycopg.connect(blank_url) as connection:
        yield connection


def test_earlier_events_have_their_tasks(migrated: psycopg.Connection) -> None:
    """A refund that was sent, or tried again, after it had failed needs nobody any more."""
    assert migrated.execute(TASKS).fetchall() == [
        ("double_return", INVOICE, 1, None, None, None),
        ("refund_failed", FAILED, 2, None, None, 300),
        ("refund_failed", SENT, 3, 4, "migration", 300),
        ("refund_failed", RETRIED, 5, 6, "migration", 300),
        ("refund_failed", RETRIED, 7, None, None, 300),
    ]
