"""An invoice in Lago's JSON. Its totals are Lago's: after credit notes and prepaid credits."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from polaris.core.balances.projections import overdue, payment_status
from polaris.core.balances.tax import exact_tax
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice, InvoiceKind, Settlement, SettlementKind, Status, Tax
from polaris.core.facts.wallet import Lot, LotFunding
from polaris.core.view import View
from polaris.dialects.lago.responses.customers import customer_of, external_id, prefix
from polaris.dialects.lago.responses.fees import fees
from polaris.dialects.lago.responses.formats import entity_code, metadata, percent, stamp, stamp_ms
from polaris.dialects.lago.rules.amounts import paid
from polaris.money import rounded

TYPES = {
    InvoiceKind.ONE_OFF: "one_off",
    InvoiceKind.SUBSCRIPTION: "subscription",
    InvoiceKind.TOP_UP: "credit",
}
STATUSES = {
    Status.DRAFT: "draft",
    Status.FINALIZED: "finalized",
    Status.VOIDED: "voided",
    Status.CLOSED: "closed",
}


def invoice(view: View, row: Invoice, status: str | None = None) -> dict[str, object]:
    """Return the whole invoice."""
    return {
        **listed(view, row, status),
        "fees": fees(view, row, external_id(view, row.customer_id), payment_status(row)),
        "credits": [credit(view, row, settled) for settled in applied_notes(view, row)],
        "subscriptions": [],
        "billing_periods": [],
        "error_details": [],
        "applied_invoice_custom_sections": [],
    }


def listed(view: View, row: Invoice, status: str | None = None) -> dict[str, object]:
    """Return the invoice as in lists: its own fields, customer, metadata and taxes."""
    return {
        **base(view, row, status),
        "customer": {**customer_of(view, row), "integration_customers": []},
        "metadata": metadata(row, row.id, row.created_at),
        "applied_taxes": applied_taxes(row, view.balance(row).taxes),
    }


def base(view: View, row: Invoice, status: str | None = None) -> dict[str, object]:
    """Return the invoice's own fields; Lago has the last two in its GraphQL only.

    `status` replaces the invoice's own status: the answer to a delete shows `deleted`.
    """
    issued = row.issue_date or view.today(view.parties(row).timezone)
    due_date = row.due_date or issued + timedelta(days=row.payment_term_days)
    return {
        "lago_id": row.id,
        "billing_entity_code": entity_code(view.tenant),
        "sequential_id": sequential_id(row),
        "number": row.number or f"{prefix(view.tenant)}-DRAFT",
        "purchase_order_number": row.purchase_order_number,
        "issuing_date": issued.isoformat(),
        "payment_due_date": due_date.isoformat(),
        "net_payment_term": row.payment_term_days,
        "invoice_type": TYPES[row.kind],
        "status": status or STATUSES[row.status],
        "payment_status": payment_status(row),
        "payment_dispute_lost_at": stamp_ms(row.dispute_lost_at),
        "payment_overdue": overdue(row, view.today()),
        "currency": row.currency,
        **amounts(view, row),
        "file_url": None,
        "xml_url": None,
        "web_url": None,
        "version_number": 4,
        "self_billed": False,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.voided_at or row.finalized_at or row.created_at),
        "voided_at": stamp(row.voided_at),
        "voided_invoice_id": row.regenerated_from,
        "regenerated_invoice_id": row.regenerated_as,
    }


def amounts(view: View, row: Invoice) -> dict[str, int]:
    """Return all sums in minor units. A voided invoice keeps its sums, but nothing is due."""
    standing = list(standing_settlements(view, row))
    notes = _sum(standing, SettlementKind.NOTE)
    granted, purchased = prepaid(view, standing)
    gross = sum(line.gross_minor for line in view.balance(row).lines)
    return {
        "fees_amount_cents": gross,
        "coupons_amount_cents": gross - row.net_minor,
        "progressive_billing_credit_amount_cents": 0,
        "sub_total_excluding_taxes_amount_cents": row.net_minor,
        "taxes_amount_cents": row.tax_minor,
        "sub_total_including_taxes_amount_cents": row.total_minor,
        "credit_notes_amount_cents": notes,
        "prepaid_credit_amount_cents": granted + purchased,
        "prepaid_granted_credit_amount_cents": granted,
        "prepaid_purchased_credit_amount_cents": purchased,
        "total_amount_cents": row.total_minor - notes - granted - purchased,
        "total_paid_amount_cents": paid(view.balance(row)),
        "total_offsetted_credit_note_amount_cents": sum(
            note.offset_minor for note in view.of(CreditNote, "invoice_id", row.id)
        ),
        "total_due_amount_cents": due(row),
    }


def standing_settlements(view: View, row: Invoice) -> Iterable[Settlement]:
    """Yield the settlements of the invoice; of a voided one those that the void removed, too."""
    for settled in view.balance(row).settlements:
        if settled.live or (row.voided_at and settled.removed_at == row.voided_at):
            yield settled


def _sum(settlements: list[Settlement], kind: SettlementKind) -> int:
    return sum(one.amount_minor for one in settlements if one.kind is kind)


def prepaid(view: View, settlements: list[Settlement]) -> tuple[int, int]:
    """Return the amounts that wallets settled: by granted and by purchased credits, minor units."""
    granted = 0
    for settled in settlements:
        lot = view.get(Lot, settled.source_id)
        if lot is not None and lot.funding is LotFunding.GRANTED:
            granted += settled.amount_minor
    return granted, _sum(settlements, SettlementKind.WALLET) - granted


def due(row: Invoice) -> int:
    """Return the amount still to be paid; of a draft the whole total."""
    return row.total_minor if row.status is Status.DRAFT else row.outstanding_minor


def sequential_id(row: Invoice | CreditNote) -> int | None:
    """Return the document's position in its series: the digits at the end of its number."""
    digits = (row.number or "")[len((row.number or "").rstrip("0123456789")) :]
    return int(digits[-9:]) if digits and row.series else None


def applied_taxes(row: Invoice, taxes: list[Tax]) -> list[object]:
    """Return the taxes in Lago's JSON, one for each code, rounded one by one as Lago does."""
    by_code: dict[str, list[Tax]] = {}
    for tax in taxes:
        by_code.setdefault(tax.code, []).append(tax)
    return [_applied_tax(row, own) for own in by_code.values()]


def _applied_tax(row: Invoice, own: list[Tax]) -> dict[str, object]:
    first = own[0]
    return {
        "lago_id": first.id,
        "lago_invoice_id": row.id,
        "lago_tax_id": first.tax_code_id,
        "tax_name": first.name,
        "tax_code": first.code,
        "tax_rate": percent(first.rate),
        "tax_description": first.description,
        "amount_cents": rounded(sum((exact_tax(tax) for tax in own), Decimal(0))),
        "amount_currency": row.currency,
        "fees_amount_cents": sum(tax.base_minor for tax in own),
        "created_at": stamp(row.created_at),
    }


def applied_notes(view: View, row: Invoice) -> list[Settlement]:
    """Return the settlements by credit notes; of a voided invoice also those the void removed."""
    return [one for one in standing_settlements(view, row) if one.kind is SettlementKind.NOTE]


def credit(view: View, row: Invoice, settled: Settlement) -> dict[str, object]:
    """Return a settlement by a credit note in Lago's JSON."""
    note = view.get(CreditNote, settled.source_id)
    return {
        "lago_id": settled.id,
        "amount_cents": settled.amount_minor,
        "amount_currency": row.currency,
        "before_taxes": False,
        "item": {
            "lago_item_id": settled.source_id,
            "type": "credit_note",
            "code": note.number if note else None,
            "name": note.number if note else None,
            "description": note.description if note else None,
        },
        "invoice": {"lago_id": row.id, "payment_status": payment_status(row)},
    }
