"""One recipe for each business fact: debit account, credit account, amount in minor units.

The numbers are those of docs/concepts/ledger.md. Amounts of zero are not written."""

from polaris.core.ledger.chart import (
    BAD_DEBT,
    BREAKAGE,
    DISCOUNTS,
    FEES,
    GRANTED,
    GRANTED_REFUNDS,
    NOTES,
    PROMOTIONAL,
    RECEIVABLE,
    REFUNDS,
    UNAPPLIED,
    UNEARNED,
    WALLETS,
    tax_account,
)
from polaris.core.ledger.posting import Leg


def billed(account: str, net: int, revenue: str, discount: int) -> tuple[Leg, Leg]:
    """1. The net amount of an account, and the discount, which is revenue given away."""
    return Leg(RECEIVABLE, account, net), Leg(DISCOUNTS, revenue, discount)


def taxed(name: str, amount: int) -> Leg:
    """1. Tax of a finalized invoice."""
    return Leg(RECEIVABLE, tax_account(name), amount)


def payment_received(account: str, amount: int, fee: int) -> tuple[Leg, Leg]:
    """2. Money arrives, less the fee that the provider keeps."""
    return Leg(account, UNAPPLIED, amount), Leg(FEES, account, fee)


def payment_applied(amount: int) -> Leg:
    """3. Received money settles an invoice."""
    return Leg(UNAPPLIED, RECEIVABLE, amount)


def payment_reversed(account: str, there: int, gone: int) -> tuple[Leg, Leg]:
    """4. A payment is reversed: the money still there, and the money given out already."""
    return Leg(UNAPPLIED, account, there), Leg(BAD_DEBT, account, gone)


def written_off(account: str, amount: int) -> Leg:
    """5. Part of a receivable becomes a loss."""
    return Leg(account, RECEIVABLE, amount)


def note_issued(account: str, amount: int) -> Leg:
    """8. A note takes back revenue, tax or sold credits."""
    return Leg(account, RECEIVABLE, amount)


def discount_returned(account: str, amount: int) -> Leg:
    """8. A note takes back the discount on an amount that was not booked to SALES."""
    return Leg(account, DISCOUNTS, amount)


def discount_again(account: str, amount: int) -> Leg:
    """12. The discount that a note took back is booked again."""
    return Leg(DISCOUNTS, account, amount)


def note_settled(credit: int, refund: int, credit_account: str) -> tuple[Leg, Leg]:
    """9. What a note gives the customer instead of lowering the receivable."""
    return Leg(RECEIVABLE, credit_account, credit), Leg(RECEIVABLE, REFUNDS, refund)


def standalone_note(account: str, amount: int) -> Leg:
    """10. A credit note without an invoice gives credit."""
    return Leg(account, NOTES, amount)


def note_applied(amount: int) -> Leg:
    """11. A note's balance settles an invoice."""
    return Leg(NOTES, RECEIVABLE, amount)


def note_balance_voided(account: str, amount: int) -> Leg:
    """12. A note's balance goes back to the revenue, tax or funding that it came from."""
    return Leg(NOTES, account, amount)


def note_offset_voided(account: str, amount: int) -> Leg:
    """12. A note's offset is owed again."""
    return Leg(RECEIVABLE, account, amount)


def refund_requested(source: str, amount: int) -> Leg:
    """13. A refund is requested, out of a note's balance or out of unused or held money."""
    return Leg(source, REFUNDS, amount)


def refund_settled(account: str, amount: int) -> Leg:
    """14. The money of a refund was paid out."""
    return Leg(REFUNDS, account, amount)


def refund_converted(amount: int) -> Leg:
    """14. A refund is given as credit instead."""
    return Leg(REFUNDS, NOTES, amount)


def unbacked_converted(amount: int) -> Leg:
    """14. A refund without money behind it becomes granted credit."""
    return Leg(GRANTED, GRANTED_REFUNDS, amount)


def top_up_landed(amount: int) -> Leg:
    """15. Purchased credits are added to the wallet."""
    return Leg(UNEARNED, WALLETS, amount)


def top_up_unlanded(amount: int) -> Leg:
    """15. Unspent purchased credits leave the wallet, because their money left the invoice."""
    return Leg(WALLETS, UNEARNED, amount)


def credits_consumed(purchased: bool, amount: int) -> Leg:
    """16. Wallet credits settle an invoice."""
    return Leg(WALLETS if purchased else PROMOTIONAL, RECEIVABLE, amount)


def credits_lapsed(amount: int) -> Leg:
    """18. Purchased credits are voided or expire."""
    return Leg(WALLETS, BREAKAGE, amount)


def earlier_given(source: str, amount: int) -> Leg:
    """20 c to e. What the voided invoice's own notes already gave is cleared out of a source."""
    return Leg(source, RECEIVABLE, amount)


def top_up_voided(source: str, amount: int) -> Leg:
    """20 f. Purchased credits stay in the wallet although their invoice is voided."""
    return Leg(source, UNEARNED, amount)


def top_up_revoked(target: str, amount: int) -> Leg:
    """20 f. Unspent purchased credits are taken back."""
    return Leg(WALLETS, target, amount)


def credit_given(source: str, credit_account: str, amount: int) -> Leg:
    """20 h. The credit that a void gives, out of a source."""
    return Leg(source, credit_account, amount)
