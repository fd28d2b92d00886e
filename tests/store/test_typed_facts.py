"""The migration turns details of a dialect into typed facts without losing any."""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from polaris.store.server.migrate import FOLDER, migrate
from store.test_migrations import VERSION_TABLE

TENANT, CUSTOMER, INVOICE, LINE, TAX_CODE = (f"01900000-0000-7000-8000-{n:012d}" for n in range(5))
AT, OF_TENANT = "2026-01-01T00:00:00+00:00", {"tenant_id": TENANT, "version": 1}
PAIR = {"lago_id": "p", "key": "k", "value": "v", "created_at": AT}
SUMS = dict.fromkeys(
    "net_minor tax_minor total_minor paid_minor outstanding_minor offset_minor credit_minor"
    " refund_minor balance_minor voided_minor gross_minor discount_minor base_minor"
    " amount_minor".split(),
    0,
)

BEFORE: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "tenant",
        {
            "name": "Old",
            "timezone": "UTC",
            "settings": {
                "payment_term_days": 30,
                "lago_notes_on_void": "back",
                "details": {"legal_name": "Old Ltd", "zipcode": "1", "invoice_footer": "Thanks"},
            },
        },
    ),
    (
        "customer",
        {
            "id": CUSTOMER,
            "external_id": "c",
            "name": "C",
            "sequence": 1,
            "details": {
                "firstname": "Ann",
                "country": "FR",
                "tax_ids": [TAX_CODE],
                "metadata": [PAIR],
                "url": "u",
            },
        },
    ),
    ("customer", {"external_id": "d", "name": "D", "sequence": 2, "details": {"country": "EIRE"}}),
    (
        "add_on",
        {"code": "setup", "name": "Setup", "tax_codes": ["vat"], "details": {"own": "kept"}},
    ),
    (
        "invoice",
        {
            "id": INVOICE,
            "kind": "one_off",
            "status": "draft",
            "rounding": "per_document",
            "price_type": "exclusive",
            "payment_term_days": 0,
            "details": {
                "purchase_order_number": "PO1",
                "metadata": [PAIR],
                "fees": {"1": {"name": "Set-up", "tax_codes": ["vat"], "description": "d"}},
                "taxes": {"vat": {"lago_tax_id": TAX_CODE, "description": "Value added"}},
            },
        },
    ),
    ("line", {"id": LINE, "position": 1, "kind": "charge", "description": "Work", "quantity": 1}),
    ("tax", {"line_id": LINE, "code": "vat", "name": "VAT", "given": False}),
    (
        "credit_note",
        {
            "purpose": "correction",
            "status": "issued",
            "number": "CN-1",
            "series": "credit_note",
            "reason": "other",
            "credit_to": "note",
            "issue_date": "2026-01-01",
            "issued_at": AT,
            "details": {"metadata": None},
        },
    ),
    (
        "wallet",
        {
            "name": "W",
            "status": "active",
            "priority": 50,
            "rate": 1,
            "details": {"metadata": {"k": "v"}, "paid_top_up_min_amount_cents": 500},
        },
    ),
)
"""Rows of the second revision; `row` adds the columns that they share."""

AFTER = {
    "select legal_name, address, settings, details from tenant": (
        "Old Ltd",
        {"postal_code": "1"},
        {"payment_term_days": 30},
        {"lago": {"invoice_footer": "Thanks", "notes_on_void": "back"}},
    ),
    "select first_name, address, tax_code_ids::text[], metadata, details from customer"
    " where external_id = 'c'": (
        "Ann",
        {"country": "FR"},
        [TAX_CODE],
        {"k": "v"},
        {
            "lago": {
                "url": "u",
                "metadata": {"k": {"lago_id": "p", "created_at": AT}},
            }
        },
    ),
    "select address, details from customer where external_id = 'd'": ({"country": "IE"}, {}),
    "select code, tax_codes, details from catalogue_item": (
        "setup",
        ["vat"],
        {"lago": {"own": "kept"}},
    ),
    "select purchase_order_number, metadata, details from invoice": (
        "PO1",
        {"k": "v"},
        {
            "lago": {
                "fees": {"1": {"description": "d"}},
                "metadata": {"k": {"lago_id": "p", "created_at": AT}},
            }
        },
    ),
    "select name, tax_codes from line": ("Set-up", ["vat"]),
    "select tax_code_id::text, description from tax": (TAX_CODE, "Value added"),
    "select metadata is null, details from credit_note": (True, {}),
    "select metadata, purchase_min_minor, details from wallet": ({"k": "v"}, 500, {}),
}


def row(number: int, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the columns that are required."""
    common = {
        "id": TENANT if "timezone" in own else f"01900000-0000-7000-9000-{number:012d}",
        "customer_id": CUSTOMER,
        "invoice_id": INVOICE,
        "currency": "EUR",
        "revision": 1,
        "created_at": AT,
    }
    return {**SUMS, **OF_TENANT, **common, **own}


@pytest.fixture
def migrated(blank_url: str) -> Iterator[psycopg.Connection]:
    """A database that had these rows at the second revision and is now migrated."""
    with psycopg.connect(blank_url) as connection:
        for name in ("0001_books", "0002_catalogue"):
            connection.execute((FOLDER / "versions" / f"{name}.sql").read_bytes())
        connection.execute(VERSION_TABLE)
        connection.execute("insert into alembic_version values ('0002_catalogue')")
        for number, (table, own) in enumerate(BEFORE):
            values = f"jsonb_populate_record(null::public.{table}, %s)"
            insert = f"insert into {table} select * from {values}"
            connection.execute(insert.encode(), [Jsonb(row(number, own))])
    migrate(blank_url)
    with psycopg.connect(blank_url) as connection:
        yield connection


def test_details_become_typed_facts(migrated: psycopg.Connection) -> None:
    found = {query: migrated.execute(query.encode()).fetchone() for query in AFTER}
    assert found == AFTER
