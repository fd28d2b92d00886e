"""The chart of accounts, and one recipe per business fact (debit, credit, amount)."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple

import msgspec

from polaris.core.row import Row

RECEIVABLE = "ACCOUNTS_RECEIVABLE"
CASH = "CASH"
CLEARING = "PAYMENT_PROCESSOR_CLEARING"
FEES = "PROCESSING_FEES"
SALES = "SALES"
DISCOUNTS = "DISCOUNTS"
PROMOTIONAL = "DISCOUNTS:PROMOTIONAL"
CUSTOMER_REFUNDS = "CUSTOMER_REFUNDS"
TAXES = "SALES_TAXES_PAYABLE"
TIPS = "TIPS"
REFUNDS = "REFUND_LIABILITIES"
UNEARNED = "UNEARNED_REVENUE"
NOTES = "CUSTOMER_CREDITS:NOTES"
WALLETS = "CUSTOMER_CREDITS:WALLETS"
UNAPPLIED = "CUSTOMER_CREDITS:UNAPPLIED"
GRANTED = "CREDITS_GRANTED"
BREAKAGE = "CREDIT_BREAKAGE"
WITHHOLDING = "WITHHOLDING_TAX_RECEIVABLE"
BAD_DEBT = "BAD_DEBT"

CHART: dict[str, tuple[str, str]] = {
    RECEIVABLE: ("asset", "What customers owe on finalized invoices."),
    CASH: ("asset", "Money received by hand: cash, cheque, transfer."),
    CLEARING: ("asset", "Money that lies with payment providers."),
    FEES: ("expense", "What providers keep of a payment."),
    SALES: ("income", "Revenue before discounts, at the invoice date."),
    DISCOUNTS: ("expense", "Discounts on invoices; lowers revenue."),
    PROMOTIONAL: ("expense", "Granted credits that were spent; lowers revenue."),
    CUSTOMER_REFUNDS: ("expense", "Revenue taken back by credit notes."),
    TAXES: ("liability", "Sales tax owed; one account per tax beneath it."),
    TIPS: ("liability", "Tips to be passed on."),
    REFUNDS: ("liability", "Refunds asked for and not yet out of the door."),
    UNEARNED: ("liability", "Credits sold whose invoice is not settled."),
    NOTES: ("liability", "Balances of credit notes."),
    WALLETS: ("liability", "Purchased wallet credits not yet spent."),
    UNAPPLIED: ("liability", "Money received and not applied, or held for voided invoices."),
    GRANTED: ("expense", "Credit given beyond the money received."),
    BREAKAGE: ("income", "Purchased credits that lapsed."),
    WITHHOLDING: ("asset", "Tax that customers paid to the authority for us."),
    BAD_DEBT: ("expense", "Receivables given up."),
}
"""Every seeded account: its kind and what it means."""


class EntryKind(StrEnum):
    """Which business fact an entry books; a reversal carries the kind of what it reverses."""

    FINALIZED = "finalized"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_APPLIED = "payment_applied"
    PAYMENT_REVERSED = "payment_reversed"
    WRITTEN_OFF = "written_off"
    NOTE_ISSUED = "note_issued"  # document legs
    NOTE_SETTLED = "note_settled"  # credit and refund legs
    NOTE_APPLIED = "note_applied"
    NOTE_VOIDED = "note_voided"
    REFUND_REQUESTED = "refund_requested"
    REFUND_SETTLED = "refund_settled"
    REFUND_CONVERTED = "refund_converted"
    TOP_UP_LANDED = "top_up_landed"
    CREDITS_CONSUMED = "credits_consumed"
    CREDITS_LAPSED = "credits_lapsed"
    VOID_SETTLED = "void_settled"  # what a void hands on, after the reversals


UNDONE_BY_VOID = frozenset(
    {
        EntryKind.FINALIZED,
        EntryKind.PAYMENT_APPLIED,
        EntryKind.WRITTEN_OFF,
        EntryKind.NOTE_ISSUED,
        EntryKind.NOTE_APPLIED,
        EntryKind.NOTE_VOIDED,
        EntryKind.CREDITS_CONSUMED,
    }
)
"""A void reverses these. What the invoice's own notes gave stands, and is cleared."""


class Posting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One amount from one account to another: balanced by construction. Minor units, positive."""

    debit: str
    credit: str
    amount_minor: int
    currency: str
    customer_id: str
    invoice_id: str | None = None
    source: str | None = None  # the table of the thing that caused it
    source_id: str | None = None


class Entry(Row, frozen=True, array_like=True, kw_only=True):
    """Postings made together for one fact. Never changed; a reversal names what it reverses."""

    table: ClassVar[str] = "entry"
    found_by: ClassVar[tuple[str, ...]] = ("invoice_id", "reverses")

    kind: EntryKind
    accounting_date: date
    written_at: datetime
    reverses: str | None
    command_id: str
    invoice_id: str | None
    postings: tuple[Posting, ...]


class Leg(NamedTuple):
    """An amount between two accounts, before it is known whose."""

    debit: str
    credit: str
    amount_minor: int


class Place(NamedTuple):
    """Whose postings they are."""

    currency: str
    customer_id: str
    invoice_id: str | None = None
    source: str | None = None
    source_id: str | None = None

    def post(self, *legs: Leg) -> tuple[Posting, ...]:
        """Postings for these legs; nothing is written for zero or from an account to itself."""
        return tuple(
            Posting(
                leg.debit,
                leg.credit,
                leg.amount_minor,
                self.currency,
                self.customer_id,
                self.invoice_id,
                self.source,
                self.source_id,
            )
            for leg in legs
            if leg.amount_minor and leg.debit != leg.credit
        )


def reversed_postings(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """The same amounts from credit to debit."""
    return tuple(
        msgspec.structs.replace(posting, debit=posting.credit, credit=posting.debit)
        for posting in postings
    )


def tax_account(name: str) -> str:
    """The account of one tax."""
    return f"{TAXES}:{name}"


# ---------------------------------------------------------------- recipes
# The number is the recipe's in docs/concepts/ledger.md. Amounts of zero write nothing.


def billed(account: str, net: int, discount: int) -> tuple[Leg, Leg]:
    """1. Revenue of an account: what is asked for, and what a discount took off."""
    return Leg(RECEIVABLE, account, net), Leg(DISCOUNTS, account, discount)


def taxed(name: str, amount: int) -> Leg:
    """1. Tax of a finalized invoice."""
    return Leg(RECEIVABLE, tax_account(name), amount)


def payment_received(account: str, amount: int, fee: int) -> tuple[Leg, Leg]:
    """2. Money arrives, less what the provider keeps."""
    return Leg(account, UNAPPLIED, amount), Leg(FEES, account, fee)


def payment_applied(amount: int) -> Leg:
    """3. Received money settles an invoice."""
    return Leg(UNAPPLIED, RECEIVABLE, amount)


def payment_reversed(account: str, there: int, gone: int) -> tuple[Leg, Leg]:
    """4. Money goes back against our will: what is there, and what was handed out already."""
    return Leg(UNAPPLIED, account, there), Leg(BAD_DEBT, account, gone)


def written_off(account: str, amount: int) -> Leg:
    """5. Part of a receivable becomes a loss."""
    return Leg(account, RECEIVABLE, amount)


def note_issued(account: str, amount: int) -> Leg:
    """8. A note takes back revenue, tax or sold credits."""
    return Leg(account, RECEIVABLE, amount)


def note_settled(credit: int, refund: int, credit_account: str) -> tuple[Leg, Leg]:
    """9. What a note gives the customer instead of lowering the receivable."""
    return Leg(RECEIVABLE, credit_account, credit), Leg(RECEIVABLE, REFUNDS, refund)


def standalone_note(account: str, amount: int) -> Leg:
    """10. Credit of no invoice."""
    return Leg(account, NOTES, amount)


def note_applied(amount: int) -> Leg:
    """11. A note's balance settles an invoice."""
    return Leg(NOTES, RECEIVABLE, amount)


def note_balance_voided(account: str, amount: int) -> Leg:
    """12. A note's balance goes back to the revenue and tax, or to the funding, it came from."""
    return Leg(NOTES, account, amount)


def note_offset_voided(account: str, amount: int) -> Leg:
    """12. A note's offset is owed again."""
    return Leg(RECEIVABLE, account, amount)


def refund_requested(source: str, amount: int) -> Leg:
    """13. Money is to go back, out of a note's balance or of unused and held money."""
    return Leg(source, REFUNDS, amount)


def refund_settled(account: str, amount: int) -> Leg:
    """14. Money has gone back."""
    return Leg(REFUNDS, account, amount)


def refund_converted(amount: int) -> Leg:
    """14. A refund is given as credit instead."""
    return Leg(REFUNDS, NOTES, amount)


def top_up_landed(amount: int) -> Leg:
    """15. Credits that were bought can be spent."""
    return Leg(UNEARNED, WALLETS, amount)


def credits_consumed(purchased: bool, amount: int) -> Leg:
    """16. Wallet credits settle an invoice."""
    return Leg(WALLETS if purchased else PROMOTIONAL, RECEIVABLE, amount)


def credits_lapsed(amount: int) -> Leg:
    """18. Purchased credits are voided or expire."""
    return Leg(WALLETS, BREAKAGE, amount)


def earlier_given(source: str, amount: int) -> Leg:
    """20 c to e. What the voided invoice's own notes gave is cleared out of a source."""
    return Leg(source, RECEIVABLE, amount)


def top_up_voided(source: str, amount: int) -> Leg:
    """20 f. Credits that landed stay although their invoice is void."""
    return Leg(source, UNEARNED, amount)


def top_up_revoked(target: str, amount: int) -> Leg:
    """20 f. Unspent bought credits become held money again."""
    return Leg(WALLETS, target, amount)


def credit_given(source: str, credit_account: str, amount: int) -> Leg:
    """20 h. Credit asked for with a void, out of a source."""
    return Leg(source, credit_account, amount)
