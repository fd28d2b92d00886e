"""Random rows that the schema allows, and a few fixed rows that they can refer to."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from polaris.core.facts.address import Address
from polaris.core.facts.audit import AuditLine
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.credit_note import CreditNote, Funding, NoteLine, NotePurpose
from polaris.core.facts.customer import Customer
from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import (
    Invoice,
    InvoiceKind,
    Line,
    Settlement,
    SettlementKind,
    Status,
    WriteOff,
)
from polaris.core.facts.parties import Buyer, Parties, Seller
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState
from polaris.core.facts.row import Row
from polaris.core.facts.series import DocumentNumber, Series
from polaris.core.facts.task import Task
from polaris.core.facts.tenant import Account, Books, Settings, Tenant
from polaris.core.facts.wallet import Lot, LotFunding, Wallet
from polaris.core.facts.webhook import PauseReason, WebhookEndpoint
from polaris.core.ledger.posting import Entry, EntryKind, Posting

TENANT, CUSTOMER, WALLET, INVOICE, LINE, ENTRY, PAYMENT, SETTLEMENT, NOTE, LOT, NEW, EVENT = (
    f"01900000-0000-7000-8000-{number:012x}" for number in range(12)
)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = NOON.date()
PARTIES = Parties(seller=Seller(), buyer=Buyer(external_id="world"), timezone="UTC")

WORLD: list[Row] = [
    Customer(id=CUSTOMER, external_id="world", sequence=1, created_at=NOON),
    Wallet(id=WALLET, customer_id=CUSTOMER, currency="EUR", created_at=NOON),
    Invoice(
        id=INVOICE,
        customer_id=CUSTOMER,
        kind=InvoiceKind.ONE_OFF,
        status=Status.DRAFT,
        currency="EUR",
        created_at=NOON,
    ),
    Line(id=LINE, invoice_id=INVOICE, revision=1, position=1),
    Entry(
        id=ENTRY,
        kind=EntryKind.FINALIZED,
        accounting_date=DAY,
        written_at=NOON,
        reverses=None,
        command_id=NEW,
        invoice_id=INVOICE,
        postings=(Posting("CASH", "SALES", 1, "EUR", CUSTOMER),),
    ),
    Payment(
        id=PAYMENT,
        customer_id=CUSTOMER,
        currency="EUR",
        amount_minor=1,
        state=PaymentState.SUCCEEDED,
        provider="manual",
        account="CASH",
        received_at=NOON,
        created_at=NOON,
    ),
    Settlement(
        id=SETTLEMENT,
        invoice_id=INVOICE,
        customer_id=CUSTOMER,
        kind=SettlementKind.PAYMENT,
        source_id=PAYMENT,
        amount_minor=1,
        at=NOON,
    ),
    CreditNote(
        id=NOTE,
        customer_id=CUSTOMER,
        purpose=NotePurpose.STANDALONE,
        number="0",
        series="world",
        reason="other",
        currency="EUR",
        net_minor=0,
        tax_minor=0,
        total_minor=0,
        issue_date=DAY,
        issued_at=NOON,
        parties=PARTIES,
    ),
    Lot(
        id=LOT,
        wallet_id=WALLET,
        customer_id=CUSTOMER,
        funding=LotFunding.GRANTED,
        amount_minor=1,
        left_minor=1,
        landed_at=NOON,
    ),
    Event(
        id=EVENT,
        kind=EventKind.REFUND_FAILED,
        at=NOON,
        command_id=EVENT,
        position=1,
        customer_id=CUSTOMER,
        invoice_id=None,
        subject="refund",
        subject_id=PAYMENT,
        before=None,
        after={},
    ),
]
"""One row of each table that other rows refer to."""

LINKS = {
    "customer_id": CUSTOMER,
    "wallet_id": WALLET,
    "invoice_id": INVOICE,
    "regenerated_from": INVOICE,
    "regenerated_as": INVOICE,
    "line_id": LINE,
    "original_line_id": LINE,
    "entry_id": ENTRY,
    "document_entry_id": ENTRY,
    "reverses": ENTRY,
    "payment_id": PAYMENT,
    "settlement_id": SETTLEMENT,
    "note_id": NOTE,
    "lot_id": LOT,
    "event_id": EVENT,
}
IDS = {"source_id", "subject_id", "document_id", "owner_id", "command_id", "item_id", "tax_code_id"}
NAMED = (Account, Series, DocumentNumber)  # found by a name, not by an id

Fields = dict[str, Any]


def legal_invoice(row: Fields) -> Fields:
    issued = {"status": Status.FINALIZED, "number": row["number"] or "1", "issue_date": DAY}
    owed = {"paid_minor": row["net_minor"], "outstanding_minor": row["tax_minor"]}
    total = row["net_minor"] + row["tax_minor"]
    times = {"finalized_at": NOON, "voided_at": None}
    return issued | owed | times | {"total_minor": total, "parties": row["parties"] or PARTIES}


def legal_line(row: Fields) -> Fields:
    discount = row["discount_minor"] % (row["gross_minor"] + 1)
    return {"discount_minor": discount, "net_minor": row["gross_minor"] - discount, "position": 2}


def legal_note(row: Fields) -> Fields:
    total = row["net_minor"] + row["tax_minor"]
    parts = {"offset_minor": row["net_minor"], "credit_minor": row["tax_minor"], "refund_minor": 0}
    left = row["balance_minor"] % (row["tax_minor"] + 1)
    purpose = NotePurpose.VOID if row["invoice_id"] else NotePurpose.STANDALONE
    return {
        "total_minor": total,
        "balance_minor": left,
        "voided_minor": row["tax_minor"] - left,
        "parties": row["parties"] or PARTIES,
        **parts,
    } | {"purpose": purpose}


def legal_refund(row: Fields) -> Fields:
    ended = row["state"] is RefundState.SETTLED
    return {
        "amount_minor": max(row["amount_minor"], 1),
        "settled_at": NOON if ended else None,
        "of_balance": row["note_id"] is not None,
    }


def legal_task(row: Fields) -> Fields:
    known = row["amount_minor"] is not None
    resolved = {"resolved_at": NOON, "resolved_by": "ada", "resolution": row["resolution"] or ""}
    return {"currency": "EUR" if known else None, **resolved}


def some_of(row: Fields, part: str) -> Fields:
    amount = max(row["amount_minor"], 1)
    return {"amount_minor": amount, part: row[part] % (amount + 1)}


LEGAL: dict[type[Row], Callable[[Fields], Fields]] = {
    Invoice: legal_invoice,
    Line: legal_line,
    NoteLine: lambda row: {"net_minor": row["gross_minor"], "discount_minor": 0},
    CreditNote: legal_note,
    Refund: legal_refund,
    Settlement: lambda row: some_of(row, "held_minor") | {"removed_at": NOON},
    WriteOff: lambda row: {"amount_minor": max(row["amount_minor"], 1), "mode": "expense"},
    Funding: lambda row: {"payment_id": PAYMENT},
    Lot: lambda row: some_of(row, "left_minor"),
    Wallet: lambda row: {"rate": abs(row["rate"]) + 1},
    Payment: lambda row: some_of(row, "unused_minor") | {"state": PaymentState.SUCCEEDED},
    Series: lambda row: {"owner_id": None if row["scope"] == "tenant" else NEW},
    DocumentNumber: lambda row: {"document": "invoice"},
    Tenant: lambda row: {"id": TENANT},
    Books: lambda row: {"id": TENANT},
    TaxCode: lambda row: {"rate": abs(row["rate"])},
    Account: lambda row: {"kind": "asset"},
    Customer: lambda row: {"sequence": max(row["sequence"], 2)},
    AuditLine: lambda row: {"outcome": "done"},
    Task: legal_task,
    WebhookEndpoint: lambda row: {"paused_at": NOON, "paused_reason": PauseReason.FAILING},
}
"""Values that the check constraints require."""

FIXED: dict[type[Row], str] = {
    Tenant: "created_at",
    CatalogueItem: "created_at",
    TaxCode: "created_at",
    WebhookEndpoint: "created_at dialect events_since",
    Books: "",
    Series: "scope owner_id",
    Customer: "sequence created_at",
    Wallet: "customer_id currency created_at",
    Invoice: "customer_id kind currency rounding price_type parties created_at",
    Payment: "customer_id currency amount_minor provider account created_at",
    Settlement: "invoice_id customer_id kind source_id amount_minor at entry_id",
    WriteOff: "invoice_id customer_id amount_minor mode account reason at",
    CreditNote: "customer_id invoice_id purpose number series reason currency net_minor tax_minor"
    " total_minor credit_to issue_date issued_at parties",
    Funding: "note_id",
    Refund: "customer_id payment_id settlement_id invoice_id note_id of_balance currency"
    " amount_minor reason requested_at",
    Task: "kind event_id customer_id invoice_id subject subject_id currency amount_minor opened_at",
    Lot: "wallet_id customer_id funding invoice_id note_id landed_at",
}
"""Fields that never change after a row is inserted."""

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner, max_size=2),
    max_leaves=4,
)
TIMES = st.datetimes(timezones=st.just(UTC))
POSTINGS = st.lists(
    st.builds(
        Posting,
        debit=st.just("CASH"),
        credit=TEXT.map(lambda name: f"SALES:{name}"),
        amount_minor=st.integers(1, 10**15),
        currency=st.just("EUR"),
        customer_id=st.just(CUSTOMER),
        invoice_id=st.sampled_from([None, INVOICE]),
        source=st.none() | TEXT,
        source_id=st.none() | st.just(PAYMENT),
    ),
    min_size=1,
    max_size=3,
).map(tuple)

SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(1, 10**6),
    bool: st.booleans(),
    Decimal: st.decimals(-(10**9), 10**9, allow_nan=False, places=7),
    date: st.dates(date(1900, 1, 1)),
    datetime: TIMES,
    dict: st.dictionaries(TEXT, JSON, max_size=2),
    Details: st.dictionaries(TEXT, st.dictionaries(TEXT, JSON, max_size=2), max_size=2),
    Metadata: st.dictionaries(TEXT, st.none() | TEXT, max_size=2),
    Address: st.builds(Address, line1=st.none() | TEXT, country=st.none() | TEXT),
    Parties: st.builds(
        Parties,
        seller=st.builds(Seller, name=TEXT, legal_name=st.none() | TEXT),
        buyer=st.builds(
            Buyer,
            external_id=TEXT,
            payment_term_days=st.none() | st.integers(0, 10_000),
            metadata=st.none() | st.dictionaries(TEXT, st.none() | TEXT, max_size=2),
            details=st.dictionaries(TEXT, st.dictionaries(TEXT, JSON, max_size=2), max_size=2),
        ),
        timezone=TEXT,
    ),
    tuple: POSTINGS,
    tuple[str, ...]: st.lists(TEXT, max_size=2).map(tuple),
    Settings: st.builds(Settings, void_reasons=st.lists(TEXT, max_size=2).map(tuple)),
    msgspec.Raw: st.builds(dict, told=JSON).map(
        lambda told: msgspec.Raw(msgspec.json.encode(told))
    ),
}


def values(name: str, kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of a field."""
    if get_origin(kind) is UnionType:
        some = next(one for one in get_args(kind) if one is not NoneType)
        return st.none() | values(name, some)
    if name in LINKS:
        return st.just(LINKS[name])
    if name in IDS:
        return st.uuids().map(str)
    if name == "tax_code_ids":
        return st.lists(st.uuids().map(str), max_size=2).map(tuple)
    if name == "intended":
        return st.dictionaries(st.uuids().map(str), st.integers(0, 10**15), max_size=3)
    if name == "refusals":
        coded = st.lists(TEXT, max_size=2)
        return (
            coded if kind == list[str] else coded.map(lambda codes: [(x, {"a": 1}) for x in codes])
        )
    if name.endswith("_minor"):
        return st.integers(0, 10**15)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return SCALARS[kind if kind in SCALARS else get_origin(kind)]


def rows(table: type[Row], **fixed: Any) -> st.SearchStrategy[Row]:
    """Return a strategy for the valid rows of a table."""
    fields = {field.name: values(field.name, field.type) for field in msgspec.structs.fields(table)}
    fields["id"] = TEXT.map(lambda name: f"world {name}") if table in NAMED else st.just(NEW)
    if "version" in fields:
        fields["version"] = st.just(0)
    return st.fixed_dictionaries(fields).map(lambda row: make_row(table, row | fixed))


def make_row(table: type[Row], row: Fields) -> Row:
    legal = LEGAL.get(table)
    return table(**row | (legal(row) if legal else {}))
