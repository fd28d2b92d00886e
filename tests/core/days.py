"""What must be true of the books at the end of every day, not only today."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from core.proofs import LIABILITIES, NOTES, REFUNDS, UNAPPLIED, WALLETS, Proof, Shelf
from polaris.core.facts.credit_note import CreditNote, NotePurpose
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.payment import Refund
from polaris.core.facts.wallet import Lot
from polaris.core.ledger.posting import Entry, Posting

Changes = defaultdict[tuple[str | None, ...], defaultdict[date, int]]

OWED = (NOTES, WALLETS, UNAPPLIED, REFUNDS)


def new_changes() -> Changes:
    """Changes of balances, by balance and day."""
    return defaultdict(lambda: defaultdict(int))


def sides(posting: Posting) -> tuple[tuple[str, int], tuple[str, int]]:
    """The accounts of a posting with what they are owed more: the credit side above zero."""
    return (posting.debit, -posting.amount_minor), (posting.credit, posting.amount_minor)


def below_zero(changes: Changes) -> Iterator[str]:
    """Each balance that is below zero at the end of a day, with its first such day."""
    for name, by_day in changes.items():
        balance = 0
        for day in sorted(by_day):
            balance += by_day[day]
            if balance < 0:
                yield f"{' '.join(map(str, name))} is {balance} on {day}"
                break


def no_receivable_is_below_zero_on_any_day(shelf: Shelf) -> Iterator[str]:
    """An invoice is never settled before it is owed."""
    changes = new_changes()
    for entry in shelf.all(Entry):
        for posting in entry.postings:
            for account, amount in sides(posting):
                if account == "ACCOUNTS_RECEIVABLE":
                    changes[posting.invoice_id or "", account][entry.accounting_date] -= amount
    yield from below_zero(changes)


def no_liability_is_below_zero_on_any_day(shelf: Shelf) -> Iterator[str]:
    """Nothing that is owed to a customer, or on an invoice, is used before it is there."""
    changes = new_changes()
    for entry in shelf.all(Entry):
        for posting in entry.postings:
            for account, amount in sides(posting):
                liable = account in LIABILITIES or account.startswith("SALES_TAXES_PAYABLE")
                owner = posting.customer_id if account in OWED else posting.invoice_id
                if liable and owner:
                    name = (posting.currency, account, owner)
                    changes[name][entry.accounting_date] += amount
    yield from below_zero(changes)


def no_lot_is_below_zero_on_any_day(shelf: Shelf) -> Iterator[str]:
    """Purchased credits are not spent before they are in the wallet."""
    changes = new_changes()
    lots = [row for row in shelf.all(Lot) if row.funding == "purchased"]
    bought = {row.invoice_id: row.id for row in lots if row.invoice_id}
    credited = {row.note_id: row.id for row in lots if row.note_id}
    for entry in shelf.all(Entry):
        for posting in entry.postings:
            lot_id = bought.get(posting.invoice_id or "")
            parked = entry.kind == "void_settled" and posting.credit not in REVOKED_TO
            if posting.source == "lot":
                lot_id = posting.source_id
            elif entry.kind == "note_settled":
                lot_id = credited.get(posting.source_id or "")
            for account, amount in sides(posting):
                if account == WALLETS and lot_id and not parked:
                    changes["lot", lot_id][entry.accounting_date] += amount
    for lot in lots:
        note = shelf.by_id(CreditNote).get(lot.note_id or "")
        if note and note.purpose is NotePurpose.VOID:
            changes["lot", lot.id][voided_on(shelf, note)] += lot.amount_minor
    landed = {name: by_day for name, by_day in changes.items() if not_parked(shelf, name[1])}
    yield from below_zero(defaultdict(new_changes().default_factory, landed))


REVOKED_TO = ("UNEARNED_REVENUE", UNAPPLIED, "CREDITS_GRANTED")
"""Where a void takes unspent bought credits; credits that it held go elsewhere."""


def voided_on(shelf: Shelf, note: CreditNote) -> date:
    """The first day of the entries of the void that a note documents."""
    of_invoice = [row for row in shelf.all(Entry) if row.invoice_id == note.invoice_id]
    (void,) = {row.command_id for row in of_invoice if row.kind == "finalized" and row.reverses}
    return min(row.accounting_date for row in of_invoice if row.command_id == void)


def not_parked(shelf: Shelf, lot_id: str | None) -> bool:
    """True if the lot was landed by an entry of its own: credit out of parked credit has none."""
    lot = shelf.by_id(Lot).get(lot_id or "")
    note = shelf.by_id(CreditNote).get(lot.note_id or "") if lot else None
    invoice = shelf.by_id(Invoice).get(note.invoice_id or "") if note else None
    return not (note and invoice and invoice.status == "voided" and note.purpose != "void")


def no_reversal_is_before_what_it_reverses(shelf: Shelf) -> Iterator[str]:
    """Nothing is undone before it was done."""
    entries = shelf.by_id(Entry)
    for entry in entries.values():
        if entry.reverses and entry.accounting_date < entries[entry.reverses].accounting_date:
            yield f"{entry.kind} {entry.id} is before {entry.reverses}"


def no_settlement_is_before_its_invoice_or_money(shelf: Shelf) -> Iterator[str]:
    """A settlement is not before its invoice, its payment or the refund that it pays."""
    entries = shelf.by_id(Entry)
    issued = first_days(shelf, "finalized")
    received = first_days(shelf, "payment_received")
    for row in shelf.all(Settlement):
        entry = entries.get(row.entry_id or "")
        causes = (issued.get(row.invoice_id), received.get(row.source_id))
        if entry and any(cause and entry.accounting_date < cause for cause in causes):
            yield f"settlement {row.id} of {row.invoice_id} is before its cause"
    for refund in shelf.all(Refund):
        paid, came = entries.get(refund.entry_id or ""), received.get(refund.payment_id)
        if paid and came and paid.accounting_date < came:
            yield f"refund {refund.id} is paid out before its money came"


def first_days(shelf: Shelf, kind: str) -> dict[str, date]:
    """The days of the entries of a kind, by the row that caused them."""
    return {
        entry.postings[0].source_id or "": entry.accounting_date
        for entry in shelf.all(Entry)
        if entry.kind == kind and entry.reverses is None
    }


def documents_are_not_before_their_invoice(shelf: Shelf) -> Iterator[str]:
    """What a command asks of an invoice is not booked before the invoice."""
    invoices = shelf.by_id(Invoice)
    issued = first_days(shelf, "finalized")
    for entry in shelf.all(Entry):
        known = entry.invoice_id in invoices and entry.invoice_id in issued
        if known and entry.accounting_date < issued[entry.invoice_id or ""]:
            yield f"{entry.kind} {entry.id} is before its invoice"


DAY_PROOFS: tuple[Proof, ...] = (
    no_receivable_is_below_zero_on_any_day,
    no_liability_is_below_zero_on_any_day,
    no_lot_is_below_zero_on_any_day,
    no_reversal_is_before_what_it_reverses,
    no_settlement_is_before_its_invoice_or_money,
    documents_are_not_before_their_invoice,
)
