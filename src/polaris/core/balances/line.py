"""Amounts of invoice lines before discount and tax, and the accounts of lines."""

from decimal import Decimal

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.decision import Decision
from polaris.core.facts.invoice import Line, LineKind, Tax
from polaris.core.facts.tenant import Account
from polaris.core.ledger import chart
from polaris.money import LARGEST_MINOR, rounded

_FINEST = 20  # decimal places, and digits before the point


def gross_of(line: NewLine) -> int:
    """Return a line's amount before discount and tax, in minor units.

    Returns more than the largest amount if it is too large to compute; a rule refuses that.
    """
    if line.amount_minor is not None:
        return line.amount_minor
    price = line.unit_price or Decimal(0)
    if not (countable(line.quantity) and countable(price)):
        return LARGEST_MINOR + 1
    exact = line.quantity * price
    return rounded(exact) if abs(exact) <= LARGEST_MINOR else LARGEST_MINOR + 1


def countable(number: Decimal) -> bool:
    """True if a decimal is finite, and has at most 20 digits before and after the point."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -_FINEST <= exponent <= number.adjusted() <= _FINEST


def copied(balance: InvoiceBalance, line: Line) -> NewLine:
    """Return a copy of an invoice's line as a new line, with its taxes unchanged."""
    return NewLine(
        kind=line.kind,
        code=line.code,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount_minor=line.gross_minor,
        discount_minor=line.discount_minor,
        taxes=tuple(_rate_of(tax) for tax in balance.taxes if tax.line_id == line.id),
        account=line.account,
        wallet_id=line.wallet_id,
        original_line_id=line.original_line_id,
        name=line.name,
        item_id=line.item_id,
        item_description=line.item_description,
        period_from=line.period_from,
        period_to=line.period_to,
    )


def _rate_of(tax: Tax) -> TaxRate:
    return TaxRate(
        code=tax.code,
        name=tax.name,
        rate=tax.rate,
        amount_minor=tax.amount_minor if tax.given else None,
        tax_code_id=tax.tax_code_id,
        description=tax.description,
    )


ACCOUNTS = {
    LineKind.CHARGE: chart.SALES,
    LineKind.TIP: chart.TIPS,
    LineKind.TOP_UP: chart.UNEARNED,
}
"""The account of each kind of line, unless the line names its own."""


def account_of(line: Line) -> str:
    """Return the account to which a line is booked."""
    return line.account or ACCOUNTS[line.kind]


def passed_on(decision: Decision, account: str) -> bool:
    """True if the account is a liability: its amounts are passed on, and are no revenue."""
    own = decision.get(Account, account)
    kind = own.kind if own else chart.CHART.get(account, ("income", ""))[0]
    return kind == "liability"


def unit_price(line: Line) -> Decimal:
    """Return the price of one unit in minor units, with decimals."""
    if line.unit_price is not None:
        return line.unit_price
    return line.gross_minor / line.quantity if line.quantity else Decimal(line.gross_minor)
