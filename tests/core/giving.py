"""Proofs that nobody gets back more than came in, unless somebody granted it by name."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from core.proofs import GRANTED, WALLETS, Proof, Shelf
from polaris.core.facts.credit_note import CreditNote, Funding
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.ledger.posting import Entry

CAME = ("payment_applied", "note_applied", "credits_consumed")


def void_commands(shelf: Shelf) -> dict[str, str]:
    """The command that voided each invoice: it reversed the finalization."""
    entries = shelf.by_id(Entry)
    return {
        entry.invoice_id: entry.command_id
        for entry in entries.values()
        if entry.reverses and entry.invoice_id and entry.kind == "finalized"
    }


def ended_by_void(shelf: Shelf) -> dict[str, Entry]:
    """The entries that the void of their invoice reversed, by id."""
    entries, voids = shelf.by_id(Entry), void_commands(shelf)
    return {
        entry.reverses: entries[entry.reverses]
        for entry in entries.values()
        if entry.reverses and voids.get(entry.invoice_id or "") == entry.command_id
    }


def granted(shelf: Shelf, invoice_id: str) -> Iterator[tuple[str, str, int]]:
    """What an invoice has on each account of granted credit, with the account on the other side."""
    for posting in shelf.postings():
        if posting.invoice_id == invoice_id and posting.debit.startswith(GRANTED):
            yield posting.debit, posting.credit, posting.amount_minor
        if posting.invoice_id == invoice_id and posting.credit.startswith(GRANTED):
            yield posting.credit, posting.debit, -posting.amount_minor


def grants_have_a_cause(shelf: Shelf) -> Iterator[str]:
    """Granted for a voided invoice: its notes' grants, and its refunds without money behind them.

    Credits that its buyer keeps are booked against the sale, and are not counted here."""
    ended, notes = ended_by_void(shelf), shelf.by_id(CreditNote)
    settlements = shelf.by_id(Settlement)
    said: Counter[tuple[str, str]] = Counter()
    for funding in shelf.all(Funding):
        invoice_id = notes[funding.note_id].invoice_id or ""
        if funding.kind == "grant":
            said[invoice_id, GRANTED] += funding.amount_minor
    for refund in shelf.all(Refund):
        row = settlements.get(refund.settlement_id or "")
        backed = row is None or row.entry_id is None or row.entry_id in ended
        if refund.note_id and not backed and refund.state != "converted":
            said[refund.invoice_id or "", f"{GRANTED}:REFUNDS"] += refund.amount_minor
    for invoice in shelf.all(Invoice):
        if invoice.status == "voided":
            found: Counter[str] = Counter()
            for account, other, amount in granted(shelf, invoice.id):
                found[account] += amount if other != "UNEARNED_REVENUE" else 0
            for account in (GRANTED, f"{GRANTED}:REFUNDS", f"{GRANTED}:TOP_UPS"):
                if found[account] != said[invoice.id, account]:
                    yield f"{invoice.id} {account} {found[account]}, {said[invoice.id, account]}"


def nobody_gets_back_more_than_came_in(shelf: Shelf) -> Iterator[str]:
    """Refunds, standing credit, what is held and what is kept, against what came and grants."""
    back: Counter[str] = Counter()
    came: Counter[str] = Counter()
    notes = shelf.by_id(CreditNote)
    for refund in shelf.all(Refund):
        back[refund.invoice_id or ""] += 0 if refund.state == "converted" else refund.amount_minor
    for funding in shelf.all(Funding):
        back[notes[funding.note_id].invoice_id or ""] += funding.amount_minor
    for row in shelf.all(Settlement):
        back[row.invoice_id] += row.held_minor
        if row.kind == "payment" and row.entry_id is None:  # it came after the void
            came[row.invoice_id] += row.amount_minor
        if row.kind == "offset" and row.removed_at is None:
            came[row.invoice_id] -= row.amount_minor
    for entry in shelf.all(Entry):
        for posting in entry.postings if entry.kind == "void_settled" else ():
            sale = posting.credit == "UNEARNED_REVENUE" and posting.debit != WALLETS
            back[posting.invoice_id or ""] += posting.amount_minor if sale else 0
    for entry in ended_by_void(shelf).values():
        if entry.kind in CAME:
            came[entry.invoice_id or ""] += sum(one.amount_minor for one in entry.postings)
    for invoice in shelf.all(Invoice):
        asked = sum(amount for _, _, amount in granted(shelf, invoice.id))
        limit = invoice.total_minor if invoice.status == "finalized" else asked
        if back[invoice.id] > came[invoice.id] + limit:
            yield f"{invoice.id} gave back {back[invoice.id]} of {came[invoice.id]} and {limit}"


class Balance(NamedTuple):
    """What a customer has or had in one currency, in minor units."""

    back: Counter[tuple[str, str]]  # refunds, credit, and money that is free or held
    bought: Counter[tuple[str, str]]  # invoices less what notes took back
    came: Counter[tuple[str, str]]  # money, what is still owed, and what was given by name


def no_customer_gets_back_more_than_came_in(shelf: Shelf) -> Iterator[str]:
    """Of all that came from a customer, what was bought is gone, and only the rest is there."""
    balance = Balance(Counter(), Counter(), Counter())
    _count_money(shelf, balance)
    _count_documents(shelf, balance)
    _count_credit(shelf, balance)
    for posting in shelf.postings():
        owner = posting.customer_id, posting.currency
        for account, other, sign in (
            (posting.debit, posting.credit, 1),
            (posting.credit, posting.debit, -1),
        ):
            lost = account == "BAD_DEBT" and other != "ACCOUNTS_RECEIVABLE"
            if lost or account.startswith(GRANTED):
                balance.came[owner] += sign * posting.amount_minor
    for owner in balance.back.keys() | balance.bought.keys():
        used = balance.back[owner] + balance.bought[owner]
        if used > balance.came[owner]:
            yield f"{owner} used {used} of {balance.came[owner]}"


def _count_money(shelf: Shelf, balance: Balance) -> None:
    for payment in shelf.all(Payment):
        owner = payment.customer_id or "", payment.currency
        balance.back[owner] += payment.unused_minor
        balance.came[owner] += payment.amount_minor if payment.state == "succeeded" else 0
    for refund in shelf.all(Refund):
        owner = refund.customer_id, refund.currency
        balance.back[owner] += 0 if refund.state == "converted" else refund.amount_minor


def _count_documents(shelf: Shelf, balance: Balance) -> None:
    """Sold credits are bought when they are spent."""
    credited: Counter[str] = Counter()
    for note in shelf.all(CreditNote):
        owner = note.customer_id, note.currency
        standing = note.total_minor - note.voided_minor
        standing -= note.offset_minor if note.voided_at else 0
        credited[note.invoice_id or ""] += standing
        balance.back[owner] += note.balance_minor
        balance.came[owner] += standing if note.purpose == "standalone" else 0
    for invoice in shelf.all(Invoice):
        owner = invoice.customer_id, invoice.currency
        balance.came[owner] += invoice.outstanding_minor
        if invoice.status == "finalized" and invoice.kind != "top_up":
            balance.bought[owner] += max(invoice.total_minor - credited[invoice.id], 0)


def _count_credit(shelf: Shelf, balance: Balance) -> None:
    """Losses that were written off, and granted credits that were spent, were given by name."""
    invoices, lots, wallets = shelf.by_id(Invoice), shelf.by_id(Lot), shelf.by_id(Wallet)
    for lot in lots.values():
        owner = lot.customer_id, wallets[lot.wallet_id].currency
        balance.back[owner] += lot.left_minor if lot.funding == "purchased" else 0
    for row in shelf.all(Settlement):
        invoice = invoices[row.invoice_id]
        owner = invoice.customer_id, invoice.currency
        granted = row.kind == "wallet" and lots[row.source_id].funding == "granted"
        balance.back[owner] += 0 if granted else row.held_minor
        if row.live and (granted or row.kind == "write_off"):
            balance.came[owner] += row.amount_minor


GIVING_PROOFS: tuple[Proof, ...] = (
    grants_have_a_cause,
    nobody_gets_back_more_than_came_in,
    no_customer_gets_back_more_than_came_in,
)
