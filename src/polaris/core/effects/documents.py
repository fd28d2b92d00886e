"""The invoices and credit notes among the effects of a decision."""

from collections.abc import Iterable, Iterator

import msgspec

from polaris.core.decision import Decision
from polaris.core.effects.effect import DocumentTax, InvoiceEffect, LineEffect, NoteEffect
from polaris.core.effects.naming import before, name_of
from polaris.core.facts.credit_note import CreditNote, NoteLine, NoteTax
from polaris.core.facts.invoice import Invoice, Line, Status, Tax
from polaris.core.facts.parties import Identity, Parties
from polaris.core.facts.series import Series

ISSUED = (Status.FINALIZED, Status.VOIDED)


def invoices(decision: Decision) -> Iterator[InvoiceEffect]:
    """Yield every invoice that the decision writes or changes."""
    for row in decision.rows.get(Invoice, {}).values():
        assert isinstance(row, Invoice)
        yield invoice(decision, row)


def invoice(decision: Decision, row: Invoice) -> InvoiceEffect:
    """Return the effect on one invoice."""
    old = before(decision, row)
    was = old if isinstance(old, Invoice) else None
    issued = row.number is not None and (was is None or was.number is None)
    written = issued or was is None or was.revision != row.revision
    return InvoiceEffect(
        name=name_of(decision, row),
        next_number=row.number if issued else None,
        series=series_name(row.series) if issued else None,
        number_format=number_format(decision, row.series) if issued else None,
        status_before=was.status if was else None,
        status=row.status,
        kind=row.kind,
        issue_date=row.issue_date,
        due_date=row.due_date,
        currency=row.currency,
        net_minor=row.net_minor,
        tax_minor=row.tax_minor,
        total_minor=row.total_minor,
        paid_before_minor=was.paid_minor if was else 0,
        paid_minor=row.paid_minor,
        outstanding_before_minor=was.outstanding_minor if was else 0,
        outstanding_minor=row.outstanding_minor,
        customer=printed_buyer(row.parties) if issued else {},
        seller=printed_seller(row.parties) if issued else {},
        texts=texts(row) if issued else {},
        lines=invoice_lines(decision, row) if written else (),
        taxes=invoice_taxes(decision, row) if written else (),
        void_reason=row.void_reason,
        void_comment=row.void_comment,
        replaces=linked(decision, row.regenerated_from),
        replaced_by=linked(decision, row.regenerated_as),
    )


def linked(decision: Decision, invoice_id: str | None) -> str | None:
    """Return the name of another invoice of the same decision, or None."""
    other = decision.rows.get(Invoice, {}).get(invoice_id or "")
    return name_of(decision, other) if other else None


def credit_notes(decision: Decision) -> Iterator[NoteEffect]:
    """Yield every credit note that the decision issues or voids."""
    for row in decision.rows.get(CreditNote, {}).values():
        assert isinstance(row, CreditNote)
        old = before(decision, row)
        was = old if isinstance(old, CreditNote) else None
        if was is None or was.status is not row.status:
            yield note(decision, row, was)


def note(decision: Decision, row: CreditNote, was: CreditNote | None) -> NoteEffect:
    """Return the effect on one credit note."""
    of = decision.get(Invoice, row.invoice_id)
    return NoteEffect(
        name=name_of(decision, row),
        next_number=None if was else row.number,
        series=series_name(row.series) or "",
        number_format=None if was else number_format(decision, row.series),
        purpose=row.purpose,
        status_before=was.status if was else None,
        status=row.status,
        invoice=name_of(decision, of) if of else None,
        issue_date=row.issue_date,
        reason=row.reason,
        description=row.description,
        currency=row.currency,
        net_minor=row.net_minor,
        tax_minor=row.tax_minor,
        total_minor=row.total_minor,
        offset_minor=row.offset_minor,
        credit_minor=row.credit_minor,
        refund_minor=row.refund_minor,
        credit_to=row.credit_to,
        customer={} if was else printed_buyer(row.parties),
        seller={} if was else printed_seller(row.parties),
        lines=() if was else note_lines(decision, row),
        taxes=() if was else note_taxes(decision, row),
    )


# ---------------------------------------------------------------- parts of a document


def series_name(series_id: str | None) -> str | None:
    """Return the name of a series without the id of its owner."""
    return series_id.partition("/")[0] if series_id else None


def number_format(decision: Decision, series_id: str | None) -> str | None:
    """Return the format of a series as the decision leaves it."""
    series = decision.get(Series, series_id)
    return series.format if series else None


def printed_buyer(parties: Parties | None) -> dict[str, str]:
    """Return the fields of the buyer that a document prints, without empty ones."""
    if parties is None:
        return {}
    return printed(parties.buyer, "external_id", "first_name", "last_name")


def printed_seller(parties: Parties | None) -> dict[str, str]:
    """Return the fields of the seller that a document prints, without empty ones."""
    return printed(parties.seller) if parties else {}


def printed(party: Identity, *names: str) -> dict[str, str]:
    """Return these fields of a party, and those that every party has, without empty ones."""
    of_all = ("name", "legal_name", "tax_number", "email", "phone")
    fields = {name: getattr(party, name) for name in (*names, *of_all)}
    address = msgspec.structs.asdict(party.address)
    return {name: text for name, text in (fields | address).items() if text}


def texts(row: Invoice) -> dict[str, str]:
    """Return the texts of an invoice that an issue makes final, without empty ones."""
    names = ("memo", "purchase_order_number", "external_number")
    return {name: text for name in names if (text := getattr(row, name))}


def invoice_lines(decision: Decision, row: Invoice) -> tuple[LineEffect, ...]:
    """Return the lines of the current revision of an invoice, in order."""
    mine = [
        line for line in decision.of(Line, "invoice_id", row.id) if line.revision == row.revision
    ]
    return lines(mine)


def note_lines(decision: Decision, row: CreditNote) -> tuple[LineEffect, ...]:
    """Return the lines of a credit note, in order."""
    return lines(decision.of(NoteLine, "note_id", row.id))


def lines(rows: Iterable[Line | NoteLine]) -> tuple[LineEffect, ...]:
    """Return lines as effects, by position."""
    return tuple(
        LineEffect(
            position=row.position,
            description=row.description or getattr(row, "code", None) or "",
            quantity=None if row.quantity is None else plain(row.quantity),
            gross_minor=row.gross_minor,
            discount_minor=row.discount_minor,
            net_minor=row.net_minor,
        )
        for row in sorted(rows, key=lambda row: row.position)
    )


def plain(value: object) -> str:
    """Return a decimal as text without zeros at its end: a stored one can have more than typed."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def invoice_taxes(decision: Decision, row: Invoice) -> tuple[DocumentTax, ...]:
    """Return the taxes of the current revision of an invoice, one for each code and rate."""
    rows = decision.of(Tax, "invoice_id", row.id)
    return taxes([tax for tax in rows if tax.revision == row.revision])


def note_taxes(decision: Decision, row: CreditNote) -> tuple[DocumentTax, ...]:
    """Return the taxes of a credit note."""
    return taxes(decision.of(NoteTax, "note_id", row.id))


def taxes(rows: Iterable[Tax | NoteTax]) -> tuple[DocumentTax, ...]:
    """Return taxes as effects, added up by code and rate, sorted."""
    sums: dict[tuple[str, str, str | None], tuple[int, int]] = {}
    for row in rows:
        key = row.code, row.name, None if row.rate is None else plain(row.rate)
        base, amount = sums.get(key, (0, 0))
        sums[key] = base + row.base_minor, amount + row.amount_minor
    return tuple(
        DocumentTax(code=code, name=name, rate=rate, base_minor=base, amount_minor=amount)
        for (code, name, rate), (base, amount) in sorted(
            sums.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or "")
        )
    )
