"""Invoices and credit notes as documents, composed from facts. Amounts are in minor units."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from polaris.core.balances.line import unit_price
from polaris.core.balances.parties import is_issued
from polaris.core.balances.tax import exact_tax
from polaris.core.facts.credit_note import CreditNote, NoteLine, NoteStatus, NoteTax
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind, Status, Tax
from polaris.core.facts.parties import Buyer, Identity
from polaris.core.refusals import NotFound
from polaris.core.view import View
from polaris.documents.document import Document, Line, Party
from polaris.documents.printing import money
from polaris.money import rounded

LONGEST = 300
"""Characters of a text. A longer text is cut, so that it leaves room for the figures."""
MOST_LINES = 2000

Sum = tuple[str, int]


class Paper(NamedTuple):
    """A document, and the time of its last change."""

    document: Document
    at: datetime


def invoice(view: View, row: Invoice) -> Paper:
    """Compose the document of an invoice. A draft is marked as one, and has no amount due yet."""
    parties = view.parties(row)
    lines = view.balance(row).lines
    order = row.purchase_order_number
    voided_at = row.voided_at if row.status is Status.VOIDED else None
    draft = row.status is Status.DRAFT
    document = Document(
        title="Draft invoice" if draft else "Invoice",
        number=row.number,
        mark="DRAFT" if draft else "VOID" if voided_at else None,
        marked_on=_local_date(parties.timezone, voided_at),
        seller=_party(parties.seller, parties.seller.name),
        buyer=buyer(parties.buyer),
        issue_date=row.issue_date,
        due_date=row.due_date,
        references=(("Purchase order", _short(order)),) if order else (),
        currency=row.currency,
        lines=_cut(
            Line(
                description=_short(line.description or line.code or ""),
                quantity=line.quantity,
                unit_price=unit_price(line),
                amount_minor=line.gross_minor,
            )
            for line in lines
        ),
        sums=tuple(invoice_sums(view, row)),
        notes=_left_out(len(lines)),
    )
    return Paper(document, voided_at or row.finalized_at or row.created_at)


def invoice_sums(view: View, row: Invoice) -> Iterable[Sum]:
    """Yield the sums from the subtotal to the amount due. Steps of zero are left out."""
    balance = view.balance(row)
    gross = sum(line.gross_minor for line in balance.lines)
    by_kind = settled_by_kind(balance.settlements, row)
    notes, wallet = by_kind[SettlementKind.NOTE], by_kind[SettlementKind.WALLET]
    total = row.total_minor - notes - wallet
    paid = row.paid_minor if row.paid_at_void_minor is None else row.paid_at_void_minor
    offset = sum(note.offset_minor for note in view.of(CreditNote, "invoice_id", row.id))
    yield "Subtotal", gross
    yield from _unless_zero(("Discount", row.net_minor - gross))
    yield from taxes(balance.taxes, row.tax_minor)
    yield from _unless_zero(("Credit notes applied", -notes), ("Prepaid credits", -wallet))
    yield "Total", total
    yield from _unless_zero(("Credited by notes", -offset), ("Paid", -paid))
    if row.status is Status.FINALIZED:  # a voided invoice shows the mark VOID instead
        yield from _unless_zero(("Written off", row.outstanding_minor - (total - offset - paid)))
    if row.status is not Status.DRAFT:
        yield "Amount due", row.outstanding_minor


def settled_by_kind(settlements: Iterable[Settlement], row: Invoice) -> Counter[SettlementKind]:
    """Return the settled amounts by kind, in minor units.

    For a voided invoice, these are the amounts that were settled until the void.
    """
    sums: Counter[SettlementKind] = Counter()
    for settlement in settlements:
        if settlement.live or (row.voided_at and settlement.removed_at == row.voided_at):
            sums[settlement.kind] += settlement.amount_minor
    return sums


def note(view: View, row: CreditNote) -> Paper:
    """Compose the document of a credit note, voided or not."""
    parties = view.parties(row)
    lines = note_lines(view, row)
    of = view.get(Invoice, row.invoice_id)
    voided_at = row.voided_at if row.status is NoteStatus.VOIDED else None
    document = Document(
        title="Credit note",
        number=row.number,
        mark="VOID" if voided_at else None,
        marked_on=_local_date(parties.timezone, voided_at),
        seller=_party(parties.seller, parties.seller.name),
        buyer=buyer(parties.buyer),
        issue_date=row.issue_date,
        references=(("Invoice", of.number),) if of and of.number else (),
        currency=row.currency,
        lines=_cut(
            Line(description=_short(line.description), amount_minor=line.gross_minor)
            for line in lines
        ),
        sums=tuple(note_sums(view, row)),
        notes=(*_left_out(len(lines)), *note_words(row)),
    )
    return Paper(document, voided_at or row.issued_at)


def note_lines(view: View, row: CreditNote) -> list[NoteLine]:
    """Return the lines of the note, in order."""
    return sorted(view.of(NoteLine, "note_id", row.id), key=lambda line: line.position)


def note_sums(view: View, row: CreditNote) -> Iterable[Sum]:
    """Yield the sums from the subtotal to the total."""
    gross = sum(line.gross_minor for line in note_lines(view, row))
    yield "Subtotal", gross
    yield from _unless_zero(("Discount", row.net_minor - gross))
    shares = view.of(NoteTax, "note_id", row.id)
    yield from _labelled((one.name, one.rate, one.amount_minor) for one in shares)
    yield from _rounding(row.tax_minor - sum(one.amount_minor for one in shares))
    yield "Total", row.total_minor


def note_words(row: CreditNote) -> Iterable[str]:
    """Yield sentences that say where the total goes, then the description."""
    parts = (
        ("Set against the invoice", row.offset_minor),
        ("To be refunded", row.refund_minor),
        ("Kept as credit", row.credit_minor),
    )
    for label, amount_minor in _unless_zero(*parts):
        yield f"{label}: {money(amount_minor, row.currency)}."
    if row.description:
        yield _short(row.description)


def taxes(of: Iterable[Tax], tax_minor: int) -> Iterable[Sum]:
    """Yield one rounded sum per tax code, then the rounding difference to `tax_minor`."""
    by_code: dict[str, list[Tax]] = {}
    for tax in of:
        by_code.setdefault(tax.code, []).append(tax)
    shares = [
        (own[0].name, own[0].rate, rounded(sum(map(exact_tax, own), Decimal(0))))
        for own in by_code.values()
    ]
    yield from _labelled(shares)
    yield from _rounding(tax_minor - sum(amount for _, _, amount in shares))


def _labelled(shares: Iterable[tuple[str, Decimal | None, int]]) -> Iterable[Sum]:
    for name, rate, amount_minor in shares:
        percent = "" if rate is None else f" {_plain(rate)} %"
        yield f"{_short(name)}{percent}", amount_minor


def _plain(rate: Decimal) -> str:
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounding(amount_minor: int) -> Iterable[Sum]:
    return _unless_zero(("Rounding", amount_minor))


def _unless_zero(*sums: Sum) -> Iterable[Sum]:
    return (one for one in sums if one[1])


# ---------------------------------------------------------------- parties


def buyer(of: Buyer) -> Party:
    """Return the buyer's lines. The name is its own, else that of the person, else the id."""
    person = " ".join(part for part in (of.first_name, of.last_name) if part)
    return _party(of, of.name or person or of.external_id)


def _party(party: Identity, name: str) -> Party:
    address = party.address
    city = " ".join(part for part in (address.postal_code, address.city) if part)
    lines = (address.line1, address.line2, city, address.state, address.country)
    return Party(
        name=_short(party.legal_name or name),
        address=tuple(_short(line) for line in lines if line),
        tax_number=_text(party.tax_number),
        email=_text(party.email),
    )


def _text(value: object) -> str | None:
    return _short(str(value)) if value else None


# ---------------------------------------------------------------- limits


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _cut(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(lines)[:MOST_LINES]


def _left_out(count: int) -> tuple[str, ...]:
    more = count - MOST_LINES
    return (f"And {more} more lines, which are in the sums.",) if more > 0 else ()


def _local_date(timezone: str, at: datetime | None) -> date | None:
    return at.astimezone(ZoneInfo(timezone)).date() if at else None


def issued_invoice(view: View, invoice_id: str) -> Paper:
    """Compose the document of an issued invoice. Raises NotFound for drafts, which have none."""
    row = view.invoice(invoice_id)
    if not is_issued(row):
        raise NotFound(field="invoice_id", id=invoice_id)
    return invoice(view, row)


def any_invoice(view: View, invoice_id: str) -> Paper:
    """Compose the document of an invoice, also of a draft. Raises NotFound."""
    return invoice(view, view.invoice(invoice_id))
