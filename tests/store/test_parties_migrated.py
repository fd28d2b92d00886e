"""Documents that were issued before migration 5 get the parties as they stand when it runs."""

from collections.abc import Iterator

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb

from polaris.core.facts.address import Address
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.parties import Buyer, Parties, Seller
from polaris.core.scope import Scope
from polaris.store.engine.load import load
from polaris.store.server.migrate import FOLDER, migrate
from store.test_migrations import VERSION_TABLE
from store.test_typed_facts import AT, CUSTOMER, OF_TENANT, SUMS, TENANT

BEFORE_IT = ("0001_books", "0002_catalogue", "0003_typed_facts", "0004_idempotency_keys")
DRAFT, ISSUED, VOIDED, NOTE = (f"01900000-0000-7000-8000-{n:012d}" for n in range(10, 14))

SELLER = {
    "name": "Acme",
    "legal_name": "Acme Ltd",
    "tax_number": "GB1",
    "email": None,
    "phone": "1",
    "address": {"city": "Paris"},
}
BUYER = {
    "name": "Bakery",
    "legal_name": None,
    "tax_number": "DE2",
    "email": "b@b.example",
    "phone": None,
    "address": {},
    "external_id": "cust_1",
    "first_name": "Ann",
    "last_name": None,
    "currency": "EUR",
    "timezone": "Asia/Tokyo",
    "payment_term_days": 30,
    "metadata": {"longer": "1", "k": None},
    "details": {"some": {"own": [1, None]}},
}


def insert(connection: psycopg.Connection, table: str, **own: object) -> None:
    """Insert a row of the fourth revision; the other required columns are filled in."""
    common = {**SUMS, **OF_TENANT, "currency": "EUR", "created_at": AT, "details": {}}
    values = f"jsonb_populate_record(null::public.{table}, %s)"
    statement = f"insert into {table} select * from {values}"
    connection.execute(statement.encode(), [Jsonb({**common, **own})])


def insert_invoice(connection: psycopg.Connection, invoice_id: str, **own: object) -> None:
    common = {"customer_id": CUSTOMER, "kind": "one_off", "rounding": "per_document", "revision": 1}
    common |= {"price_type": "exclusive", "payment_term_days": 0}
    insert(connection, "invoice", id=invoice_id, **common, **own)


@pytest.fixture
def migrated(blank_url: str) -> Iterator[psycopg.Connection]:
    """A database that had these documents before the migration."""
    with psycopg.connect(blank_url) as connection:
        for name in BEFORE_IT:
            connection.execute((FOLDER / "versions" / f"{name}.sql").read_bytes())
        connection.execute(VERSION_TABLE)
        connection.execute("insert into alembic_version values (%s)", BEFORE_IT[-1:])
        insert(connection, "tenant", id=TENANT, timezone="UTC", settings={}, **SELLER)
        insert(connection, "books", id=TENANT)
        buyer = BUYER | {"metadata": None}
        insert(connection, "customer", id=CUSTOMER, sequence=1, tax_code_ids=[], **buyer)
        pairs = msgspec.json.encode(BUYER["metadata"]).decode()
        connection.execute("update customer set metadata = %s::json", [pairs])
        issued = {"issue_date": "2026-01-01", "finalized_at": AT}
        insert_invoice(connection, DRAFT, status="draft")
        insert_invoice(connection, ISSUED, status="finalized", number="1", **issued)
        insert_invoice(
            connection, VOIDED, status="voided", voided_at=AT, **issued | {"number": "2"}
        )
        note = {"purpose": "void", "status": "issued", "number": "CN-1", "series": "credit_note"}
        note |= {"reason": "other", "credit_to": "note", "issue_date": "2026-01-01"}
        ids = {"id": NOTE, "customer_id": CUSTOMER, "invoice_id": VOIDED}
        insert(connection, "credit_note", issued_at=AT, **ids, **note)
    migrate(blank_url)
    with psycopg.connect(blank_url) as connection:
        yield connection


def test_issued_documents_are_filled_and_drafts_are_not(migrated: psycopg.Connection) -> None:
    """The values are those of the rows, read by the same types as new ones."""
    scope = Scope(invoices={DRAFT, ISSUED, VOIDED}, notes={NOTE})
    facts = load(migrated, TENANT, scope).facts
    invoices = {row.id: row for row in facts.tables[Invoice].values() if isinstance(row, Invoice)}
    assert invoices[DRAFT].parties is None
    expected = Parties(
        seller=Seller(
            name="Acme",
            legal_name="Acme Ltd",
            tax_number="GB1",
            phone="1",
            address=Address(city="Paris"),
        ),
        buyer=msgspec.convert(BUYER, Buyer),
        timezone="Asia/Tokyo",
    )
    note = facts.tables[CreditNote][NOTE]
    assert isinstance(note, CreditNote)
    found = [invoices[ISSUED].parties, invoices[VOIDED].parties, note.parties]
    assert found == [expected] * 3
    assert note.parties and list(note.parties.buyer.metadata or {}) == ["longer", "k"]


@pytest.mark.parametrize(
    "change",
    [
        "update invoice set parties = null where status = 'finalized'",
        "update invoice set parties = '{}' where status = 'draft'",
        "update credit_note set parties = null",
    ],
)
def test_an_issued_document_cannot_be_stored_without_parties(
    migrated: psycopg.Connection, change: str
) -> None:
    with pytest.raises(psycopg.errors.IntegrityError):
        migrated.execute(change.encode())
