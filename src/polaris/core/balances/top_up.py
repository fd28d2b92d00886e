"""Credits that a top-up sold: how many were spent, and what they are worth with tax."""

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.settlement import landed
from polaris.core.facts.invoice import InvoiceKind, LineKind, Status
from polaris.core.facts.wallet import Lot
from polaris.core.ledger import chart
from polaris.core.ledger.posting import Entry, EntryKind


def sold(balance: InvoiceBalance) -> int:
    """Return the credits that the invoice sold, in minor units without tax."""
    return sum(line.net_minor for line in balance.lines if line.kind is LineKind.TOP_UP)


def credits_behind(balance: InvoiceBalance, amount_minor: int) -> int:
    """Return the sold credits that stand behind a part of the invoice with tax, rounded up."""
    return -(-amount_minor * sold(balance) // (balance.invoice.total_minor or 1))


def with_tax(balance: InvoiceBalance, credits_minor: int) -> int:
    """Return what sold credits cost with tax, in minor units, rounded up."""
    return -(-credits_minor * balance.invoice.total_minor // (sold(balance) or 1))


def left(balance: InvoiceBalance) -> int:
    """Return the sold credits that are in the wallet and not spent, in minor units."""
    lots = balance.decision.of(Lot, "invoice_id", balance.invoice.id)
    return sum(lot.left_minor for lot in lots)


def revoked(balance: InvoiceBalance) -> int:
    """Return the landed credits, in minor units, that standing credit notes took back."""
    entries = balance.decision.of(Entry, "invoice_id", balance.invoice.id)
    undone = {entry.reverses for entry in entries}
    return sum(
        posting.amount_minor
        * ((posting.debit == chart.WALLETS) - (posting.credit == chart.WALLETS))
        for entry in entries
        if entry.kind in (EntryKind.NOTE_ISSUED, EntryKind.NOTE_VOIDED)
        and entry.reverses is None
        and entry.id not in undone
        for posting in entry.postings
    )


def credits_kept(balance: InvoiceBalance) -> int:
    """Return the credits, in minor units, that the customer kept or spent when it was voided."""
    return sum(
        posting.amount_minor
        for entry in balance.decision.of(Entry, "invoice_id", balance.invoice.id)
        if entry.kind is EntryKind.VOID_SETTLED
        for posting in entry.postings
        if posting.credit == chart.UNEARNED and posting.debit != chart.WALLETS
    )


def returnable(balance: InvoiceBalance) -> int:
    """Return what can still be given back for the invoice, in minor units with tax.

    The credits of a top-up that were spent, or kept when it was voided, cannot go back.
    """
    if balance.invoice.kind is not InvoiceKind.TOP_UP:
        return balance.creditable
    voided = balance.invoice.status is Status.VOIDED
    gone = credits_kept(balance) if voided else spent(balance)
    return max(0, balance.creditable - with_tax(balance, gone))


def spent(balance: InvoiceBalance) -> int:
    """Return the credits, in minor units, that left the wallet of a live top-up by being used."""
    return landed(balance.decision, balance.invoice) - left(balance) - revoked(balance)
