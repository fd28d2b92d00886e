"""The lines of an invoice, its discount and its sums."""

from decimal import Decimal

from polaris.core.balances.line import unit_price
from polaris.core.facts.invoice import Invoice, Line, Tax
from polaris.core.view import View
from polaris.dialects.highlevel.responses.formats import major, number, short_id
from polaris.dialects.highlevel.rules.settings import own_details, own_object


def items(view: View, row: Invoice) -> list[dict[str, object]]:
    """Return every line of the invoice with its taxes."""
    balance = view.balance(row)
    kept = own_object(own_details(row.details), "items")
    return [
        {
            **item(row.currency, line, [tax for tax in balance.taxes if tax.line_id == line.id]),
            **own_object(kept, line.id),
        }
        for line in balance.lines
    ]


def item(currency: str, line: Line, taxes: list[Tax]) -> dict[str, object]:
    """Return one line. Its amount is the price of one unit, in major units."""
    return {
        "_id": short_id(line.id),
        "name": line.description or line.name or line.code or "",
        "description": line.item_description or "",
        "productId": line.code or "",
        "priceId": "",
        "currency": currency,
        "amount": major(unit_price(line), currency),
        "qty": number(line.quantity),
        "taxes": [item_tax(tax) for tax in taxes],
    }


def item_tax(tax: Tax) -> dict[str, object]:
    """Return one tax of a line. Its rate is in percent."""
    return {
        "_id": tax.code,
        "name": tax.name,
        "rate": number(tax.rate or Decimal(0)),
        "calculation": "exclusive",
        "description": tax.description or "",
        "taxId": tax.code,
    }


def summary(view: View, row: Invoice) -> dict[str, object]:
    """Return the sum of the lines before discount, the discount and the tax, in major units."""
    sub_total, discount = _sums(view, row)
    return {
        "subTotal": major(sub_total, row.currency),
        "discount": major(discount, row.currency),
        "tax": major(row.tax_minor, row.currency),
    }


def _sums(view: View, row: Invoice) -> tuple[int, int]:
    lines = view.balance(row).lines
    return sum(line.gross_minor for line in lines), sum(line.discount_minor for line in lines)


def discount(view: View, row: Invoice) -> dict[str, object]:
    """Return the discount as the caller gave it, as long as it is the discount of the lines.

    Else the lines were changed in another way since: then the sum of their discounts.
    """
    _, amount_minor = _sums(view, row)
    kept = own_object(own_details(row.details), "discount")
    if kept and kept.get("amount_minor") == amount_minor:
        return {**own_object(kept, "given"), "value": number(Decimal(str(kept["value"])))}
    return {"type": "fixed", "value": major(amount_minor, row.currency)}
