"""Turn documents into requests for the engine."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from polaris.core.commands import (
    Command,
    IssueCreditNote,
    IssueStandaloneNote,
    RecordInvoice,
    SaveCustomer,
    VoidInvoice,
)
from polaris.core.commands.values import AddressChange, CreditedLine, NewLine, VoidNote
from polaris.core.fold import Request
from polaris.core.transition import Dialect
from polaris.imports.countries import COUNTRIES
from polaris.imports.documents import (
    Article,
    Document,
    credited_minor,
    quantities,
    why_not_credited,
)
from polaris.imports.matching import LineLeft, Match
from polaris.money import rounded

SOURCE = "online-retail"
CURRENCY = "GBP"
GUEST = "guest"
REASON = "cancelled"

# No dialect rules: what a tenant requires of its operators does not apply to imported history.
DIALECT = Dialect(SOURCE, {})


def id_of(tenant_id: str, kind: str, name: str) -> str:
    """Return the id for a name in the file. It is the same in every import."""
    return str(uuid5(UUID(tenant_id), f"{SOURCE}/{kind}/{name}"))


def document_id(tenant_id: str, document: Document) -> str:
    """Return the id of the document's command, and of the invoice or credit note it becomes."""
    return id_of(tenant_id, "document", document.number)


def request_for(command_id: str, command: Command, at: datetime) -> Request:
    """Wrap a command into a request of the importer."""
    return Request(id=command_id, command=command, at=at, actor=SOURCE, dialect=DIALECT)


def external_id(document: Document) -> str:
    """Return the customer's id in the file. All unknown customers share the id `guest`."""
    return document.customer or GUEST


def save_customer(tenant_id: str, document: Document) -> SaveCustomer:
    """Return the command that creates the document's customer."""
    known = bool(document.customer)
    name = external_id(document)
    country = COUNTRIES.get(document.country) if known else None
    return SaveCustomer(
        customer_id=id_of(tenant_id, "customer", name),
        external_id=name,
        name=f"Customer {name}" if known else "Guest",
        currency=CURRENCY,
        timezone="Europe/London",
        address=AddressChange(country=country) if country else AddressChange(),
        details={SOURCE: {"country": document.country}} if known and not country else {},
    )


def record(tenant_id: str, document: Document, customer_id: str) -> RecordInvoice:
    """Return the command that records an invoice. Its number becomes the external number."""
    return RecordInvoice(
        invoice_id=document_id(tenant_id, document),
        customer_id=customer_id,
        currency=CURRENCY,
        external_number=document.number,
        issue_date=document.day,
        finalized_at=document.at,
        details={SOURCE: {"country": document.country}},
        lines=tuple(
            NewLine(
                code=row.code,
                description=row.description,
                quantity=row.quantity,
                unit_price=row.unit_price,
            )
            for row in document.rows
        ),
    )


def take_back(tenant_id: str, document: Document, customer_id: str, match: Match | None) -> Command:
    """Return the command for a cancellation: a void, a credit note, or a standalone note."""
    if match is None:
        return credit_alone(tenant_id, document, customer_id)
    return void(document, match) if match.whole else credit(tenant_id, document, match)


def void(document: Document, match: Match) -> VoidInvoice:
    """Return the command that voids the whole invoice, without refund or credit."""
    return VoidInvoice(
        invoice_id=match.invoice_id,
        reason=REASON,
        comment=f"Cancelled by {document.number}",
        dated=document.day,
        note=VoidNote.NONE,
    )


def credit(tenant_id: str, document: Document, match: Match) -> IssueCreditNote:
    """Return the command for a credit note that offsets the returned goods of the invoice."""
    lines = credited_lines(quantities(document.rows), match.lines)
    return IssueCreditNote(
        note_id=document_id(tenant_id, document),
        invoice_id=match.invoice_id,
        lines=tuple(lines),
        offset_minor=sum(line.amount_minor for line in lines),
        reason=REASON,
        description=f"Cancellation {document.number}",
        dated=document.day,
        details={SOURCE: {"external_number": document.number}},
    )


def credit_alone(tenant_id: str, document: Document, customer_id: str) -> IssueStandaloneNote:
    """Return the command for a standalone credit note: no invoice matches the returned goods."""
    return IssueStandaloneNote(
        note_id=document_id(tenant_id, document),
        customer_id=customer_id,
        currency=CURRENCY,
        lines=tuple(
            CreditedLine(
                amount_minor=credited_minor(row),
                quantity=-row.quantity,
                description=f"{row.code} {row.description}".strip(),
            )
            for row in document.rows
            if not why_not_credited(row)
        ),
        reason=REASON,
        description=f"Cancellation {document.number}",
        dated=document.day,
        details={SOURCE: {"external_number": document.number}},
    )


def credited_lines(
    wanted: Mapping[Article, Decimal], lines: tuple[LineLeft, ...]
) -> list[CreditedLine]:
    """Take the wanted quantities from the lines in order, from each at most what is left."""
    missing = dict(wanted)
    taken = []
    for line in lines:
        quantity = min(missing[line.code, line.unit_price], line.quantity)
        missing[line.code, line.unit_price] -= quantity
        # The last units of a line get all that is left of it, so that no rounding error remains.
        exact = rounded(quantity * line.unit_price)
        amount = line.left_minor if quantity == line.quantity else min(exact, line.left_minor)
        if amount:
            taken.append(CreditedLine(line_id=line.line_id, amount_minor=amount, quantity=quantity))
    return taken
