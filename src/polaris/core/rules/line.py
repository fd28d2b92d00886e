"""Requirements about the lines of invoices and credit notes."""

from collections.abc import Callable
from decimal import Decimal

from msgspec import UNSET

from polaris.core import refusals
from polaris.core.balances.line import countable, gross_of
from polaris.core.balances.tax_selection import live_tax
from polaris.core.commands import (
    DraftInvoice,
    EditDraft,
    IssueCreditNote,
    IssueStandaloneNote,
    RegenerateInvoice,
)
from polaris.core.commands.values import CreditedLine, NewLine
from polaris.core.facts.invoice import InvoiceKind, Line, LineKind
from polaris.core.facts.wallet import Wallet
from polaris.core.ledger import chart
from polaris.core.rules.input import dates_possible, note_is_new, usable
from polaris.core.rules.requirement import AnyCase, Case, Details, requires, unless
from polaris.money import LARGEST_MINOR

AnyLine = NewLine | CreditedLine

LARGEST_RATE = Decimal(1000)
MOST_LINES = 5_000


@requires(refusals.NoLines)
def has_lines(
    case: Case[
        DraftInvoice | EditDraft | IssueCreditNote | IssueStandaloneNote | RegenerateInvoice
    ],
) -> Details | None:
    """There is at least one line."""
    lines = case.command.lines
    return unless(lines is UNSET or bool(lines), field="lines")


@requires(refusals.TooMany)
def lines_not_too_many(case: AnyCase) -> Details | None:
    """There are at most 5,000 lines."""
    asked = len(case.lines)
    return unless(asked <= MOST_LINES, field="lines", asked=asked, limit=MOST_LINES)


def _first_wrong(case: AnyCase, wrong: Callable[[AnyLine], bool]) -> Details | None:
    """Return details that name the first wrong line, or None if no line is wrong."""
    for index, line in enumerate(case.lines):
        if wrong(line):
            return {"field": f"lines[{index}]"}
    return None


def _below_zero(line: AnyLine) -> bool:
    amounts = [line.amount_minor or 0, *(tax.amount_minor or 0 for tax in line.taxes)]
    if isinstance(line, NewLine):
        amounts.append(line.discount_minor)
    exact = [line.quantity, getattr(line, "unit_price", None), *(tax.rate for tax in line.taxes)]
    return any(amount < 0 for amount in amounts) or any(
        one.is_signed() and bool(one) for one in exact if one is not None
    )


@requires(refusals.AmountNegative)
def lines_not_negative(case: AnyCase) -> Details | None:
    """No quantity, price, discount, tax rate or tax amount is below zero."""
    return _first_wrong(case, _below_zero)


def _with_tax(line: AnyLine) -> int:
    """Return about the line's amount with tax; more than the limit if a number makes no sense."""
    gross = gross_of(line) if isinstance(line, NewLine) else line.amount_minor
    rates = [tax.rate for tax in line.taxes if tax.rate is not None]
    numbers = rates if line.quantity is None else [line.quantity, *rates]
    if not all(map(countable, numbers)) or any(rate > LARGEST_RATE for rate in rates):
        return LARGEST_MINOR + 1
    given = sum(tax.amount_minor or 0 for tax in line.taxes)
    return gross + given + int(gross * sum(rates) / 100)


@requires(refusals.AmountTooLarge)
def lines_not_too_large(case: AnyCase) -> Details | None:
    """No line with its tax is above 10^15 minor units, and no tax rate is above 1,000 percent."""
    return _first_wrong(case, lambda line: _with_tax(line) > LARGEST_MINOR)


@requires(refusals.AmountTooLarge)
def lines_countable_together(case: AnyCase) -> Details | None:
    """All lines together are at most 10^15 minor units."""
    total = sum(_with_tax(line) for line in case.lines)
    return unless(total <= LARGEST_MINOR, field="lines")


@requires(refusals.DiscountTooLarge)
def discounts_within_lines(case: AnyCase) -> Details | None:
    """The discount of a line is at most the amount of the line."""
    return _first_wrong(
        case,
        lambda line: isinstance(line, NewLine) and line.discount_minor > max(gross_of(line), 0),
    )


@requires(refusals.UnknownAccount)
def line_accounts_known(case: AnyCase) -> Details | None:
    """The account of each line is SALES, TIPS, or an income or liability account, but not a tax."""
    seeded, kinds = {chart.SALES, chart.TIPS}, {"income", "liability"}
    return _first_wrong(
        case,
        lambda line: (
            (line.account or "").startswith(chart.TAXES)
            or not usable(case, line.account, seeded, kinds)
        ),
    )


@requires(refusals.UnknownAccount)
def note_accounts_known(case: AnyCase) -> Details | None:
    """The account of each line is SALES, CUSTOMER_REFUNDS, or an income or expense account."""
    seeded, kinds = {chart.SALES, chart.CUSTOMER_REFUNDS}, {"income", "expense"}
    return _first_wrong(case, lambda line: not usable(case, line.account, seeded, kinds))


@requires(refusals.TaxCodeAmbiguous)
def tax_codes_have_one_name(case: AnyCase) -> Details | None:
    """A tax code has the same name on all lines: a credit note finds the tax by its code."""
    names: dict[str, str] = {}
    return _first_wrong(
        case,
        lambda line: any(names.setdefault(tax.code, tax.name) != tax.name for tax in line.taxes),
    )


@requires(refusals.AlreadyExists)
def line_ids_new(case: AnyCase) -> Details | None:
    """No two lines have the same id, and no stored line has it."""
    taken: set[str] = set()

    def again(line: AnyLine) -> bool:
        line_id = line.id if isinstance(line, NewLine) else None
        known = line_id is not None and (line_id in taken or case.decision.get(Line, line_id))
        taken.add(line_id or "")
        return bool(known)

    return _first_wrong(case, again)


@requires(refusals.UnknownLine)
def repeated_lines_known(case: AnyCase) -> Details | None:
    """A repeated line names a line of the invoice that is replaced or edited."""
    named = {line.original_line_id for line in case.new_lines} - {None}
    if not named:
        return None
    lines = [] if isinstance(case.command, DraftInvoice) else case.balance.lines
    known = {one for line in lines for one in (line.id, line.original_line_id)}
    return unless(named <= known, field="lines")


@requires(refusals.UnsuitableTopUp)
def top_ups_stand_alone(case: AnyCase) -> Details | None:
    """Credits are sold by a top-up with one line and no discount, to the wallet's customer."""
    lines = case.new_lines
    if all(line.wallet_id is None and line.kind is not LineKind.TOP_UP for line in lines):
        return None
    bill = case.command if isinstance(case.command, DraftInvoice) else case.invoice
    wallet = case.decision.get(Wallet, lines[0].wallet_id)
    fits = (
        len(lines) == 1
        and wallet is not None
        and bill.kind is InvoiceKind.TOP_UP
        and lines[0].kind is LineKind.TOP_UP
        and not lines[0].discount_minor
        and lines[0].account is None
        and (wallet.customer_id, wallet.currency) == (bill.customer_id, bill.currency)
    )
    return unless(fits, field="lines")


@requires(refusals.AmountNotPositive)
def credited_amounts_positive(case: AnyCase) -> Details | None:
    """Every credited amount is more than zero."""
    return _first_wrong(case, lambda line: (line.amount_minor or 0) <= 0)


@requires(refusals.NotFound)
def items_known(case: AnyCase) -> Details | None:
    """Every catalogue item that a line names exists."""
    for line in case.new_lines:
        if line.item_code is not None and line.item_id is None:
            return {"field": "item_code", "id": line.item_code}
    return None


@requires(refusals.UnknownTaxCode)
def tax_codes_known(case: AnyCase) -> Details | None:
    """Every tax code that a line names exists."""
    for line in case.new_lines:
        for code in line.tax_codes or ():
            if live_tax(case.decision, code) is None:
                return {"field": "tax_codes", "id": code}
    return None


BILLED = (
    has_lines,
    items_known,
    tax_codes_known,
    lines_not_too_many,
    lines_not_negative,
    lines_not_too_large,
    lines_countable_together,
    discounts_within_lines,
    line_accounts_known,
    line_ids_new,
    repeated_lines_known,
    tax_codes_have_one_name,
    top_ups_stand_alone,
    dates_possible,
)
"""The rules of every command that has invoice lines."""

CREDITED = (
    note_is_new,
    has_lines,
    credited_amounts_positive,
    lines_not_negative,
    lines_not_too_large,
    lines_countable_together,
    tax_codes_have_one_name,
    dates_possible,
)
"""The rules of every command that issues a credit note."""
