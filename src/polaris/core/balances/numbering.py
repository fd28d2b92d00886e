"""Numbers of documents: drawn in the same decision as the document, and never given twice."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from polaris.core.balances import number_format
from polaris.core.decision import Decision, Facts
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.row import Row
from polaris.core.facts.series import (
    CUSTOMERS,
    INVOICES,
    NOTES,
    DocumentNumber,
    Series,
    SeriesScope,
    SkippedNumber,
)
from polaris.core.facts.tenant import Settings
from polaris.core.refusals import UnknownSeries

Document = Invoice | CreditNote


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that a format gives from now on, as regular expressions for the database.

    In the scope `tenant` these are the numbers after the last one of the series. In other scopes
    they are all numbers of the customers or invoices that have no series of their own yet.
    """

    series: str  # its id; in other scopes the name before the owner's id
    scope: SeriesScope
    counted: str  # captures the position
    owner: str | None = None  # captures the customer's sequence or the invoice's number


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
    customer = decision.get(Customer, invoice.customer_id)
    number = fresh(decision, series, customer, invoice)
    return series.id, register(decision, number, Invoice, invoice.id)


def note_number(
    decision: Decision, note_id: str, customer_id: str, invoice: Invoice | None
) -> tuple[str, str]:
    """Draw a number for a credit note. Return its series and number."""
    settings = decision.tenant.settings
    invoice_id = invoice.id if invoice else None
    owners = {SeriesScope.CUSTOMER: customer_id, SeriesScope.INVOICE: invoice_id}
    owner_id = owners.get(settings.note_scope)
    scope = settings.note_scope if owner_id else SeriesScope.TENANT
    series = find(decision, NOTES, scope, owner_id, settings.note_format)
    number = fresh(decision, series, decision.get(Customer, customer_id), invoice)
    return series.id, register(decision, number, CreditNote, note_id)


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


def fresh(
    decision: Decision, series: Series, customer: Customer | None, invoice: Invoice | None
) -> str:
    """Draw from the series until no document has the number. Return it; record the others."""
    while True:
        counted = draw(decision, series)
        number = series.format.format(next=counted, **texts(customer, invoice))
        user = decision.get(DocumentNumber, number)
        if user is None:
            return number
        skip(decision, series, counted, user)
        series = decision.the(Series, series.id)


def texts(customer: Customer | None, invoice: Invoice | None) -> dict[str, str]:
    """Return the texts of the placeholders that name the owner of a series."""
    return {
        number_format.CUSTOMER: f"{customer.sequence:03}" if customer else "",
        number_format.INVOICE: (invoice.number if invoice else "") or "",
    }


def skip(decision: Decision, series: Series, counted: int, user: DocumentNumber) -> None:
    """Record that a number of the series is skipped, because another document has it."""
    skipped = SkippedNumber(
        id=decision.new_id(),
        series=series.id,
        counted=counted,
        number=user.id,
        document=user.document,
        document_id=user.document_id,
    )
    decision.emit(EventKind.NUMBER_SKIPPED, None, decision.put(skipped))


def register(decision: Decision, number: str, document: type[Document], document_id: str) -> str:
    """Record which document has the number. Return the number."""
    row = DocumentNumber(id=number, document=document.table, document_id=document_id)
    return decision.put(row).id


# ---------------------------------------------------------------- numbers that are used already

KINDS = {INVOICES: ("invoice_scope", "invoice_format"), NOTES: ("note_scope", "note_format")}
"""The settings with the scope and the format of each series."""

PLACEHOLDERS = {
    SeriesScope.CUSTOMER: number_format.CUSTOMER,
    SeriesScope.INVOICE: number_format.INVOICE,
}
"""The placeholder that names the owner of a series."""


def changed_numbers(before: Settings, after: Settings) -> Iterator[Numbers]:
    """Yield the numbers of every format whose text or scope changes."""
    for name, settings in KINDS.items():
        scope, form = (getattr(after, one) for one in settings)
        same = (scope, form) == tuple(getattr(before, one) for one in settings)
        if not same and number_format.possible(form, *PLACEHOLDERS.values()):
            yield numbers_of(name, scope, form)


def numbers_of(name: str, scope: SeriesScope, form: str) -> Numbers:
    """Return the numbers that a new format of a series gives."""
    counted = number_format.pattern(form)
    owner = PLACEHOLDERS.get(scope)
    if owner not in number_format.placeholders(form):
        return Numbers(series=name, scope=SeriesScope.TENANT, counted=counted)
    owners = number_format.pattern(form, owner)
    return Numbers(series=name, scope=scope, counted=counted, owner=owners)


def drawn_numbers(facts: Facts, rows: Iterable[Row]) -> list[Numbers]:
    """Return the numbers that the series of new documents give from now on."""
    numbers = []
    for row in rows:
        series = facts.get(Series, row.series) if isinstance(row, Document) else None
        if isinstance(row, Document) and series:
            known = {name: re.escape(text) for name, text in _texts_of(facts, row).items()}
            counted = number_format.pattern(series.format, known=known)
            numbers.append(Numbers(series=series.id, scope=SeriesScope.TENANT, counted=counted))
    return numbers


def _texts_of(facts: Facts, document: Document) -> dict[str, str]:
    invoice_id = document.invoice_id if isinstance(document, CreditNote) else document.id
    customer = facts.get(Customer, document.customer_id)
    return texts(customer, facts.get(Invoice, invoice_id))


def used_number(decision: Decision, numbers: Numbers) -> str | None:
    """Return a number that a document has already and that these numbers contain, or None."""
    for row in decision.every(DocumentNumber):
        found = re.fullmatch(numbers.counted, row.id)
        if found and not _passed(decision, numbers, row.id, int(found[1])):
            return row.id
    return None


def _passed(decision: Decision, numbers: Numbers, number: str, counted: int) -> bool:
    """True if the series will not give this number: it is behind, or its owner has a series."""
    if numbers.owner is None:
        series = decision.get(Series, numbers.series)
        return series is not None and counted < series.next
    named = re.fullmatch(numbers.owner, number)
    owner_id = _owner_id(decision, numbers.scope, named[1] if named else "")
    return decision.get(Series, f"{numbers.series}/{owner_id}") is not None


def _owner_id(decision: Decision, scope: SeriesScope, named: str) -> str | None:
    """Return the id of the loaded customer or invoice that a number names, or None."""
    if scope is SeriesScope.CUSTOMER:
        rows = decision.every(Customer)
        return next((row.id for row in rows if row.sequence == int(named)), None)
    invoices = decision.every(Invoice)
    return next((row.id for row in invoices if row.number == named), None)
