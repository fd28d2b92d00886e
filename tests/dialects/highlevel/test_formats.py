"""Numbers, ids, times and statuses as the vendor writes them."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest

from polaris.core.balances.projections import CollectionStatus, collection_status
from polaris.core.facts.invoice import Invoice, InvoiceKind, Status
from polaris.dialects.highlevel.responses.formats import major, number, short_id, stamp
from polaris.dialects.highlevel.responses.invoices import STATUSES


@pytest.mark.parametrize(
    ("exact", "written"),
    [
        ("0", "0"),
        ("999.00", "999"),
        ("1E+3", "1000"),
        ("-5", "-5"),
        ("0.1", "0.1"),
        ("99.50", "99.5"),
        ("0.0001", "0.0001"),
        ("0.00001234", "0.00001234"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"),
        ("9999999999999.99", "9999999999999.99"),
        ("9007199254740992", "9007199254740992"),
        ("9007199254740993", "9007199254740992"),
        ("12345678901234567890", "12345678901234567000"),
    ],
)
def test_a_number_is_written_as_javascript_writes_it(exact: str, written: str) -> None:
    """The last two are more than JavaScript can tell apart."""
    assert msgspec.json.encode(number(Decimal(exact))).decode() == written


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (99900, "USD", "999"),
        (99950, "USD", "999.5"),
        (1, "USD", "0.01"),
        (1999, "JPY", "1999"),
        (12345, "BHD", "12.345"),
        (12300, "BHD", "12.3"),
        (1, "CLF", "0.0001"),
        (10**15, "USD", "10000000000000"),
        (10**15 - 1, "USD", "9999999999999.99"),
    ],
)
def test_an_amount_is_in_major_units(minor: int, currency: str, written: str) -> None:
    assert msgspec.json.encode(major(minor, currency)).decode() == written


def test_an_amount_can_be_read_back_exactly() -> None:
    for minor in (*range(1000), *range(10**15 - 1000, 10**15)):
        text = msgspec.json.encode(major(minor, "USD"))
        assert json.loads(text, parse_float=Decimal) * 100 == minor


def test_an_id_has_24_digits() -> None:
    assert short_id("01990000-1234-7abc-8def-0123456789ab") == "0199000012347abc8def0123"


def test_a_time_is_in_utc_with_milliseconds() -> None:
    at = datetime(2026, 3, 4, 1, 2, 3, 456_789, timezone(timedelta(hours=2)))
    assert stamp(at) == "2026-03-03T23:02:03.456Z"


# ---------------------------------------------------------------- the status

TRUTH = [
    # status of the books, total, outstanding, a payment in progress, the vendor's status
    (Status.DRAFT, 100, 0, False, "draft"),
    (Status.DRAFT, 100, 0, True, "draft"),
    (Status.FINALIZED, 100, 100, False, "sent"),
    (Status.FINALIZED, 100, 100, True, "payment_processing"),
    (Status.FINALIZED, 100, 40, False, "partially_paid"),
    (Status.FINALIZED, 100, 40, True, "payment_processing"),
    (Status.FINALIZED, 100, 0, False, "paid"),
    (Status.FINALIZED, 100, 0, True, "paid"),
    (Status.FINALIZED, 0, 0, False, "paid"),
    (Status.VOIDED, 100, 0, False, "void"),
    (Status.VOIDED, 100, 0, True, "void"),
    (Status.CLOSED, 100, 0, False, "draft"),
]


@pytest.mark.parametrize(("status", "total", "outstanding", "coming", "word"), TRUTH)
def test_the_status_of_an_invoice(
    status: Status, total: int, outstanding: int, coming: bool, word: str
) -> None:
    row = Invoice(
        id="i",
        version=1,
        customer_id="c",
        kind=InvoiceKind.ONE_OFF,
        status=status,
        currency="USD",
        total_minor=total,
        outstanding_minor=outstanding,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert STATUSES[collection_status(row, coming)] == word


def test_every_status_has_a_word() -> None:
    assert set(STATUSES) == set(CollectionStatus)
    words = {"draft", "sent", "payment_processing", "paid", "void", "partially_paid"}
    assert set(STATUSES.values()) == words
