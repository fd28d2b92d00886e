"""Requirements about input values: amounts, codes, ids, names, dates."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from polaris.core import refusals
from polaris.core.balances.line import countable
from polaris.core.commands import (
    Command,
    DraftInvoice,
    EditDraft,
    GrantCredits,
    IssueStandaloneNote,
    OpenWallet,
    ReceivePayment,
    RecordInvoice,
    RegenerateInvoice,
    RequestRefund,
    SaveCatalogueItem,
    SaveCustomer,
    SaveTenant,
    UpdateWallet,
    VoidInvoice,
    WriteOffInvoice,
)
from polaris.core.commands.base import or_none
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, PriceType, Status, WriteOff
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Row
from polaris.core.facts.tenant import Account
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.ledger import chart
from polaris.core.rules.requirement import AnyCase, Case, Details, Requirement, requires, unless
from polaris.money import CURRENCIES, LARGEST_MINOR

LONGEST_TERM_DAYS = 10_000
LAST_PRIORITY = 50
YEARS = (1900, 2999)
FURTHEST_ZONE = timedelta(hours=15)
"""Largest offset from UTC. No real zone is further away, and PostgreSQL refuses 16 hours."""


def positive(field: str) -> Requirement[Command]:
    """Return the rule that this amount, if it is given, is more than zero."""

    @requires(refusals.AmountNotPositive)
    def is_positive(case: AnyCase) -> Details | None:
        """The amount is more than zero."""
        amount = or_none(getattr(case.command, field))
        return unless(amount is None or amount > 0, field=field, asked_minor=amount)

    return is_positive


@requires(refusals.AmountNotPositive)
def rate_positive(case: Case[OpenWallet]) -> Details | None:
    """The rate, which is the value of one credit, is more than zero."""
    rate = case.command.rate
    return unless(countable(rate) and rate > 0, field="rate")


def not_negative(*fields: str) -> Requirement[Command]:
    """Return the rule that these amounts are zero or more."""

    @requires(refusals.AmountNegative)
    def is_not_negative(case: AnyCase) -> Details | None:
        """No amount is below zero."""
        wrong = [name for name in fields if _amount(case, name) < 0]
        return unless(not wrong, field=wrong[0] if wrong else None)

    return is_not_negative


def _amount(case: AnyCase, field: str) -> int:
    amount: int | None = or_none(getattr(case.command, field))
    return amount or 0


def not_too_large(*fields: str) -> Requirement[Command]:
    """Return the rule that these amounts are not too large to store."""

    @requires(refusals.AmountTooLarge)
    def is_not_too_large(case: AnyCase) -> Details | None:
        """No amount is above 10^15 minor units."""
        wrong = [name for name in fields if _amount(case, name) > LARGEST_MINOR]
        return unless(not wrong, field=wrong[0] if wrong else None)

    return is_not_too_large


def new(kind: type[Row], field: str) -> Requirement[Command]:
    """Return the rule that the id of a new row is not in use."""

    @requires(refusals.AlreadyExists)
    def is_new(case: AnyCase) -> Details | None:
        """No row of this kind has the id yet."""
        row_id = getattr(case.command, field)
        return unless(row_id is None or case.decision.get(kind, row_id) is None, field=field)

    return is_new


def exists(kind: type[Row], field: str) -> Requirement[Command]:
    """Return the rule that the row that this field names exists."""

    @requires(refusals.NotFound)
    def is_there(case: AnyCase) -> Details | None:
        """The row exists and belongs to the tenant."""
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
payer_exists = exists(Customer, "customer_id")
"""A payment is also taken from a deleted customer: the money has already come in."""


@requires(refusals.AlreadyExists)
def notes_differ(case: Case[VoidInvoice]) -> Details | None:
    """The two credit notes of a void have different ids."""
    one, other = case.command.note_id, case.command.remainder_note_id
    return unless(one is None or one != other, field="remainder_note_id")


@requires(refusals.UnknownCurrency)
def currency_known(
    case: Case[
        DraftInvoice
        | IssueStandaloneNote
        | OpenWallet
        | ReceivePayment
        | SaveCatalogueItem
        | SaveCustomer
        | SaveTenant
    ],
) -> Details | None:
    """The currency is an ISO 4217 code in use."""
    currency = or_none(case.command.currency)
    return unless(currency is None or currency in CURRENCIES, field="currency", id=currency)


@requires(refusals.UnknownTimezone)
def timezone_known(case: Case[SaveCustomer | SaveTenant]) -> Details | None:
    """The time zone is an IANA name."""
    return _unknown_zone(or_none(case.command.timezone), "timezone")


@requires(refusals.UnknownTimezone)
def recorded_timezone_known(case: Case[RecordInvoice]) -> Details | None:
    """The time zone of the parties is an IANA name, if the command names the parties."""
    parties = case.command.parties
    return _unknown_zone(parties.timezone, "parties.timezone") if parties else None


def _unknown_zone(name: str | None, field: str) -> Details | None:
    try:
        ZoneInfo("UTC" if name is None else name)
    except (ValueError, OSError, LookupError):
        return {"field": field, "id": name}
    return None


@requires(refusals.NumberNotPossible)
def term_possible(case: Case[DraftInvoice | EditDraft | SaveCustomer]) -> Details | None:
    """The payment term is between 0 and 10,000 days."""
    days = or_none(case.command.payment_term_days)
    return unless(days is None or 0 <= days <= LONGEST_TERM_DAYS, field="payment_term_days")


@requires(refusals.NumberNotPossible)
def priority_possible(case: Case[GrantCredits | OpenWallet | UpdateWallet]) -> Details | None:
    """The priority is between 1 (spent first) and 50."""
    priority = or_none(case.command.priority)
    return unless(priority is None or 1 <= priority <= LAST_PRIORITY, field="priority")


_DAYS = ("issue_date", "due_date", "dated", "through", "day")
_TIMES = ("received_at", "finalized_at", "voided_at", "expires_at")


@requires(refusals.DateNotPossible)
def dates_possible(case: AnyCase) -> Details | None:
    """Every date is between the years 1900 and 2999, and every time has a time zone."""
    for name in (*_DAYS, *_TIMES):
        when = or_none(getattr(case.command, name, None))
        if when is not None and not _possible(when):
            return {"field": name}
    return None


def _possible(when: date | datetime) -> bool:
    offset = when.utcoffset() if isinstance(when, datetime) else timedelta(0)
    known = offset is not None and abs(offset) <= FURTHEST_ZONE
    return known and YEARS[0] <= when.year <= YEARS[1]


@requires(refusals.ValueMissing)
def number_not_empty(case: Case[RecordInvoice]) -> Details | None:
    """The number, if it is given, is not empty."""
    return unless(case.command.number != "", field="number")


@requires(refusals.NumberMalformed)
def number_visible(case: Case[RecordInvoice]) -> Details | None:
    """The number, if it is given, has no space around it and no character that cannot be seen."""
    number = case.command.number or ""
    return unless(number == number.strip() and number.isprintable(), field="number")


@requires(refusals.ValueMissing)
def payer_named(case: Case[ReceivePayment]) -> Details | None:
    """The payment names a customer or an invoice."""
    return unless(bool(case.command.customer_id or case.command.apply_to), field="customer_id")


@requires(refusals.ValueMissing)
def refund_source_named(case: Case[RequestRefund]) -> Details | None:
    """The refund names its source: a credit note, a voided invoice or a payment."""
    command = case.command
    named = command.note_id or command.invoice_id or command.payment_id
    return unless(bool(named), field="payment_id")


@requires(refusals.AmountNegative)
def applied_amounts_not_negative(case: Case[ReceivePayment]) -> Details | None:
    """No amount in `apply_to` is below zero."""
    wrong = [one for one, amount in case.command.apply_to.items() if amount < 0]
    return unless(not wrong, field="apply_to", id=wrong[0] if wrong else None)


@requires(refusals.AmountTooLarge)
def fee_within_payment(case: Case[ReceivePayment]) -> Details | None:
    """The fee is at most the amount of the payment."""
    fits = case.command.fee_minor <= case.command.amount_minor
    return unless(fits, field="fee_minor")


@requires(refusals.StateNotPossible)
def draft_or_finalized(case: Case[RegenerateInvoice]) -> Details | None:
    """The status of the new invoice is draft or finalized."""
    possible = (Status.DRAFT, Status.FINALIZED)
    return unless(case.command.status in possible, field="status")


@requires(refusals.StateNotPossible)
def recordable_status(case: Case[RecordInvoice]) -> Details | None:
    """The status of the recorded invoice is draft, finalized or voided."""
    possible = (Status.DRAFT, Status.FINALIZED, Status.VOIDED)
    return unless(case.command.status in possible, field="status")


def usable(case: AnyCase, name: str | None, seeded: set[str], kinds: set[str]) -> bool:
    """True if the account is one of `seeded`, or an account of the tenant of one of these kinds.

    The ledger recipes keep the other seeded accounts. A posting by hand would break their proofs.
    """
    own = case.decision.get(Account, name)
    return name is None or name in seeded or (own is not None and own.kind in kinds)


@requires(refusals.UnknownAccount)
def money_account_known(case: Case[ReceivePayment]) -> Details | None:
    """The account holds money: CASH, CLEARING, or an asset account of the tenant."""
    fits = usable(case, case.command.account, {chart.CASH, chart.CLEARING}, {"asset"})
    return unless(fits, field="account")


@requires(refusals.UnknownAccount)
def loss_account_known(case: Case[WriteOffInvoice]) -> Details | None:
    """The account takes losses: BAD_DEBT, or an expense or income account of the tenant."""
    fits = usable(case, case.command.account, {chart.BAD_DEBT}, {"expense", "income"})
    return unless(fits, field="account")


@requires(refusals.StateNotPossible)
def price_type_exclusive(case: Case[DraftInvoice]) -> Details | None:
    """Prices do not include tax; prices that include tax are not supported yet."""
    return unless(case.command.price_type is PriceType.EXCLUSIVE, field="price_type")


AMOUNT = (positive("amount_minor"), not_too_large("amount_minor"))
"""The rules of every command that has one amount."""
