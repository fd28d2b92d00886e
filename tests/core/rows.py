"""What must be true of the rows themselves, beside the books: sums, numbers, links, limits."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from core.proofs import Proof, Shelf
from polaris.core.balances.number_format import position
from polaris.core.facts.credit_note import CreditNote, Funding, NoteLine, NoteTax
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, Line, Settlement, Tax
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.series import DocumentNumber, Series, SkippedNumber
from polaris.core.facts.task import Task
from polaris.core.facts.wallet import Lot, Movement
from polaris.core.ledger.posting import Entry


def numbers_are_gapless(shelf: Shelf) -> Iterator[str]:
    """The numbers of a series are 1, 2, 3 … and its next one follows."""
    drawn: dict[str, list[int]] = defaultdict(list)
    formats = {series.id: series.format for series in shelf.all(Series)}
    numbered: list[Invoice | CreditNote] = [*shelf.all(Invoice), *shelf.all(CreditNote)]
    for row in numbered:
        if row.series and row.number:
            counted = position(
                formats.get(row.series, ""), row.number
            )  # unless the format changed since
            drawn[row.series].append(counted or int(re.findall(r"\d+", row.number)[-1]))
    for skipped in shelf.all(SkippedNumber):
        drawn[skipped.series].append(skipped.counted)
    drawn["customer"] = [row.sequence for row in shelf.all(Customer)]
    for series in shelf.all(Series):
        if sorted(drawn[series.id]) != list(range(1, series.next)):
            yield f"series {series.id} gave {drawn[series.id]}, then {series.next}"


def numbers_name_one_document(shelf: Shelf) -> Iterator[str]:
    """Every number is registered for the one document that has it."""
    users = {row.id: (row.document, row.document_id) for row in shelf.all(DocumentNumber)}
    numbered: list[Invoice | CreditNote] = [*shelf.all(Invoice), *shelf.all(CreditNote)]
    for row in numbered:
        if row.number and users.get(row.number) != (row.table, row.id):
            yield f"{row.number} of {row.id} is registered for {users.get(row.number)}"


def totals_are_sums(shelf: Shelf) -> Iterator[str]:
    """An invoice comes to its lines and taxes."""
    sums: Counter[tuple[str, int]] = Counter()
    for line in shelf.all(Line):
        sums[line.invoice_id, line.revision] += line.gross_minor - line.discount_minor
    for tax in shelf.all(Tax):
        sums[tax.invoice_id, tax.revision] += tax.amount_minor
    for invoice in shelf.all(Invoice):
        if invoice.total_minor != sums[invoice.id, invoice.revision]:
            yield f"{invoice.id} comes to {sums[invoice.id, invoice.revision]}"


def notes_add_up(shelf: Shelf) -> Iterator[str]:
    """A note's parts, its lines and taxes, and its total agree, and stay within the invoice."""
    sums: Counter[str] = Counter()
    for line in shelf.all(NoteLine):
        sums[line.note_id] += line.net_minor
        if min(line.net_minor, line.gross_minor, line.discount_minor) < 0:
            yield f"a line of {line.note_id} is below zero"
    for tax in shelf.all(NoteTax):
        sums[tax.note_id] += tax.amount_minor
    for note in shelf.all(CreditNote):
        parts = (note.offset_minor, note.credit_minor, note.refund_minor, note.balance_minor)
        told = sums[note.id] or note.total_minor  # a converted refund's note has no lines
        if not sum(parts[:3]) == note.total_minor == told or min(parts) < 0:
            yield f"{note.id} totals {note.total_minor}: parts {parts}, lines {told}"


def notes_return_what_they_took(shelf: Shelf) -> Iterator[str]:
    """A voided note returns to no account more than it took, and all when all is taken back."""
    taken: Counter[tuple[str, str]] = Counter()
    undone = {entry.reverses for entry in shelf.all(Entry)}
    for entry in shelf.all(Entry):
        if entry.id in undone or entry.reverses:
            continue
        for posting in entry.postings:
            if entry.kind == "note_issued":
                taken[posting.source_id or "", posting.debit] += posting.amount_minor
            elif entry.kind == "note_voided":
                taken[posting.source_id or "", posting.credit] -= posting.amount_minor
    notes = shelf.by_id(CreditNote)
    for (note_id, account), amount in taken.items():
        note = notes[note_id]
        # A note over a discounted line can come to nothing: it takes back only the discount.
        whole = note.voided_at and note.voided_minor + note.offset_minor == note.total_minor
        if (
            note.invoice_id
            and note.document_entry_id not in undone
            and (amount < 0 or (whole and amount))
        ):
            yield f"{note_id} leaves {amount} on {account}"


def credit_is_given_once(shelf: Shelf) -> Iterator[str]:
    """What an invoice's notes gave and did not take back is at most its total."""
    given: Counter[str] = Counter()
    for note in shelf.all(CreditNote):
        offset = note.offset_minor if note.voided_at else 0
        given[note.invoice_id or ""] += note.total_minor - note.voided_minor - offset
    for invoice in shelf.all(Invoice):
        if given[invoice.id] > invoice.total_minor:
            yield f"{invoice.id} of {invoice.total_minor} is credited {given[invoice.id]}"


def credited_whole_leaves_nothing(shelf: Shelf) -> Iterator[str]:
    """An invoice that notes credit whole leaves no revenue, no tax and nothing to pass on."""
    stands: Counter[str] = Counter()
    for note in shelf.all(CreditNote):
        offset = note.offset_minor if note.voided_at else 0
        stands[note.invoice_id or ""] += note.total_minor - note.voided_minor - offset
    whole = {
        row.id
        for row in shelf.all(Invoice)
        if row.status == "finalized" and row.total_minor and row.total_minor == stands[row.id]
    }
    left: Counter[tuple[str, str]] = Counter()
    for entry in shelf.all(Entry):
        if entry.invoice_id in whole and entry.kind in ("finalized", "note_issued", "note_voided"):
            for posting in entry.postings:
                for account, sign in ((posting.debit, 1), (posting.credit, -1)):
                    group = "revenue" if account in REVENUE else account
                    left[entry.invoice_id, group] += sign * posting.amount_minor
    for (invoice_id, account), amount in left.items():
        kept = account.startswith(("ACCOUNTS_RECEIVABLE", "CUSTOMER_CREDITS", "UNEARNED"))
        if amount and not kept:
            yield f"{invoice_id} is credited whole, but leaves {amount} on {account}"


REVENUE = ("SALES", "RENT", "DISCOUNTS", "CUSTOMER_REFUNDS")
"""Revenue, and what lowers it. A line that is free after its discount need not be credited, so
they are zero together."""


def credit_has_funding(shelf: Shelf) -> Iterator[str]:
    """Behind every note stands what it gave as credit and neither took back nor paid out.

    The note for what a void leaves is voided as it is written: it never gave anything.
    """
    behind: Counter[str] = Counter()
    for funding in shelf.all(Funding):
        behind[funding.note_id] += funding.amount_minor
    paid_out: Counter[str] = Counter()
    for refund in shelf.all(Refund):
        if refund.of_balance and refund.state != "converted":
            paid_out[refund.note_id or ""] += refund.amount_minor
    for note in shelf.all(CreditNote):
        stands = note.credit_minor - note.voided_minor - paid_out[note.id]
        never = note.purpose == "void" and note.voided_at and not note.voided_minor
        if behind[note.id] != (0 if never else stands):
            yield f"{note.id} gave {stands}, behind it stands {behind[note.id]}"


def lots_are_their_movements(shelf: Shelf) -> Iterator[str]:
    """A lot has left what came in less what went out, and never more than it began with."""
    moved: Counter[str] = Counter()
    for movement in shelf.all(Movement):
        moved[movement.lot_id] += movement.amount_minor
    for lot in shelf.all(Lot):
        if lot.left_minor != moved[lot.id] or not 0 <= lot.left_minor <= lot.amount_minor:
            yield f"lot {lot.id} of {lot.amount_minor} has {lot.left_minor}, moved {moved[lot.id]}"


def payments_are_not_used_twice(shelf: Shelf) -> Iterator[str]:
    """A payment settles, holds and has unused at most what came; nothing unless it came."""
    taken: Counter[str] = Counter()
    for row in shelf.all(Settlement):
        live = row.amount_minor if row.removed_at is None else 0
        taken[row.source_id] += live + row.held_minor
        if row.held_minor < 0 or (row.held_minor and row.removed_at is None):
            yield f"a settlement of {row.invoice_id} holds {row.held_minor}"
    for payment in shelf.all(Payment):
        used = payment.unused_minor + taken[payment.id]
        there = payment.amount_minor if payment.state == "succeeded" else 0
        if not 0 <= payment.unused_minor <= used <= there:
            yield f"{payment.id} of {there}: unused {payment.unused_minor}, used {used}"


def postings_fit(shelf: Shelf) -> Iterator[str]:
    """A posting is above zero, between two accounts, in its invoice's currency and customer."""
    invoices = shelf.by_id(Invoice)
    for posting in shelf.postings():
        if posting.amount_minor <= 0 or posting.debit == posting.credit:
            yield f"posting {posting}"
        invoice = invoices.get(posting.invoice_id or "")
        mine = (posting.currency, posting.customer_id)
        if invoice and (invoice.currency, invoice.customer_id) != mine:
            yield f"posting {posting} is not of {invoice.id}"


def replacements_are_linked(shelf: Shelf) -> Iterator[str]:
    """An invoice and the one that replaces it name each other."""
    invoices = shelf.by_id(Invoice)
    for invoice in invoices.values():
        for other, back in (
            (invoice.regenerated_as, "regenerated_from"),
            (invoice.regenerated_from, "regenerated_as"),
        ):
            if other and getattr(invoices[other], back) != invoice.id:
                yield f"{invoice.id} names {other}, which does not name it"


def open_tasks_still_matter(shelf: Shelf) -> Iterator[str]:
    """A task about a refund is open only while the refund is failed; resolved ones say by whom."""
    refunds = shelf.by_id(Refund)
    for task in shelf.all(Task):
        waits = task.resolved_at is None and task.kind == "refund_failed"
        if waits and refunds[task.subject_id].state != "failed":
            yield f"task {task.id} is open, but its refund has not failed any more"
        if len({value is None for value in (task.resolved_at, task.resolved_by)}) != 1:
            yield f"task {task.id} is resolved by {task.resolved_by} at {task.resolved_at}"


ROW_PROOFS: tuple[Proof, ...] = (
    numbers_are_gapless,
    numbers_name_one_document,
    totals_are_sums,
    notes_add_up,
    notes_return_what_they_took,
    credit_is_given_once,
    credited_whole_leaves_nothing,
    credit_has_funding,
    lots_are_their_movements,
    payments_are_not_used_twice,
    postings_fit,
    replacements_are_linked,
    open_tasks_still_matter,
)
