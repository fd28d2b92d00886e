"""The overview: what is owed and since when, what happened this month, and what waits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from polaris.console.access import Visit, page
from polaris.console.rendering import render
from polaris.services.lists import by_currency
from polaris.services.webhook_deliveries import troubled_endpoints
from polaris.store.read.audit_log import AuditSearch, audit_page
from polaris.store.read.keyset import Window
from polaris.store.read.overview import AgeBucket, CurrencySum, Months, MonthSum, Overview, overview

RECENT = 8
INVOICES = "/billing/invoices"

AGES = ("Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")
"""The buckets of the ageing, in order."""
LATEST_DAYS = (0, 1, 31, 61, 91)
"""The fewest days since the due date of each bucket."""

MONTH_WORDS = {
    "issued": ("Invoices issued", f"{INVOICES}?status=finalized"),
    "voided": ("Invoices voided", f"{INVOICES}?status=voided"),
    "refunded": ("Refunds requested", "/audit?name=RequestRefund"),
}
"""What each figure of the month counts, and the list behind it."""


class AgeBar(NamedTuple):
    """One bar of the ageing. `width` is in thousandths of the longest bar of the currency."""

    name: str
    invoices: int
    outstanding_minor: int
    width: int
    url: str


class Ageing(NamedTuple):
    """The bars of one currency."""

    currency: str
    bars: list[AgeBar]
    outstanding_minor: int
    overdue_minor: int


class MonthFigure(NamedTuple):
    """A figure of this month in one currency, with that of the month before."""

    currency: str
    documents: int
    amount_minor: int
    documents_before: int
    amount_before_minor: int


class Waiting(NamedTuple):
    """Work that waits for a person, with the list behind it."""

    name: str
    url: str
    documents: int  # in all currencies
    sums: list[CurrencySum]


async def show_overview(visit: Visit) -> Response:
    """Show the overview, or how to begin."""
    found = await visit.caller.read(overview, visit.today, months(visit.today, _zone(visit)))
    recent = await visit.caller.read(audit_page, AuditSearch(), Window(limit=RECENT))
    return render(
        visit,
        "overview.html",
        found=found,
        ageing=ageing(found.ageing, visit.today, visit.tenant.currency),
        figures={
            words: (url, by_currency(month_figures(kind, found.months), visit.tenant.currency))
            for kind, (words, url) in MONTH_WORDS.items()
        },
        waiting=waiting(found, visit.tenant.currency),
        recent=recent.rows,
        troubled=await troubled_endpoints(visit.caller),
        this_month=visit.today.replace(day=1),
    )


def _zone(visit: Visit) -> ZoneInfo:
    return ZoneInfo(visit.tenant.timezone)


def waiting(found: Overview, own_currency: str) -> list[Waiting]:
    """Return the work that waits."""
    drafts = by_currency(found.drafts, own_currency)
    refunds = by_currency(found.failed_refunds, own_currency)
    return [
        Waiting("Open tasks", "/tasks", found.open_tasks, []),
        Waiting("Drafts to finalize", f"{INVOICES}?status=draft", _documents(drafts), drafts),
        Waiting("Refunds that failed", "#failed-refunds", _documents(refunds), refunds),
    ]


def _documents(sums: Iterable[CurrencySum]) -> int:
    return sum(row.documents for row in sums)


def months(today: date, zone: ZoneInfo) -> Months:
    """Return when the month of this day begins, and the months around it."""
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    after = (month + timedelta(days=31)).replace(day=1)
    at, before_at = (datetime.combine(day, time(), zone) for day in (month, before))
    return Months(month, before, after, at, before_at)


def ageing(rows: Iterable[AgeBucket], today: date, own_currency: str) -> list[Ageing]:
    """Return the bars of each currency, the tenant's own one first.

    A bucket without invoices has a bar of zero.
    """
    buckets: dict[str, dict[int, AgeBucket]] = defaultdict(dict)
    for row in rows:
        buckets[row.currency][row.bucket] = row
    ages = [_ageing(currency, found, today) for currency, found in buckets.items()]
    return by_currency(ages, own_currency)


def _ageing(currency: str, found: dict[int, AgeBucket], today: date) -> Ageing:
    largest = max(row.outstanding_minor for row in found.values())
    rows = [found.get(at) or AgeBucket(currency, at, 0, 0) for at in range(len(AGES))]
    bars = [
        AgeBar(
            AGES[row.bucket],
            row.invoices,
            row.outstanding_minor,
            # A small amount beside a large one is still visible.
            max(row.outstanding_minor * 1000 // largest, 4) if row.outstanding_minor else 0,
            bucket_url(row, today),
        )
        for row in rows
    ]
    total = sum(bar.outstanding_minor for bar in bars)
    return Ageing(currency, bars, total, total - bars[0].outstanding_minor)


def bucket_url(row: AgeBucket, today: date) -> str:
    """Return the list of the invoices in a bucket."""
    if row.bucket == 0:
        return f"{INVOICES}?{urlencode({'status': 'pending', 'currency': row.currency})}"
    latest = today - timedelta(days=LATEST_DAYS[row.bucket])
    query = {"status": "overdue", "currency": row.currency, "due_to": str(latest)}
    if row.bucket + 1 < len(LATEST_DAYS):
        earliest = today - timedelta(days=LATEST_DAYS[row.bucket + 1] - 1)
        query["due_from"] = str(earliest)
    return f"{INVOICES}?{urlencode(query)}"


def month_figures(kind: str, rows: Iterable[MonthSum]) -> Iterator[MonthFigure]:
    """Yield the figures of one kind, one for each currency, in the order of the rows."""
    own = {(row.currency, row.this_month): row for row in rows if row.kind == kind}
    for currency in dict.fromkeys(currency for currency, _ in own):
        nothing = MonthSum(kind, currency, True, 0, 0)
        this, before = (own.get((currency, this), nothing) for this in (True, False))
        yield MonthFigure(
            currency, this.documents, this.amount_minor, before.documents, before.amount_minor
        )


ROUTES = [page("/", show_overview)]
