"""Settle invoices, and remove settlements. No other code changes a receivable after issue."""

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.lot import record_movement, refill, revoke
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import Funding, FundingKind
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import (
    Invoice,
    InvoiceKind,
    Line,
    LineKind,
    PaymentStatus,
    Settlement,
    SettlementKind,
    Status,
)
from polaris.core.facts.row import Row
from polaris.core.facts.wallet import Lot, LotFunding, MovementKind
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import Entry, EntryKind, Leg, PostingContext


def invoice_context(invoice: Invoice, source: Row | None = None) -> PostingContext:
    """Return what the postings of an invoice belong to, and the row that caused them."""
    return PostingContext(
        invoice.currency,
        invoice.customer_id,
        invoice.id,
        source.table if source else None,
        source.id if source else None,
    )


def settle(
    decision: Decision,
    invoice_id: str,
    kind: SettlementKind,
    source: Row,
    amount_minor: int,
    booked: tuple[EntryKind, Leg] | None = None,
) -> Settlement:
    """Lower an invoice's receivable by a source, and book it. Return the settlement."""
    invoice = decision.the(Invoice, invoice_id)
    entry = None
    if booked:
        entry_kind, leg = booked
        entry = decision.enter(entry_kind, invoice_context(invoice, source).post(leg))
    settlement = decision.put(
        Settlement(
            id=decision.new_id(),
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            kind=kind,
            source_id=source.id,
            amount_minor=amount_minor,
            at=decision.at,
            entry_id=entry.id if entry else None,
        )
    )
    lower(decision, invoice, amount_minor, kind)
    return settlement


def lower(decision: Decision, invoice: Invoice, amount_minor: int, kind: SettlementKind) -> None:
    """Update the invoice's sums and sold credits, and announce when it is settled or unsettled.

    A negative amount raises what is outstanding.
    """
    paid = amount_minor if kind is SettlementKind.PAYMENT else 0
    outstanding = invoice.outstanding_minor - amount_minor
    after = decision.change(
        invoice,
        outstanding_minor=outstanding,
        paid_minor=invoice.paid_minor + paid,
        # An asserted status counts only until the invoice is settled.
        payment_status_asserted=invoice.payment_status_asserted if outstanding else None,
        overdue_since=invoice.overdue_since if outstanding else None,
    )
    if amount_minor and not after.outstanding_minor:
        decision.emit(EventKind.INVOICE_SETTLED, invoice, after)
    elif amount_minor < 0 and not invoice.outstanding_minor:
        decision.emit(EventKind.INVOICE_UNSETTLED, invoice, after)
    match_sold(decision, after)


def match_sold(decision: Decision, invoice: Invoice) -> None:
    """Bring the wallet of a top-up to the credits that are paid for.

    Credits land as far as they are paid for. Unspent ones leave when their money leaves.
    """
    if invoice.kind is not InvoiceKind.TOP_UP or invoice.status is not Status.FINALIZED:
        return
    more = earned(decision, invoice) - landed(decision, invoice)
    lots = decision.of(Lot, "invoice_id", invoice.id)
    for lot in lots:
        if more < 0 and lot.left_minor:
            unland(decision, invoice, lot, min(-more, lot.left_minor))
    for line in InvoiceBalance(decision, invoice).lines:
        if line.kind is LineKind.TOP_UP and more > 0:
            land(decision, invoice, line, more)


def earned(decision: Decision, invoice: Invoice) -> int:
    """Return the sold credits, in minor units, that belong into the wallet.

    These are all credits if a caller says that the invoice is paid, else the share that money and
    credit have settled. A write-off or an offset pays for nothing.
    """
    sold = landed(decision, invoice) + unlanded(decision, invoice)
    if invoice.payment_status_asserted == PaymentStatus.SUCCEEDED:
        return sold
    live = InvoiceBalance(decision, invoice).live
    offset = sum(row.amount_minor for row in live if row.kind is SettlementKind.OFFSET)
    paid = sum(row.amount_minor for row in live if row.kind not in PAYS_FOR_NOTHING)
    return sold * paid // max(invoice.total_minor - offset, 1)


PAYS_FOR_NOTHING = frozenset({SettlementKind.OFFSET, SettlementKind.WRITE_OFF})
"""The settlements that bring neither money nor credit of the customer."""


def landed(decision: Decision, invoice: Invoice) -> int:
    """Return the sold credits, in minor units, that went into the wallet and stayed paid for."""
    into, out = (chart.UNEARNED, chart.WALLETS), (chart.WALLETS, chart.UNEARNED)
    signs = {into: 1, out: -1}
    return sum(
        signs.get((posting.debit, posting.credit), 0) * posting.amount_minor
        for entry in decision.of(Entry, "invoice_id", invoice.id)
        if entry.kind is EntryKind.TOP_UP_LANDED
        for posting in entry.postings
    )


def unlanded(decision: Decision, invoice: Invoice) -> int:
    """Return the sold credits, in minor units, that are neither in the wallet nor credited."""
    entries = decision.of(Entry, "invoice_id", invoice.id)
    postings = [posting for entry in entries for posting in entry.postings]
    sold = sum(one.amount_minor for one in postings if one.credit == chart.UNEARNED)
    return sold - sum(one.amount_minor for one in postings if one.debit == chart.UNEARNED)


def land(decision: Decision, invoice: Invoice, line: Line, amount_minor: int) -> None:
    """Add purchased credits to the one lot of their top-up (recipe 15).

    Credits that were there before, and had left with their money, return to it.
    """
    before = next(iter(decision.of(Lot, "invoice_id", invoice.id)), None)
    lot = before or Lot(
        id=decision.new_id(),
        wallet_id=line.wallet_id or "",
        customer_id=invoice.customer_id,
        funding=LotFunding.PURCHASED,
        amount_minor=0,
        left_minor=0,
        invoice_id=invoice.id,
        landed_at=decision.at,
    )
    again = min(amount_minor, lot.amount_minor - landed(decision, invoice))
    leg = recipes.top_up_landed(amount_minor)
    entry = decision.enter(EntryKind.TOP_UP_LANDED, invoice_context(invoice, lot).post(leg))
    if again:
        refill(decision, lot.id, again, invoice.id)
        before = lot = decision.the(Lot, lot.id)
    if new := amount_minor - again:
        after = decision.change(
            lot,
            amount_minor=lot.amount_minor + new,
            left_minor=lot.left_minor + new,
            entry_id=entry and entry.id,
        )
        record_movement(decision, after, MovementKind.PURCHASED, new, invoice.id, invoice.details)
        decision.emit(EventKind.CREDITS_PURCHASED, before, after)


def unland(decision: Decision, invoice: Invoice, lot: Lot, amount_minor: int) -> None:
    """Take unspent credits out of the wallet, because nothing pays for them any more."""
    leg = recipes.top_up_unlanded(amount_minor)
    decision.enter(EntryKind.TOP_UP_LANDED, invoice_context(invoice, lot).post(leg))
    revoke(decision, lot, amount_minor)


def remove(decision: Decision, settlement: Settlement) -> Settlement:
    """Remove a settlement of a live invoice: reverse its entry; the amount is owed again."""
    if settlement.entry_id:
        decision.reverse(decision.the(Entry, settlement.entry_id))
    removed = release(decision, settlement)
    invoice = decision.the(Invoice, settlement.invoice_id)
    lower(decision, invoice, -settlement.amount_minor, settlement.kind)
    return removed


def release(decision: Decision, settlement: Settlement) -> Settlement:
    """End a settlement. Credit that it funded counts as granted from now on."""
    for funding in decision.of(Funding, "settlement_id", settlement.id):
        if funding.amount_minor:
            decision.change(funding, kind=FundingKind.GRANT, settlement_id=None, payment_id=None)
    return decision.change(settlement, removed_at=decision.at)


def standing(decision: Decision, source_id: str, invoice_id: str) -> list[Settlement]:
    """Return a source's settlements on an invoice that are live or held."""
    rows = decision.of(Settlement, "source_id", source_id)
    return [row for row in rows if row.invoice_id == invoice_id and (row.live or row.held_minor)]


def unhold(decision: Decision, settlement: Settlement) -> Settlement:
    """Set the held amount of a settlement to zero."""
    return decision.change(settlement, held_minor=0)
