"""Settle invoices, and remove settlements. No other code changes a receivable after issue."""

from datetime import date

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import Funding, FundingKind
from polaris.core.facts.details import Details
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import (
    Invoice,
    InvoiceKind,
    Line,
    LineKind,
    Settlement,
    SettlementKind,
)
from polaris.core.facts.row import Row
from polaris.core.facts.wallet import Lot, LotFunding, Movement, MovementKind
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
    day: date | None = None,
) -> Settlement:
    """Lower an invoice's receivable by a source, and book it. Return the settlement."""
    invoice = decision.the(Invoice, invoice_id)
    entry = None
    if booked:
        entry_kind, leg = booked
        entry = decision.enter(entry_kind, invoice_context(invoice, source).post(leg), day)
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
    lower(decision, invoice, amount_minor, kind, day)
    return settlement


def lower(
    decision: Decision, invoice: Invoice, amount_minor: int, kind: SettlementKind, day: date | None
) -> None:
    """Update the invoice's sums, and announce when it is settled, or unsettled again.

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
    )
    if amount_minor and not after.outstanding_minor:
        settled(decision, invoice, after, day)
    elif amount_minor < 0 and not invoice.outstanding_minor:
        decision.emit(EventKind.INVOICE_UNSETTLED, invoice, after)


def settled(decision: Decision, before: Invoice, after: Invoice, day: date | None) -> None:
    """Announce that an invoice is settled, and add the credits that it sold to the wallet."""
    decision.emit(EventKind.INVOICE_SETTLED, before, after)
    land_sold(decision, after, day)


def land_sold(decision: Decision, invoice: Invoice, day: date | None = None) -> None:
    """Add the credits that a top-up sold to its wallet, as far as they are not there yet."""
    if invoice.kind is not InvoiceKind.TOP_UP:
        return
    amount = unlanded(decision, invoice)
    for line in InvoiceBalance(decision, invoice).lines:
        if line.kind is LineKind.TOP_UP and amount:
            land(decision, invoice, line, amount, day)


def unlanded(decision: Decision, invoice: Invoice) -> int:
    """Return the sold credits, in minor units, that are neither in the wallet nor credited."""
    entries = decision.of(Entry, "invoice_id", invoice.id)
    postings = [posting for entry in entries for posting in entry.postings]
    sold = sum(one.amount_minor for one in postings if one.credit == chart.UNEARNED)
    return sold - sum(one.amount_minor for one in postings if one.debit == chart.UNEARNED)


def land(
    decision: Decision, invoice: Invoice, line: Line, amount_minor: int, day: date | None
) -> None:
    """Add purchased credits to the one lot of their top-up (recipe 15)."""
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
    leg = recipes.top_up_landed(amount_minor)
    entry = decision.enter(EntryKind.TOP_UP_LANDED, invoice_context(invoice, lot).post(leg), day)
    after = decision.change(
        lot,
        amount_minor=lot.amount_minor + amount_minor,
        left_minor=lot.left_minor + amount_minor,
        entry_id=entry and entry.id,
    )
    record_movement(
        decision, after, MovementKind.PURCHASED, amount_minor, invoice.id, invoice.details
    )
    decision.emit(EventKind.CREDITS_PURCHASED, before, after)


def record_movement(
    decision: Decision,
    lot: Lot,
    kind: MovementKind,
    amount_minor: int,
    invoice_id: str | None = None,
    details: Details | None = None,
) -> None:
    """Record a change of a lot in its wallet's history; negative for credits taken out."""
    decision.put(
        Movement(
            id=decision.new_id(),
            wallet_id=lot.wallet_id,
            customer_id=lot.customer_id,
            lot_id=lot.id,
            kind=kind,
            amount_minor=amount_minor,
            invoice_id=invoice_id,
            at=decision.at,
            details=details or {},
        )
    )


def remove(decision: Decision, settlement: Settlement) -> Settlement:
    """Remove a settlement of a live invoice: reverse its entry; the amount is owed again."""
    if settlement.entry_id:
        decision.reverse(decision.the(Entry, settlement.entry_id))
    invoice = decision.the(Invoice, settlement.invoice_id)
    lower(decision, invoice, -settlement.amount_minor, settlement.kind, None)
    return release(decision, settlement)


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
