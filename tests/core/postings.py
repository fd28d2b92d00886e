"""Postings as short lines: `RECEIVABLE SALES 1000`, marked with `~` when they reverse others."""

from core.asks import after, steps, told
from core.proofs import failures
from core.world import World
from polaris.core.decision import Decision
from polaris.core.ledger.posting import Entry

NAMES = {
    "ACCOUNTS_RECEIVABLE": "RECEIVABLE",
    "PAYMENT_PROCESSOR_CLEARING": "CLEARING",
    "PROCESSING_FEES": "FEES",
    "DISCOUNTS:PROMOTIONAL": "PROMOTIONAL",
    "CUSTOMER_CREDITS:NOTES": "NOTES",
    "CUSTOMER_CREDITS:WALLETS": "WALLETS",
    "CUSTOMER_CREDITS:UNAPPLIED": "UNAPPLIED",
    "CREDITS_GRANTED": "GRANTED",
    "CREDITS_GRANTED:REFUNDS": "UNBACKED",
    "CREDITS_GRANTED:TOP_UPS": "KEPT",
    "CREDIT_BREAKAGE": "BREAKAGE",
    "REFUND_LIABILITIES": "REFUNDS",
    "UNEARNED_REVENUE": "UNEARNED",
    "SALES_TAXES_PAYABLE:VAT": "TAX",
    "SALES_TAXES_PAYABLE:CITY": "CITY",
}
"""Accounts by the names that the recipes use for them."""


def named(account: str) -> str:
    """The account's short name."""
    return NAMES.get(account, account)


def written(decision: Decision) -> list[str]:
    """The postings that a decision wrote, in order."""
    return [
        f"{'~' if entry.reverses else ''}{named(one.debit)} {named(one.credit)} {one.amount_minor}"
        for entry in decision.rows[Entry].values()
        if isinstance(entry, Entry)
        for one in entry.postings
    ]


def booked(*commands: str) -> list[str]:
    """The postings of the last of several commands."""
    *so_far, last = (one for several in commands for one in steps(several))
    world = after(*so_far)
    decision = world.perform(told(last), administrator=True)
    assert failures(world.facts) == []
    return written(decision)


def standing(world: World, currency: str = "EUR") -> dict[str, int]:
    """What stands on each account, debit above zero, by short names."""
    return {named(account): amount for account, amount in world.books(currency).items()}
