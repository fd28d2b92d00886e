"""A line of an invoice in Lago's JSON, where it is called a fee."""

from decimal import Decimal

from polaris.core.balances.line import unit_price
from polaris.core.balances.tax import exact_tax
from polaris.core.facts.invoice import Invoice, Line, LineKind, Tax
from polaris.core.view import View
from polaris.dialects.lago.responses.formats import major, number, percent, stamp
from polaris.dialects.lago.rules.settings import lago_object
from polaris.money import rounded

NOT_METERED: dict[str, object] = dict.fromkeys(
    (
        "lago_charge_id",
        "lago_charge_filter_id",
        "lago_fixed_charge_id",
        "lago_true_up_fee_id",
        "lago_true_up_parent_fee_id",
        "lago_subscription_id",
        "external_subscription_id",
        "total_aggregated_units",
        "events_count",
        "event_transaction_id",
        "pricing_unit_details",
    )
)
"""Fields that only a fee for metered usage has; always null."""


def fees(view: View, invoice: Invoice, external_id: str, payment_status: str) -> list[object]:
    """Return every line of the invoice as a fee."""
    balance = view.balance(invoice)
    return [
        fee(
            invoice,
            external_id,
            line,
            [tax for tax in balance.taxes if tax.line_id == line.id],
            payment_status,
        )
        for line in balance.lines
    ]


def fee(
    invoice: Invoice, external_id: str, line: Line, taxes: list[Tax], payment_status: str
) -> dict[str, object]:
    """Return one line with its taxes. Amounts named cents are minor units, others major units."""
    currency = invoice.currency
    from_date, to_date = from_to(invoice, line)
    unrounded = sum((exact_tax(tax) for tax in taxes), Decimal(0))
    tax = rounded(unrounded)
    return {
        **NOT_METERED,
        "lago_id": line.id,
        "lago_invoice_id": invoice.id,
        "lago_original_fee_id": line.original_line_id,
        "lago_customer_id": invoice.customer_id,
        "external_customer_id": external_id,
        "item": item(line),
        "pay_in_advance": False,
        "invoiceable": True,
        "amount_cents": line.gross_minor,
        "amount_currency": currency,
        "precise_amount": major(line.gross_minor, currency),
        "precise_total_amount": major(line.net_minor + unrounded, currency),
        "taxes_amount_cents": tax,
        "taxes_precise_amount": major(unrounded, currency),
        "taxes_rate": percent(sum((one.rate or Decimal(0) for one in taxes), Decimal(0))),
        "total_amount_cents": line.net_minor + tax,
        "total_amount_currency": currency,
        "units": number(line.quantity),
        "description": description(invoice, line),
        "precise_unit_amount": major(unit_price(line), currency),
        "precise_coupons_amount_cents": number(Decimal(line.discount_minor)),
        "sub_total_excluding_taxes_amount_cents": line.net_minor,
        "sub_total_excluding_taxes_precise_amount_cents": number(Decimal(line.net_minor)),
        "payment_status": payment_status,
        "created_at": stamp(invoice.created_at),
        "succeeded_at": None,
        "failed_at": None,
        "refunded_at": None,
        "amount_details": {},
        "self_billed": False,
        "presentation_breakdowns": [],
        "from_date": from_date,
        "to_date": to_date,
    }


def item(line: Line) -> dict[str, object]:
    """Return the billed item: the add-on with its name at the time, or the wallet credits."""
    top_up = line.kind is LineKind.TOP_UP
    name = line.description or line.code
    return {
        "type": "credit" if top_up else "add_on",
        "code": line.code,
        "name": line.name or name,
        "description": line.item_description if line.item_id else line.description or None,
        "invoice_display_name": name,
        "filters": None,
        "filter_invoice_display_name": None,
        "lago_item_id": line.wallet_id if top_up else line.item_id,
        "item_type": "WalletTransaction" if top_up else "AddOn",
        "grouped_by": {},
    }


def description(invoice: Invoice, line: Line) -> object:
    """Return the caller's text of the line, else the add-on's; without an add-on the line's own."""
    if line.item_id is None:
        return line.description or None
    return kept_of_fee(invoice, line).get("description", line.item_description)


def kept_of_fee(invoice: Invoice, line: Line) -> dict[str, object]:
    """Return the fields that only this dialect stores for a line."""
    fee = lago_object(invoice.details, "fees").get(str(line.position))
    return fee if isinstance(fee, dict) else {}


def from_to(invoice: Invoice, line: Line) -> tuple[str | None, str | None]:
    """Return the billed period of the line, else the time of issue as both ends."""
    at = invoice.finalized_at or invoice.created_at
    return stamp(line.period_from or at), stamp(line.period_to or at)
