"""Numbers of documents: without gaps, drawn in the same decision as the document."""

import re
from string import Formatter

from polaris.core.decision import Decision
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.series import CUSTOMERS, NOTES, Series, SeriesScope
from polaris.core.refusals import UnknownSeries

LONGEST_FORMAT = 100
_WIDTH = re.compile(r"(0?[1-9]\d?)?")


def possible(form: str, *owners: str) -> bool:
    """True if this number format is valid: it has {next}, and otherwise only these owners."""
    try:
        fields = [field for field in Formatter().parse(form) if field[1] is not None]
    except ValueError:  # a single brace
        return False
    known = all(
        not conversion
        and (_WIDTH.fullmatch(width or "") if name == "next" else name in owners and not width)
        for _, name, width, conversion in fields
    )
    counted = any(name == "next" for _, name, _, _ in fields)
    return known and counted and form.isprintable() and len(form) <= LONGEST_FORMAT


def draw(decision: Decision, series: Series) -> int:
    """Return the next number of a series, and use it up."""
    decision.change(series, next=series.next + 1)
    return series.next


def invoice_number(decision: Decision, name: str, invoice: Invoice) -> tuple[str, str]:
    """Draw a number for an invoice. Return its series and number. Raises UnknownSeries."""
    if name in (NOTES, CUSTOMERS):
        raise UnknownSeries(field="series", id=name)
    settings = decision.tenant.settings
    series = find(
        decision, name, settings.invoice_scope, invoice.customer_id, settings.invoice_format
    )
    return series.id, _filled(decision, series, invoice)


def note_number(decision: Decision, customer_id: str, invoice: Invoice | None) -> tuple[str, str]:
    """Draw a number for a credit note. Return its series and number."""
    settings = decision.tenant.settings
    invoice_id = invoice.id if invoice else None
    owners = {SeriesScope.CUSTOMER: customer_id, SeriesScope.INVOICE: invoice_id}
    owner_id = owners.get(settings.note_scope)
    scope = settings.note_scope if owner_id else SeriesScope.TENANT
    series = find(decision, NOTES, scope, owner_id, settings.note_format)
    return series.id, _filled(decision, series, invoice, customer_id)


def find(
    decision: Decision, name: str, scope: SeriesScope, owner_id: str | None, form: str
) -> Series:
    """Return the tenant's series, or its owner's, new if missing. Raises UnknownSeries."""
    series = decision.get(Series, name)
    if series is None or series.scope is not SeriesScope.TENANT:
        raise UnknownSeries(field="series", id=name)
    if scope is SeriesScope.TENANT:
        return series
    series_id = f"{name}/{owner_id}"
    return decision.get(Series, series_id) or Series(
        id=series_id, scope=scope, owner_id=owner_id, format=form
    )


def _filled(
    decision: Decision, series: Series, invoice: Invoice | None, customer_id: str | None = None
) -> str:
    number = draw(decision, series)
    customer = decision.get(Customer, invoice.customer_id if invoice else customer_id)
    return series.format.format(
        next=number,
        customer=f"{customer.sequence:03}" if customer else "",
        invoice=(invoice.number if invoice else "") or "",
    )
