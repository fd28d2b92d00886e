"""Requirements about what was given: amounts, codes, names, lines."""

from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

from polaris.core import refusals
from polaris.core.customer import Customer, Lot, Wallet
from polaris.core.draft import gross_of
from polaris.core.invoice import Invoice, LineKind, PriceType, Status, WriteOff
from polaris.core.ledger import CHART
from polaris.core.note import CreditNote
from polaris.core.parts import CreditedLine, NewLine
from polaris.core.payment import Payment, Refund
from polaris.core.requirement import Case, Details, Requirement, requires, unless
from polaris.core.row import Row
from polaris.core.tenant import Account
from polaris.money import CURRENCIES, LARGEST_MINOR

AnyLine = NewLine | CreditedLine

LARGEST_RATE = Decimal(1000)


def positive(field: str) -> Requirement:
    """A rule that an amount, when given, is more than zero."""

    @requires(refusals.AmountNotPositive)
    def is_positive(case: Case) -> Details | None:
        """The amount is more than zero."""
        amount = getattr(case.command, field)
        return unless(amount is None or amount > 0, field=field, asked_minor=amount)

    return is_positive


def not_negative(*fields: str) -> Requirement:
    """A rule that amounts are zero or more."""

    @requires(refusals.AmountNegative)
    def is_not_negative(case: Case) -> Details | None:
        """No amount is below zero."""
        wrong = [name for name in fields if getattr(case.command, name) < 0]
        return unless(not wrong, field=wrong[0] if wrong else None)

    return is_not_negative


def not_too_large(*fields: str) -> Requirement:
    """A rule that amounts can be kept."""

    @requires(refusals.AmountTooLarge)
    def is_not_too_large(case: Case) -> Details | None:
        """No amount is above 10^15 minor units."""
        wrong = [name for name in fields if (getattr(case.command, name) or 0) > LARGEST_MINOR]
        return unless(not wrong, field=wrong[0] if wrong else None)

    return is_not_too_large


def new(kind: type[Row], field: str) -> Requirement:
    """A rule that the id of a new thing is not taken."""

    @requires(refusals.AlreadyExists)
    def is_new(case: Case) -> Details | None:
        """Nothing has this id yet."""
        row_id = getattr(case.command, field)
        return unless(row_id is None or case.decision.get(kind, row_id) is None, field=field)

    return is_new


def exists(kind: type[Row], field: str) -> Requirement:
    """A rule that what a field names is there."""

    @requires(refusals.NotFound)
    def is_there(case: Case) -> Details | None:
        """What is named belongs to the tenant."""
        row_id = getattr(case.command, field)
        return unless(row_id is None or case.decision.get(kind, row_id) is not None, field=field)

    return is_there


invoice_is_new = new(Invoice, "invoice_id")
replacement_is_new = new(Invoice, "new_invoice_id")
payment_is_new = new(Payment, "payment_id")
note_is_new = new(CreditNote, "note_id")
remainder_note_is_new = new(CreditNote, "remainder_note_id")
refund_is_new = new(Refund, "refund_id")
write_off_is_new = new(WriteOff, "write_off_id")
wallet_is_new = new(Wallet, "wallet_id")
lot_is_new = new(Lot, "lot_id")
customer_exists = exists(Customer, "customer_id")


@requires(refusals.UnknownCurrency)
def currency_known(case: Case) -> Details | None:
    """The currency is an ISO 4217 code in use."""
    currency = case.command.currency
    return unless(currency is None or currency in CURRENCIES, field="currency", id=currency)


@requires(refusals.UnknownTimezone)
def timezone_known(case: Case) -> Details | None:
    """The time zone is an IANA name."""
    name = case.command.timezone
    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError):
        return {"field": "timezone", "id": name}
    return None


@requires(refusals.ValueMissing)
def new_customer_named(case: Case) -> Details | None:
    """A new customer has the caller's own id."""
    known = case.decision.get(Customer, case.command.customer_id)
    return unless(bool(known or case.command.external_id), field="external_id")


@requires(refusals.ValueMissing)
def payer_named(case: Case) -> Details | None:
    """A payment names its customer, or an invoice."""
    return unless(bool(case.command.customer_id or case.command.apply_to), field="customer_id")


@requires(refusals.ValueMissing)
def refund_source_named(case: Case) -> Details | None:
    """A refund names the note, the voided invoice or the payment that it comes out of."""
    command = case.command
    named = command.note_id or command.invoice_id or command.payment_id
    return unless(bool(named), field="payment_id")


@requires(refusals.AmountNegative)
def applied_amounts_not_negative(case: Case) -> Details | None:
    """No amount to apply is below zero."""
    wrong = [one for one, amount in case.command.apply_to.items() if amount < 0]
    return unless(not wrong, field="apply_to", id=wrong[0] if wrong else None)


@requires(refusals.AmountTooLarge)
def fee_within_payment(case: Case) -> Details | None:
    """The fee is at most the payment."""
    fits = case.command.fee_minor <= case.command.amount_minor
    return unless(fits, field="fee_minor")


@requires(refusals.StateNotPossible)
def draft_or_finalized(case: Case) -> Details | None:
    """The new invoice is to be a draft or finalized."""
    possible = (Status.DRAFT, Status.FINALIZED)
    return unless(case.command.status in possible, field="status")


@requires(refusals.StateNotPossible)
def recordable_status(case: Case) -> Details | None:
    """An invoice is recorded as a draft, finalized or voided."""
    possible = (Status.DRAFT, Status.FINALIZED, Status.VOIDED)
    return unless(case.command.status in possible, field="status")


@requires(refusals.UnknownAccount)
def account_known(case: Case) -> Details | None:
    """The account is in the chart."""
    return unless(_in_chart(case, case.command.account), field="account")


def _in_chart(case: Case, account: str | None) -> bool:
    return account is None or account in CHART or case.decision.get(Account, account) is not None


# ---------------------------------------------------------------- lines


@requires(refusals.NoLines)
def has_lines(case: Case) -> Details | None:
    """There is at least one line."""
    lines = case.command.lines
    return unless(lines is None or bool(lines), field="lines")


def _first_wrong(case: Case, wrong: Callable[[AnyLine], bool]) -> Details | None:
    """Details that name the first line for which something is wrong."""
    for index, line in enumerate(case.command.lines or ()):
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
def lines_not_negative(case: Case) -> Details | None:
    """No quantity, price, discount, rate or tax is below zero."""
    return _first_wrong(case, _below_zero)


def _too_large(line: AnyLine) -> bool:
    amount = gross_of(line) if isinstance(line, NewLine) else line.amount_minor
    given = [tax.amount_minor or 0 for tax in line.taxes]
    rates = [tax.rate for tax in line.taxes if tax.rate is not None]
    countable = line.quantity is None or line.quantity.is_finite()
    sane = all(rate.is_finite() and rate <= LARGEST_RATE for rate in rates)
    return amount + sum(given) > LARGEST_MINOR or not (sane and countable)


@requires(refusals.AmountTooLarge)
def lines_not_too_large(case: Case) -> Details | None:
    """No line is above 10^15 minor units, no rate above 1,000 percent."""
    return _first_wrong(case, _too_large)


@requires(refusals.AmountTooLarge)
def lines_countable_together(case: Case) -> Details | None:
    """All lines together are at most 10^15 minor units."""
    total = sum(gross_of(line) for line in case.command.lines or ())
    return unless(total <= LARGEST_MINOR, field="lines")


@requires(refusals.DiscountTooLarge)
def discounts_within_lines(case: Case) -> Details | None:
    """A discount is at most its line."""
    return _first_wrong(
        case, lambda line: isinstance(line, NewLine) and line.discount_minor > gross_of(line)
    )


@requires(refusals.UnknownAccount)
def line_accounts_known(case: Case) -> Details | None:
    """The accounts of the lines are in the chart."""
    return _first_wrong(case, lambda line: not _in_chart(case, line.account))


@requires(refusals.ValueMissing)
def top_ups_name_their_wallet(case: Case) -> Details | None:
    """A line that sells credits names the wallet they land in."""
    return _first_wrong(
        case,
        lambda line: (
            isinstance(line, NewLine)
            and line.kind is LineKind.TOP_UP
            and case.decision.get(Wallet, line.wallet_id) is None
        ),
    )


@requires(refusals.AmountNotPositive)
def credited_amounts_positive(case: Case) -> Details | None:
    """Every credited amount is more than zero."""
    return _first_wrong(case, lambda line: (line.amount_minor or 0) <= 0)


@requires(refusals.StateNotPossible)
def price_type_exclusive(case: Case) -> Details | None:
    """Prices are without tax; prices that hold their tax are not computed yet."""
    return unless(case.command.price_type is PriceType.EXCLUSIVE, field="price_type")
