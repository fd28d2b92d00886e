"""Finalize, through the vendor's client: numbers, dates, settlement, and concurrent calls."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lago_python_client.exceptions import LagoApiError

from dialects.lago.books import VAT, Books, line
from dialects.lago.said import error
from faults.world import at_once
from polaris.core import commands
from polaris.core.commands.values import CreditedLine, TaxRate
from polaris.core.facts.invoice import InvoiceKind
from polaris.engine import new_id

MISSING = error(404, "invoice_not_found")


def test_a_draft_is_numbered_when_it_is_finalized(books: Books) -> None:
    """A draft has only the prefix."""
    invoice_id = books.draft(books.customer())
    draft = books.client.invoices.find(invoice_id)
    assert (draft.status, draft.number, draft.sequential_id) == ("draft", "ACM-1A2B-DRAFT", None)
    final = books.client.invoices.finalize(invoice_id)
    assert (final.status, final.number) == ("finalized", "ACM-1A2B-001-001")
    assert final.sequential_id == 1
    assert final.dict() == books.client.invoices.find(invoice_id).dict()


def test_numbers_are_gapless_for_each_customer(books: Books) -> None:
    """A deleted draft leaves no gap, and one customer's invoices do not count for another."""
    numbers = {}
    for name in ("ada", "bob"):
        customer_id = books.customer(name)
        drafts = [books.draft(customer_id) for _ in range(4)]
        assert books.client.invoices.destroy(drafts.pop(1)).status == "deleted"
        numbers[name] = [books.client.invoices.finalize(one).number for one in drafts]
    assert numbers == {
        "ada": ["ACM-1A2B-001-001", "ACM-1A2B-001-002", "ACM-1A2B-001-003"],
        "bob": ["ACM-1A2B-002-001", "ACM-1A2B-002-002", "ACM-1A2B-002-003"],
    }


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "UTC"])
def test_it_is_issued_today_where_the_customer_is(books: Books, zone: str) -> None:
    """The issue date is today, whatever the draft's date; it is due at the end of the term."""
    customer_id = books.customer(timezone=zone, payment_term_days=30)
    invoice_id = books.draft(customer_id, issue_date=date(2024, 1, 1))
    before = today(zone)
    final = books.client.invoices.finalize(invoice_id)
    assert final.issuing_date in (before.isoformat(), today(zone).isoformat())
    issued = date.fromisoformat(final.issuing_date)
    assert final.payment_due_date == (issued + timedelta(days=30)).isoformat()
    assert final.net_payment_term == 30


def today(zone: str) -> date:
    """Return today's date in a time zone."""
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def test_a_draft_shows_when_it_would_be_due(books: Books) -> None:
    """A draft shows the dates that it would have if it were issued today."""
    invoice_id = books.draft(books.customer(payment_term_days=10))
    draft = books.client.invoices.find(invoice_id)
    issued = date.fromisoformat(draft.issuing_date)
    assert draft.payment_due_date == (issued + timedelta(days=10)).isoformat()


# ---------------------------------------------------------------- invoices of zero


@pytest.mark.parametrize(
    ("tenant_skips", "customer_says", "status"),
    [
        (False, None, "finalized"),
        (False, "inherit", "finalized"),
        (False, "finalize", "finalized"),
        (False, "skip", "closed"),
        (True, None, "closed"),
        (True, "inherit", "closed"),
        (True, "finalize", "finalized"),
        (True, "skip", "closed"),
    ],
)
def test_one_over_nothing_is_finalized_or_skipped(
    books: Books, tenant_skips: bool, customer_says: str | None, status: str
) -> None:
    """The customer's setting counts, else the tenant's. A skipped invoice has no number."""
    books.done(
        commands.SaveTenant(
            tenant_id=books.tenant_id, details={"lago": {"skip_zero": tenant_skips}}
        )
    )
    details = {"lago": {"finalize_zero_amount_invoice": customer_says}}
    customer_id = books.customer(details=details)
    free, priced = books.draft(customer_id, line(0, VAT)), books.draft(customer_id)
    assert books.client.invoices.finalize(free).status == status
    number = books.client.invoices.finalize(priced).number
    assert number == ("ACM-1A2B-001-001" if status == "closed" else "ACM-1A2B-001-002")
    if status == "closed":
        assert books.http("GET", f"/invoices/{free}").json() == MISSING
    else:
        assert books.client.invoices.find(free).payment_status == "succeeded"


# ---------------------------------------------------------------- what settles it


def with_credit(books: Books, note_minor: int, wallet_minor: int) -> str:
    """A customer with a credit note of its own and granted credits."""
    customer_id, wallet_id = books.customer(), new_id()
    credited = (CreditedLine(amount_minor=note_minor, description="Sorry"),)
    books.done(
        commands.IssueStandaloneNote(
            note_id=new_id(), customer_id=customer_id, currency="EUR", lines=credited
        ),
        commands.OpenWallet(wallet_id=wallet_id, customer_id=customer_id, currency="EUR"),
        commands.GrantCredits(lot_id=new_id(), wallet_id=wallet_id, amount_minor=wallet_minor),
    )
    return customer_id


@pytest.mark.parametrize(
    ("kind", "note", "wallet", "total", "payment_status"),
    [
        (InvoiceKind.SUBSCRIPTION, 700, 500, 0, "succeeded"),
        (InvoiceKind.ONE_OFF, 0, 0, 1200, "pending"),
    ],
)
def test_credit_settles_what_subscriptions_bill(
    books: Books, kind: InvoiceKind, note: int, wallet: int, total: int, payment_status: str
) -> None:
    """Notes first, then the wallet; a draft shows neither, and a one-off takes none."""
    invoice_id = books.draft(with_credit(books, 700, 900), kind=kind)
    assert books.client.invoices.find(invoice_id).total_amount_cents == 1200
    final = books.client.invoices.finalize(invoice_id)
    assert (final.credit_notes_amount_cents, final.prepaid_credit_amount_cents) == (note, wallet)
    assert (final.total_amount_cents, final.total_due_amount_cents) == (total, total)
    assert final.payment_status == payment_status
    assert final.sub_total_including_taxes_amount_cents == 1200
    shown = [(one.item.type, one.amount_cents, one.before_taxes) for one in final.credits.__root__]
    assert shown == ([("credit_note", 700, False)] if note else [])


# ---------------------------------------------------------------- refusals


def finalized(books: Books) -> str:
    """One that was finalized before."""
    return books.invoice(books.customer())


def voided(books: Books) -> str:
    """A voided one."""
    invoice_id = finalized(books)
    books.client.invoices.void(invoice_id)
    return invoice_id


def deleted(books: Books) -> str:
    """A deleted draft."""
    invoice_id = books.draft(books.customer())
    books.client.invoices.destroy(invoice_id)
    return invoice_id


def foreign(books: Books) -> str:
    """Another tenant's draft."""
    other = Books(books.database, books.url)
    return other.draft(other.customer())


@pytest.mark.parametrize(
    "made",
    [finalized, voided, deleted, foreign, lambda _: new_id(), lambda _: "x"],
    ids=["finalized", "voided", "deleted", "foreign", "unknown", "no id"],
)
def test_only_drafts_are_found(books: Books, made: Any) -> None:
    """Finalize answers 404 for everything that is not a draft."""
    with pytest.raises(LagoApiError) as refused:
        books.client.invoices.finalize(made(books))
    assert (refused.value.status_code, refused.value.response) == (404, MISSING)


def test_of_many_at_once_one_finalizes(books: Books) -> None:
    """The other calls find no draft, and only one number is used."""
    customer_id = books.customer()
    for turn in range(1, 5):
        finalizing = partial(books.http, "PUT", f"/invoices/{books.draft(customer_id)}/finalize")
        answers: list[Any] = at_once([finalizing] * 4)
        assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
        (won,) = (answer.json() for answer in answers if answer.status_code == 200)
        assert won["invoice"]["number"] == f"ACM-1A2B-001-{turn:03}"


# ---------------------------------------------------------------- refresh


def catalogued(books: Books, percent: int) -> str:
    """Save the tax VAT with this rate in the catalogue; return its id."""
    tax_code_id = new_id()
    books.done(
        commands.SaveTaxCode(tax_code_id=tax_code_id, code="vat", name="VAT", rate=Decimal(percent))
    )
    return tax_code_id


def test_a_draft_is_taxed_as_today(books: Books) -> None:
    """The lines stay; taxes of the catalogue get today's rate."""
    gone = TaxRate(code="old", name="Old", rate=Decimal(20))
    lines = line(1000, VAT, discount_minor=100), line(10, gone)
    invoice_id = books.draft(books.customer(), *lines)
    tax_id = catalogued(books, 10)
    before = books.client.invoices.find(invoice_id)
    after = books.client.invoices.refresh(invoice_id)
    assert (before.taxes_amount_cents, after.taxes_amount_cents) == (182, 92)
    assert (after.fees_amount_cents, after.coupons_amount_cents) == (1010, 100)
    taxes = {tax.tax_code: (tax.tax_rate, tax.lago_tax_id) for tax in after.applied_taxes.__root__}
    assert taxes == {"vat": (10, tax_id), "old": (20, None)}
    assert books.client.invoices.finalize(invoice_id).taxes_amount_cents == 92


def test_a_draft_is_taxed_as_today_when_it_is_finalized(books: Books) -> None:
    """Finalizing also refreshes the taxes; the fees stay."""
    stale, current = books.draft(books.customer()), books.draft(books.customer("two"))
    before = books.client.invoices.find(current).fees.__root__[0].lago_id
    catalogued(books, 20)
    assert books.client.invoices.finalize(current).fees.__root__[0].lago_id == before
    books.done(
        commands.SaveTaxCode(
            tax_code_id=books.http("GET", "/taxes/vat").json()["tax"]["lago_id"], rate=Decimal(10)
        )
    )
    issued = books.client.invoices.finalize(stale)
    assert (issued.taxes_amount_cents, issued.total_amount_cents) == (100, 1100)
    assert (issued.sequential_id, issued.status) == (1, "finalized")


def test_one_that_was_issued_stays(books: Books) -> None:
    """The new rate in the catalogue does not matter."""
    invoice_id = finalized(books)
    catalogued(books, 40)
    before = books.client.invoices.find(invoice_id)
    assert books.client.invoices.refresh(invoice_id).dict() == before.dict()


def test_only_subscriptions_are_refreshed(books: Books) -> None:
    """Only a subscription's invoice can be refreshed."""
    invoice_id = books.draft(books.customer(), kind=InvoiceKind.ONE_OFF)
    answer = books.http("PUT", f"/invoices/{invoice_id}/refresh")
    assert answer.json() == error(403, "feature_unavailable")
    assert books.http("PUT", f"/invoices/{new_id()}/refresh").json() == MISSING
