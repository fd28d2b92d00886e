"""A credit note in Lago's JSON, and the estimate of one."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from polaris.core.balances.credit_amounts import Credited
from polaris.core.balances.projections import payment_status
from polaris.core.balances.tax import weighted_rate
from polaris.core.facts.credit_note import CreditNote, NoteLine, NotePurpose, NoteStatus, NoteTax
from polaris.core.facts.invoice import Invoice, InvoiceKind, Line, Tax
from polaris.core.facts.payment import Refund, RefundState
from polaris.core.view import View
from polaris.dialects.lago.responses.customers import customer_of, external_id
from polaris.dialects.lago.responses.fees import fee
from polaris.dialects.lago.responses.formats import entity_code, number, percent, stamp
from polaris.dialects.lago.responses.invoices import sequential_id
from polaris.dialects.lago.rules.amounts import (
    Computed,
    TaxShare,
    computed_note,
    offsettable,
    refundable,
    whole,
)

REASONS = frozenset(
    "duplicated_charge product_unsatisfactory order_change order_cancellation"
    " fraudulent_charge other".split()
)
REFUND_STATUSES = {
    "pending": RefundState.PENDING,
    "succeeded": RefundState.SETTLED,
    "failed": RefundState.FAILED,
}
_REFUND_STATUS_NAMES = {state: name for name, state in REFUND_STATUSES.items()}

PRECISE = Decimal("0.00001")


def credit_note(view: View, row: CreditNote) -> dict[str, object]:
    """Return the whole note. A reason that Lago does not know becomes `other`."""
    invoice = view.get(Invoice, row.invoice_id)
    return {
        "lago_id": row.id,
        "billing_entity_code": entity_code(view.tenant),
        "sequential_id": sequential_id(row),
        "number": row.number,
        "lago_invoice_id": row.invoice_id,
        "invoice_number": invoice.number if invoice else None,
        "purchase_order_number": invoice.purchase_order_number if invoice else None,
        "issuing_date": row.issue_date.isoformat(),
        "credit_status": credit_status(row),
        "refund_status": refund_status(view, row),
        "reason": row.reason if row.reason in REASONS else "other",
        "description": row.description,
        "currency": row.currency,
        **amounts(view, row),
        "created_at": stamp(row.issued_at),
        "updated_at": stamp(row.voided_at or row.issued_at),
        "file_url": None,
        "xml_url": None,
        "self_billed": False,
        "customer": customer_of(view, row),
        "items": [item(view, row, line) for line in lines_of(view, row)],
        "applied_taxes": applied_taxes(view, row),
        "error_details": [],
        **({} if row.metadata is None else {"metadata": row.metadata}),
    }


def credit_status(row: CreditNote) -> str:
    """Return the status of the note's credit; `available` also for a note that gave no credit."""
    if row.status is NoteStatus.VOIDED:
        return "voided"
    return "consumed" if row.credit_minor and not row.balance_minor else "available"


def refund_status(view: View, row: CreditNote) -> str | None:
    """Return the refund status set by a caller, else that of the refunds; None without a refund."""
    if row.refund_status_asserted:
        return _REFUND_STATUS_NAMES.get(RefundState(row.refund_status_asserted))
    if not row.refund_minor:
        return None
    refunds = view.of(Refund, "note_id", row.id)
    states = {one.state for one in refunds if not one.of_balance} - {RefundState.CONVERTED}
    if RefundState.FAILED in states:
        return "failed"
    return "succeeded" if states == {RefundState.SETTLED} else "pending"


def lines_of(view: View, row: CreditNote) -> list[NoteLine]:
    """Return the note's lines, in order."""
    return sorted(view.of(NoteLine, "note_id", row.id), key=lambda line: line.position)


def recomputed(view: View, row: CreditNote) -> Computed | None:
    """Return the unrounded amounts of a correction of an invoice; None for other notes."""
    invoice = view.get(Invoice, row.invoice_id)
    if invoice is None or row.purpose is not NotePurpose.CORRECTION:
        return None
    return computed_note(view.balance(invoice), row)


def amounts(view: View, row: CreditNote) -> dict[str, object]:
    """Return all sums in minor units; those called precise are unrounded texts."""
    exact = recomputed(view, row)
    net, tax = (exact.net, exact.tax) if exact else (row.net_minor, row.tax_minor)
    return {
        "total_amount_cents": row.total_minor,
        "precise_total_amount_cents": precise(Fraction(net) + Fraction(tax)),
        "taxes_amount_cents": row.tax_minor,
        "precise_taxes_amount_cents": precise(Fraction(tax)),
        "sub_total_excluding_taxes_amount_cents": row.net_minor,
        "balance_amount_cents": row.balance_minor,
        "credit_amount_cents": row.credit_minor,
        "refund_amount_cents": row.refund_minor,
        "offset_amount_cents": row.offset_minor,
        "coupons_adjustment_amount_cents": sum(line.discount_minor for line in lines_of(view, row)),
        "taxes_rate": rate_of(taxes_of(view, row), row.net_minor),
    }


def precise(exact: Fraction) -> str:
    """Return an unrounded amount of minor units as text, to five decimal places."""
    return number((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(PRECISE))


def item(view: View, row: CreditNote, part: NoteLine) -> dict[str, object]:
    """Return the credit of one fee, before its coupons and taxes."""
    return {
        "lago_id": part.id,
        "amount_cents": part.gross_minor,
        "precise_amount_cents": number(Decimal(part.gross_minor)),
        "amount_currency": row.currency,
        "fee": fee_of(view, part),
    }


def fee_of(view: View, part: NoteLine) -> dict[str, object] | None:
    """Return the credited fee; None for a standalone note."""
    line = view.get(Line, part.line_id)
    if line is None:
        return None
    invoice = view.the(Invoice, line.invoice_id)
    taxes = [tax for tax in view.balance(invoice).taxes if tax.line_id == line.id]
    of = external_id(view, invoice.customer_id)
    return fee(invoice, of, line, taxes, payment_status(invoice))


# ---------------------------------------------------------------- taxes


class TaxAmounts(NamedTuple):
    """The credited part of one tax code, in minor units."""

    tax: NoteTax | Tax
    base_minor: int
    amount_minor: int


def taxes_of(view: View, row: CreditNote) -> list[TaxAmounts]:
    """Return the note's taxes; those of a correction are rounded one by one, as Lago does."""
    exact = recomputed(view, row)
    shares = {share.tax.code: share for share in exact.shares} if exact else {}
    return [
        rounded_share(tax, shares[tax.code])
        if tax.code in shares
        else TaxAmounts(tax, tax.base_minor or base_of(view, row, tax.code), tax.amount_minor)
        for tax in view.of(NoteTax, "note_id", row.id)
    ]


def rounded_share(tax: NoteTax | Tax, share: TaxShare) -> TaxAmounts:
    """Return the credited part of one tax code, rounded."""
    return TaxAmounts(tax, whole(share.base), whole(share.amount))


def base_of(view: View, row: CreditNote, code: str) -> int:
    """Return the net amount that a note credits of the lines with this tax code, minor units."""
    taxes = view.of(Tax, "invoice_id", row.invoice_id or "")
    taxed = {tax.line_id for tax in taxes if tax.code == code}
    return sum(part.net_minor for part in lines_of(view, row) if part.line_id in taxed)


def rate_of(taxes: Iterable[TaxAmounts], net_minor: int) -> float:
    """Return the note's tax rate in percent: each rate weighted by its share of the subtotal."""
    return percent(weighted_rate(((one.tax.rate, one.base_minor) for one in taxes), net_minor))


def tax_fields(share: TaxAmounts, currency: str, billed: Iterable[Tax]) -> dict[str, object]:
    """Return a tax of a note or of an estimate; `billed` are the taxes of its invoice."""
    known = next((tax for tax in billed if tax.code == share.tax.code), None)
    return {
        "lago_tax_id": known and known.tax_code_id,
        "tax_name": share.tax.name,
        "tax_code": share.tax.code,
        "tax_rate": percent(share.tax.rate),
        "tax_description": known and known.description,
        "base_amount_cents": share.base_minor,
        "amount_cents": share.amount_minor,
        "amount_currency": currency,
    }


def applied_taxes(view: View, row: CreditNote) -> list[object]:
    """Return the note's taxes in Lago's JSON, one for each code."""
    invoice = view.get(Invoice, row.invoice_id)
    billed = view.balance(invoice).taxes if invoice else []
    return [
        {
            "lago_id": share.tax.id,
            "lago_credit_note_id": row.id,
            **tax_fields(share, row.currency, billed),
            "created_at": stamp(row.issued_at),
        }
        for share in taxes_of(view, row)
    ]


# ---------------------------------------------------------------- estimates


class Estimate(NamedTuple):
    """An estimated note: the requested items, Polaris's sums, and Lago's unrounded amounts."""

    invoice: Invoice
    items: Sequence[tuple[str, int]]
    sums: Credited
    exact: Computed


def estimate(view: View, asked: Estimate) -> dict[str, object]:
    """Return the amounts of a note over these items, and the largest amount of each part."""
    invoice, sums, exact = asked.invoice, asked.sums, asked.exact
    balance = view.balance(invoice)
    taxes = [rounded_share(share.tax, share) for share in exact.shares]
    sold = invoice.kind is InvoiceKind.TOP_UP
    return {
        "lago_invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "currency": invoice.currency,
        "taxes_amount_cents": sums.tax,
        "precise_taxes_amount_cents": precise(exact.tax),
        "sub_total_excluding_taxes_amount_cents": sums.net,
        "max_creditable_amount_cents": 0 if sold else sums.total,
        "max_refundable_amount_cents": min(sums.total, refundable(balance)),
        "max_offsettable_amount_cents": min(sums.total, offsettable(balance)),
        "coupons_adjustment_amount_cents": sum(part.discount_minor for part in sums.lines),
        "precise_coupons_adjustment_amount_cents": precise(exact.coupons),
        "taxes_rate": rate_of(taxes, sums.net),
        "items": [{"lago_fee_id": fee_id, "amount_cents": cents} for fee_id, cents in asked.items],
        "applied_taxes": [tax_fields(share, invoice.currency, balance.taxes) for share in taxes],
    }
