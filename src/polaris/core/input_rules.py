"""Requirements about what was given: amounts, codes, names, lines."""

from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

from polaris.core import ledger, refusals
from polaris.core.commands import DraftInvoice
from polaris.core.customer import Customer, Lot, Wallet
from polaris.core.draft import countable, gross_of
from polaris.core.invoice import Invoice, InvoiceKind, Line, LineKind, PriceType, Status, WriteOff
from polaris.core.note import CreditNote
from polaris.core.parts import CreditedLine, NewLine
from polaris.core.payment import Payment, Refund
from polaris.core.requirement import Case, Details, Requirement, requires, unless
from polaris.core.row import Row
from polaris.core.tenant import Account
from polaris.money import CURRENCIES, LARGEST_MINOR

AnyLine = NewLine | CreditedLine

LARGEST_RATE = Decimal(1000)
LONGEST_TERM_DAYS = 10_000
YEARS = (1900, 2999)


def positive(field: str) -> Requirement:
    """A rule that an amount, when given, is more than zero."""

    @requires(refusals.AmountNotPositive)
    def is_positive(case: Case) -> Details | None:
        """The amount is more than zero."""
        amount = getattr(case.command, field)
        return unless(amount is None or amount > 0, field=field, asked_minor=amount)

    return is_positive


@requires(refusals.AmountNotPositive)
def rate_positive(case: Case) -> Details | None:
    """A credit is worth more than nothing."""
    rate = case.command.rate
    return unless(countable(rate) and rate > 0, field="rate")


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


@requires(refusals.AlreadyExists)
def notes_differ(case: Case) -> Details | None:
    """The two credit notes of a void have two ids."""
    one, other = case.command.note_id, case.command.remainder_note_id
    return unless(one is None or one != other, field="remainder_note_id")


@requires(refusals.UnknownCurrency)
def currency_known(case: Case) -> Details | None:
    """The currency is an ISO 4217 code in use."""
    currency = case.command.currency
    return unless(currency is None or currency in CURRENCIES, field="currency", id=currency)


@requires(refusals.ValueOutOfRange)
def term_possible(case: Case) -> Details | None:
    """A payment term is between 0 and 3,650 days."""
    days = case.command.payment_term_days
    return unless(days is None or 0 <= days <= 3650, field="payment_term_days")


@requires(refusals.UnknownTimezone)
def timezone_known(case: Case) -> Details | None:
    """The time zone is an IANA name."""
    name = case.command.timezone
    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError):
        return {"field": "timezone", "id": name}
    return None


@requires(refusals.TermNotPossible)
def term_possible(case: Case) -> Details | None:
    """A payment term is between none and ten thousand days."""
    days = case.command.payment_term_days
    return unless(days is None or 0 <= days <= LONGEST_TERM_DAYS, field="payment_term_days")


_DAYS = ("issue_date", "due_date", "dated", "through")
_TIMES = ("received_at", "finalized_at", "voided_at", "expires_at")


@requires(refusals.DateNotPossible)
def dates_possible(case: Case) -> Details | None:
    """Dates are between 1900 and 2999; times say their zone."""
    for name in (*_DAYS, *_TIMES):
        when = getattr(case.command, name, None)
        if when is not None and not (
            YEARS[0] <= when.year <= YEARS[1] and getattr(when, "tzinfo", True)
        ):
            return {"field": name}
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


def _usable(case: Case, name: str | None, seeded: set[str], kinds: set[str]) -> bool:
    """Whether an account is one of these, or the tenant's own of these kinds.

    The other seeded accounts are kept by the recipes; by hand they would no longer prove anything.
    """
    own = case.decision.get(Account, name)
    return name is None or name in seeded or (own is not None and own.kind in kinds)


@requires(refusals.UnknownAccount)
def money_account_known(case: Case) -> Details | None:
    """The account is one where money lies."""
    usable = _usable(case, case.command.account, {ledger.CASH, ledger.CLEARING}, {"asset"})
    return unless(usable, field="account")


@requires(refusals.UnknownAccount)
def loss_account_known(case: Case) -> Details | None:
    """The account is one for losses."""
    usable = _usable(case, case.command.account, {ledger.BAD_DEBT}, {"expense", "income"})
    return unless(usable, field="account")


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


def _with_tax(line: AnyLine) -> int:
    """About what a line comes to, before discount; more than can be kept when it has no sense."""
    gross = gross_of(line) if isinstance(line, NewLine) else line.amount_minor
    rates = [tax.rate for tax in line.taxes if tax.rate is not None]
    numbers = rates if line.quantity is None else [line.quantity, *rates]
    if not all(map(countable, numbers)) or any(rate > LARGEST_RATE for rate in rates):
        return LARGEST_MINOR + 1
    given = sum(tax.amount_minor or 0 for tax in line.taxes)
    return gross + given + int(gross * sum(rates) / 100)


@requires(refusals.AmountTooLarge)
def lines_not_too_large(case: Case) -> Details | None:
    """No line is above 10^15 minor units with its tax, no rate above 1,000 percent."""
    return _first_wrong(case, lambda line: _with_tax(line) > LARGEST_MINOR)


@requires(refusals.AmountTooLarge)
def lines_countable_together(case: Case) -> Details | None:
    """All lines together are at most 10^15 minor units."""
    total = sum(_with_tax(line) for line in case.command.lines or ())
    return unless(total <= LARGEST_MINOR, field="lines")


@requires(refusals.DiscountTooLarge)
def discounts_within_lines(case: Case) -> Details | None:
    """A discount is at most its line."""
    return _first_wrong(
        case, lambda line: isinstance(line, NewLine) and line.discount_minor > gross_of(line)
    )


@requires(refusals.UnknownAccount)
def line_accounts_known(case: Case) -> Details | None:
    """The accounts of the lines are ones for revenue or for money passed on."""
    seeded, kinds = {ledger.SALES, ledger.TIPS}, {"income", "liability"}
    return _first_wrong(case, lambda line: not _usable(case, line.account, seeded, kinds))


@requires(refusals.UnknownAccount)
def note_accounts_known(case: Case) -> Details | None:
    """The accounts of the lines are ones for revenue or for giving it up."""
    seeded, kinds = {ledger.SALES, ledger.CUSTOMER_REFUNDS}, {"income", "expense"}
    return _first_wrong(case, lambda line: not _usable(case, line.account, seeded, kinds))


@requires(refusals.TaxCodeAmbiguous)
def tax_codes_have_one_name(case: Case) -> Details | None:
    """A tax code has one name on all lines: what is booked by name is given back by code."""
    names: dict[str, str] = {}
    return _first_wrong(
        case,
        lambda line: any(names.setdefault(tax.code, tax.name) != tax.name for tax in line.taxes),
    )


@requires(refusals.AlreadyExists)
def line_ids_new(case: Case) -> Details | None:
    """No line has the id of another."""
    taken: set[str] = set()

    def again(line: AnyLine) -> bool:
        line_id = line.id if isinstance(line, NewLine) else None
        known = line_id is not None and (line_id in taken or case.decision.get(Line, line_id))
        taken.add(line_id or "")
        return bool(known)

    return _first_wrong(case, again)


@requires(refusals.UnknownLine)
def repeated_lines_known(case: Case) -> Details | None:
    """A line repeats only one of the invoice that is replaced or edited."""
    named = {line.original_line_id for line in case.command.lines or ()} - {None}
    if not named:
        return None
    lines = [] if isinstance(case.command, DraftInvoice) else case.position.lines
    known = {one for line in lines for one in (line.id, line.original_line_id)}
    return unless(named <= known, field="lines")


@requires(refusals.UnsuitableTopUp)
def top_ups_stand_alone(case: Case) -> Details | None:
    """Credits are sold by a top-up's only line, at full price, to the wallet's own customer."""
    lines = case.command.lines or ()
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
def credited_amounts_positive(case: Case) -> Details | None:
    """Every credited amount is more than zero."""
    return _first_wrong(case, lambda line: (line.amount_minor or 0) <= 0)


@requires(refusals.StateNotPossible)
def price_type_exclusive(case: Case) -> Details | None:
    """Prices are without tax; prices that hold their tax are not computed yet."""
    return unless(case.command.price_type is PriceType.EXCLUSIVE, field="price_type")
