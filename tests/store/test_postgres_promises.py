"""The store's guarantees: no change is lost or made twice, and tenants are isolated."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import psycopg
import pytest

from polaris.core.facts.audit import CommandRecord
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, Line, Status
from polaris.core.facts.row import Row
from polaris.core.facts.series import DocumentNumber, Series, SkippedNumber
from polaris.core.facts.tenant import Account, Settings
from polaris.core.ledger.posting import Entry, Posting
from polaris.core.scope import Scope
from polaris.engine import new_id
from polaris.store.engine.load import UnknownTenant, load, lock_and_load
from polaris.store.engine.write import Conflict, create_tenant, write
from polaris.store.server.database import EngineConnection, connect
from store.anyrow import (
    CUSTOMER,
    DAY,
    ENTRY,
    INVOICE,
    LOT,
    NEW,
    NOTE,
    PARTIES,
    PAYMENT,
    WALLET,
    WORLD,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
EVERYTHING = Scope(
    customers={CUSTOMER},
    invoices={INVOICE},
    payments={PAYMENT},
    notes={NOTE},
    wallets={WALLET},
    lots={LOT},
    series={"invoice", "note", "customer"},
    open_credit=True,
)


@pytest.fixture
def connection(database_url: str) -> Iterator[EngineConnection]:
    with connect(database_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def tenant(connection: EngineConnection) -> str:
    """A tenant with the fixed rows of `anyrow`; all tenants use the same ids."""
    tenant_id = new_tenant(connection)
    write(connection, tenant_id, WORLD)
    return tenant_id


def new_tenant(connection: EngineConnection) -> str:
    tenant_id = new_id()
    create_tenant(connection, tenant_id, "One", "EUR", "Europe/Oslo", Settings(), NOON)
    return tenant_id


def sample_row(kind: type[Row]) -> Row:
    return next(row for row in WORLD if type(row) is kind)


def entry(**fields: object) -> Row:
    posting = Posting("CASH", "SALES", 1, "EUR", CUSTOMER)
    return msgspec.structs.replace(sample_row(Entry), id=new_id(), postings=(posting,), **fields)


# ----------------------------------------------------------------------------------- conflicts


def test_a_change_to_a_row_that_moved_on_is_a_conflict(
    connection: EngineConnection, tenant: str
) -> None:
    customer = msgspec.structs.replace(sample_row(Customer), version=1)
    write(connection, tenant, [msgspec.structs.replace(customer, name="First")])
    with pytest.raises(Conflict):
        write(connection, tenant, [msgspec.structs.replace(customer, name="Second")])


def test_one_conflict_fails_the_whole_write(connection: EngineConnection, tenant: str) -> None:
    stale = [
        msgspec.structs.replace(sample_row(Customer), version=1, name="Changed"),
        msgspec.structs.replace(sample_row(Invoice), version=7, memo="Changed"),
        entry(),
    ]
    with pytest.raises(Conflict):
        write(connection, tenant, stale)


def test_a_row_that_is_not_there_cannot_change(connection: EngineConnection, tenant: str) -> None:
    with pytest.raises(Conflict):
        write(
            connection, tenant, [msgspec.structs.replace(sample_row(Customer), id=NEW, version=1)]
        )


def test_nothing_to_write_is_fine(connection: EngineConnection, tenant: str) -> None:
    write(connection, tenant, [])
    assert load(connection, tenant, EVERYTHING).facts.tables[Customer]


# ------------------------------------------------------------------------------- nothing twice


def again(kind: type[Row], **fields: object) -> Row:
    return msgspec.structs.replace(sample_row(kind), id=new_id(), **fields)


def issued(**fields: object) -> Row:
    dates = {"issue_date": DAY, "finalized_at": NOON, "parties": PARTIES}
    return again(Invoice, status=Status.FINALIZED, **dates, **fields)


def event() -> Event:
    return Event(
        id=new_id(),
        kind=EventKind.CUSTOMER_SAVED,
        at=NOON,
        command_id=NEW,
        position=1,
        customer_id=CUSTOMER,
        invoice_id=None,
        subject="customer",
        subject_id=CUSTOMER,
        before=None,
        after={"id": CUSTOMER},
    )


def number(text: str) -> DocumentNumber:
    return DocumentNumber(id=text, document="invoice", document_id=INVOICE)


def skipped() -> SkippedNumber:
    return SkippedNumber(
        id=new_id(),
        series="invoice",
        counted=1,
        number="A1",
        document="invoice",
        document_id=INVOICE,
    )


TWICE: dict[str, list[Row]] = {
    "customer_pkey": [sample_row(Customer)],
    "customer_external_id": [again(Customer, sequence=2)],
    "customer_sequence": [again(Customer, external_id="other")],
    "invoice_number": [issued(number="1", series="s"), issued(number="1", series="s")],
    "invoice_regenerated_from": [again(Invoice, regenerated_from=INVOICE) for _ in range(2)],
    "line_tenant_id_invoice_id_revision_position_key": [again(Line)],
    "entry_reverses": [entry(reverses=ENTRY), entry(reverses=ENTRY)],
    "credit_note_number": [again(CreditNote)],
    "document_number_pkey": [number("A1"), number("A1")],
    "skipped_once": [skipped(), skipped()],
    "command_pkey": [CommandRecord(id=NEW, at=NOON), CommandRecord(id=NEW, at=NOON)],
    "command_key": [CommandRecord(id=new_id(), key="k", at=NOON) for _ in range(2)],
    "event_tenant_id_command_id_position_key": [event(), event()],
}


@pytest.mark.parametrize("constraint", TWICE)
def test_what_may_be_once_is_once(
    connection: EngineConnection, tenant: str, constraint: str
) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        write(connection, tenant, TWICE[constraint])
    assert caught.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "rows",
    [
        [issued(number="1", series=None), issued(number="1", series=None)],
        [issued(number="1", series="a"), issued(number="1", series="b")],
        [again(Customer, sequence=2, deleted_at=NOON)],
        [entry(reverses=None), entry(reverses=None)],
        [CommandRecord(id=new_id(), at=NOON), CommandRecord(id=new_id(), at=NOON)],
        [Account(id="BANK", kind="asset")],
    ],
)
def test_what_may_be_twice_can_be_twice(
    connection: EngineConnection, tenant: str, rows: list[Row]
) -> None:
    write(connection, tenant, [Account(id="BANK", kind="asset")])
    write(connection, tenant, rows)
    assert load(connection, tenant, EVERYTHING).facts.tables[Account].keys() == {"BANK"}


def test_a_row_cannot_point_at_nothing(connection: EngineConnection, tenant: str) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        write(connection, tenant, [again(Line, invoice_id=NEW, position=2)])


# ------------------------------------------------------------------------------ nobody else's


def test_a_tenant_sees_only_its_own(connection: EngineConnection, tenant: str) -> None:
    other = new_tenant(connection)
    mine = lock_and_load(connection, tenant, EVERYTHING, [NEW], ["k"]).facts.tables
    theirs = lock_and_load(connection, other, EVERYTHING, [NEW], ["k"]).facts.tables
    own = {"tenant", "books", "series"}
    assert {kind.table for kind, rows in mine.items() if rows} > {"customer", "invoice", *own}
    assert {kind.table for kind, rows in theirs.items() if rows} == own


def test_a_tenant_changes_only_its_own(connection: EngineConnection, tenant: str) -> None:
    other = new_tenant(connection)
    with pytest.raises(Conflict):
        write(connection, other, [msgspec.structs.replace(sample_row(Customer), version=1)])
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        write(connection, other, [again(Line, position=2)])


def test_records_are_found_by_id_and_by_key(connection: EngineConnection, tenant: str) -> None:
    records = [
        CommandRecord(id=new_id(), key="a", fingerprint="f", at=NOON),
        CommandRecord(id=new_id(), refusals=[("not_found", {"id": "x", "n": 1})], at=NOON),
        CommandRecord(id=new_id(), key="c", at=NOON),
    ]
    told = msgspec.structs.replace(event(), command_id=records[0].id)
    write(connection, tenant, [*records, told])
    ids = [records[0].id, records[1].id]
    loaded = lock_and_load(connection, tenant, EVERYTHING, ids, ["a", '{"b,'])
    assert sorted(loaded.records, key=lambda row: row.id) == records[:2]
    assert loaded.events == [told]


# ----------------------------------------------------------------------------------- a tenant


def test_a_new_tenant_has_books_and_series(connection: EngineConnection) -> None:
    settings = Settings(invoice_format="R{next}", payment_term_days=14)
    create_tenant(connection, NEW, "New", "NOK", "Europe/Oslo", settings, NOON)
    facts = load(connection, NEW, Scope(series={"invoice", "note", "customer"})).facts
    assert facts.tenant.settings == settings
    assert (facts.tenant.name, facts.tenant.currency) == ("New", "NOK")
    series = [row for row in facts.tables[Series].values() if isinstance(row, Series)]
    assert {row.id: (row.format, row.next) for row in series} == {
        "invoice": ("R{next}", 1),
        "note": ("CN-{next:06}", 1),
        "customer": ("{next}", 1),
    }


def test_an_unknown_tenant_is_said_to_be_one(connection: EngineConnection) -> None:
    for reading in (load, lock_and_load):
        with pytest.raises(UnknownTenant):
            reading(connection, new_id(), EVERYTHING)
