"""The overview: ageing, the month, what waits, and how a new tenant begins."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cli.terminal import Serving
from console.tenant import TODAY, Tenant, text_of
from operators.staff import Browser, Staff
from polaris.console.pages.overview import (
    MonthFigure,
    ageing,
    bucket_url,
    month_figures,
    months,
)
from polaris.core.commands import ReceivePayment, RequestRefund, UpdateRefund, VoidInvoice
from polaris.core.facts.payment import RefundState
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.store.read.overview import AgeBucket, MonthSum, overview
from polaris.store.server.database import Database


@pytest.fixture
def tenant(database: Database, serving: Serving) -> Tenant:
    return Tenant(Staff(database), serving.url)


def test_a_new_tenant_is_told_how_to_begin(tenant: Tenant) -> None:
    page = tenant.browser(Role.VIEWER).get("/")
    assert page.status_code == 200
    assert "Begin here" in page.text
    assert '<svg class="age' not in page.text


def test_the_overview_shows_what_is_owed_and_what_waits(tenant: Tenant) -> None:
    tenant.fill()
    page = tenant.browser(Role.VIEWER).get("/")
    text = text_of(page.text)
    assert "EUR 31.00 outstanding, EUR 24.00 of it overdue" in text
    assert "Not due 7.00 1 invoice" in text
    assert "31–60 days 24.00 1 invoice" in text
    assert "Drafts to finalize 1 EUR 7.20" in text
    assert "Invoices voided EUR 12.00 1 document" in text
    assert "Void invoice INV-000002" in text
    assert " style=" not in page.text


def test_a_refund_that_failed_waits(tenant: Tenant) -> None:
    ids, refund_id, payment_id = tenant.fill(), new_id(), new_id()
    invoice_id = tenant.invoice(ids["customer"], 1000)
    tenant.perform(
        ReceivePayment(
            payment_id=payment_id,
            currency="EUR",
            amount_minor=1200,
            apply_to={invoice_id: 1200},
        ),
        VoidInvoice(invoice_id=invoice_id),
        RequestRefund(refund_id=refund_id, amount_minor=1200, invoice_id=invoice_id),
        UpdateRefund(refund_id=refund_id, state=RefundState.FAILED),
    )
    page = tenant.browser(Role.VIEWER).get("/").text
    assert "Open tasks 1" in text_of(page)
    assert "Refunds that failed 1 EUR 12.00" in text_of(page)
    assert f'href="/billing/invoices/{invoice_id}?show=payments"' in page
    assert "<script>alert" not in page


def test_the_figures_belong_to_one_tenant(tenant: Tenant, database: Database) -> None:
    tenant.fill()
    other, zone = Tenant(Staff(database), tenant.url), ZoneInfo("UTC")
    with database.connect() as connection:
        found = overview(connection, other.id, TODAY, months(TODAY, zone))
    assert found == (False, 0, [], [], [], [], [])


def test_nobody_sees_it_without_a_session(serving: Serving) -> None:
    paths = ["/", "/ledger", "/ledger/periods", "/ledger/gaps", "/audit", "/audit.csv"]
    answers = [Browser(serving.url).get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {303}
    assert all("/sign-in" in answer.headers["location"] for answer in answers)


def test_every_sum_lists_the_currency_of_the_tenant_first(tenant: Tenant) -> None:
    """The tenant's own currency is EUR; CHF comes before it in the alphabet."""
    for currency in ("CHF", "EUR", "USD"):
        tenant.invoice(currency=currency)
        tenant.draft(currency=currency)
    overview_page = tenant.words("/")
    assert "Drafts to finalize 3 EUR 12.00 · CHF 12.00 · USD 12.00" in overview_page
    issued = overview_page.partition("Invoices issued")[2]
    assert issued.index("EUR") < issued.index("CHF") < issued.index("USD")
    total = "EUR 12.00 in total, EUR 12.00 outstanding · CHF 12.00 in total"
    assert total in tenant.words("/billing/invoices?status=pending")
    for path in (
        "/ledger/trial-balance",
        f"/billing/customers/{tenant.acme}",
        f"/billing/customers/{tenant.acme}?show=statement",
        "/ledger/accounts/ACCOUNTS_RECEIVABLE",
    ):
        page = tenant.words(path)
        assert page.index("EUR") < page.index("CHF") < page.index("USD"), path


# ------------------------------------------------------------------------------------ the figures


def test_months_begin_in_the_zone_of_the_tenant() -> None:
    found = months(date(2026, 1, 31), ZoneInfo("Europe/Berlin"))
    assert found.month == date(2026, 1, 1)
    assert found.month_before == date(2025, 12, 1)
    assert found.month_after == date(2026, 2, 1)
    assert found.month_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert found.month_before_at == datetime(2025, 11, 30, 23, tzinfo=UTC)


def test_bars_are_measured_by_the_largest_of_the_currency() -> None:
    rows = [
        AgeBucket("EUR", 0, 1, 500),
        AgeBucket("EUR", 3, 2, 1000),
        AgeBucket("EUR", 4, 1, 1),
        AgeBucket("JPY", 1, 1, 7),
    ]
    euro, yen = ageing(rows, date(2026, 3, 31), "EUR")
    assert [bar.width for bar in euro.bars] == [500, 0, 0, 1000, 4]
    assert (euro.outstanding_minor, euro.overdue_minor) == (1501, 1001)
    assert [bar.width for bar in yen.bars] == [0, 1000, 0, 0, 0]


def test_the_currency_of_the_tenant_comes_first() -> None:
    rows = [AgeBucket(currency, 0, 1, 500) for currency in ("CHF", "EUR", "USD")]
    found = ageing(rows, date(2026, 3, 31), "USD")
    assert [one.currency for one in found] == ["USD", "CHF", "EUR"]


@pytest.mark.parametrize(
    ("bucket", "query"),
    [
        (0, "status=pending&currency=EUR"),
        (1, "status=overdue&currency=EUR&due_to=2026-03-30&due_from=2026-03-01"),
        (2, "status=overdue&currency=EUR&due_to=2026-02-28&due_from=2026-01-30"),
        (4, "status=overdue&currency=EUR&due_to=2025-12-30"),
    ],
)
def test_a_bar_leads_to_its_invoices(bucket: int, query: str) -> None:
    row = AgeBucket("EUR", bucket, 1, 1)
    assert bucket_url(row, date(2026, 3, 31)) == f"/billing/invoices?{query}"


def test_a_month_is_compared_with_the_month_before() -> None:
    rows = [
        MonthSum("issued", "EUR", True, 2, 300),
        MonthSum("issued", "EUR", False, 1, 100),
        MonthSum("issued", "JPY", False, 4, 40),
        MonthSum("voided", "EUR", True, 1, 9),
    ]
    assert list(month_figures("issued", rows)) == [
        MonthFigure("EUR", 2, 300, 1, 100),
        MonthFigure("JPY", 0, 0, 4, 40),
    ]
