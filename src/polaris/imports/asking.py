"""What the engine is asked for a document."""

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

# History is not asked for reasons: what a tenant demands of its operators is not demanded here.
DIALECT = Dialect(SOURCE, {})


def id_of(tenant_id: str, kind: str, name: str) -> str:
    """The id of what a name in the file stands for, the same at every import."""
    return str(uuid5(UUID(tenant_id), f"{SOURCE}/{kind}/{name}"))


def document_id(tenant_id: str, document: Document) -> str:
    """The id of a document: of its command, and of the invoice or credit note that it becomes."""
    return id_of(tenant_id, "document", document.number)


def asked(command_id: str, command: Command, at: datetime) -> Request:
    """A command as the importer asks for it."""
    return Request(id=command_id, command=command, at=at, actor=SOURCE, dialect=DIALECT)


def external_id(document: Document) -> str:
    """The customer as the file knows it; those whom it does not know are one guest."""
    return document.customer or GUEST


def save_customer(tenant_id: str, document: Document) -> SaveCustomer:
    """The document's customer, new."""
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
    """A document as an invoice that is owed; its number stays as the external one."""
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
    """A cancellation, as what it is for the invoice that it is about, if there is one."""
    if match is None:
        return credit_alone(tenant_id, document, customer_id)
    return void(document, match) if match.whole else credit(tenant_id, document, match)


def void(document: Document, match: Match) -> VoidInvoice:
    """The invoice is taken back whole, giving nothing."""
    return VoidInvoice(
        invoice_id=match.invoice_id,
        reason=REASON,
        comment=f"Cancelled by {document.number}",
        dated=document.day,
        note=VoidNote.NONE,
    )


def credit(tenant_id: str, document: Document, match: Match) -> IssueCreditNote:
    """Some of the invoice's goods come back: so much less is owed."""
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
    """Goods come back that no invoice accounts for: the customer has credit."""
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
    """The wanted quantities taken from lines in their order, each at most what is left of it."""
    missing = dict(wanted)
    taken = []
    for line in lines:
        quantity = min(missing[line.code, line.unit_price], line.quantity)
        missing[line.code, line.unit_price] -= quantity
        # What is left of a line goes with the last of it, so that rounding leaves nothing over.
        exact = rounded(quantity * line.unit_price)
        amount = line.left_minor if quantity == line.quantity else min(exact, line.left_minor)
        if amount:
            taken.append(CreditedLine(line_id=line.line_id, amount_minor=amount, quantity=quantity))
    return taken
