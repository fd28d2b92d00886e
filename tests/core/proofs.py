"""The proof set of the books: what must be true after every command, from the rows alone.

Nothing of the core's own arithmetic is used, so that its mistakes show; account names are written
out for the same reason.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

from polaris.core.decision import Facts
from polaris.core.facts.credit_note import CreditNote, NotePurpose, NoteTax
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Row
from polaris.core.facts.tenant import Account
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.ledger.posting import Entry, Posting

R = TypeVar("R", bound=Row)

Sums = defaultdict[tuple[str, str], int]

NOTES = "CUSTOMER_CREDITS:NOTES"
WALLETS = "CUSTOMER_CREDITS:WALLETS"
UNAPPLIED = "CUSTOMER_CREDITS:UNAPPLIED"
REFUNDS = "REFUND_LIABILITIES"
GRANTED = "CREDITS_GRANTED"
LIABILITIES = (NOTES, WALLETS, UNAPPLIED, REFUNDS, "UNEARNED_REVENUE", "TIPS")


class Shelf:
    """The rows by kind, and what their postings come to, debit above zero."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.balance: Sums = defaultdict(int)  # by currency and account
        self.of_invoice: Sums = defaultdict(int)  # by invoice and account
        for posting in self.postings():
            for account, sign in ((posting.debit, 1), (posting.credit, -1)):
                self.balance[posting.currency, account] += sign * posting.amount_minor
                if posting.invoice_id:
                    self.of_invoice[posting.invoice_id, account] += sign * posting.amount_minor

    def all(self, kind: type[R]) -> list[R]:
        """Every row of a kind."""
        rows = self.facts.tables[kind].values()
        return list(rows)  # type: ignore[arg-type]  # a table holds rows of its own kind

    def by_id(self, kind: type[R]) -> dict[str, R]:
        """Every row of a kind by its id."""
        return {row.id: row for row in self.all(kind)}

    def postings(self) -> Iterator[Posting]:
        """Every posting there is."""
        for entry in self.all(Entry):
            yield from entry.postings

    def money_accounts(self) -> set[str]:
        """Where money can lie."""
        own = {row.id for row in self.all(Account) if row.kind == "asset"}
        return {"CASH", "PAYMENT_PROCESSOR_CLEARING"} | own

    def compared(self, account: str, said: dict[str, int], sign: int = -1) -> Iterator[str]:
        """The account holds what the rows say in every currency; liabilities stand in credit."""
        for currency in sorted({one for one, _ in self.balance} | said.keys()):
            booked = sign * self.balance[currency, account]
            if booked != said.get(currency, 0):
                yield f"{account} {currency}: books {booked}, rows {said.get(currency, 0)}"

    def held(self, kind: str) -> Counter[str]:
        """What voided invoices keep of payments, notes or purchased wallet credits, by currency."""
        invoices, lots = self.by_id(Invoice), self.by_id(Lot)
        sums: Counter[str] = Counter()
        for row in self.all(Settlement):
            granted = row.kind == "wallet" and lots[row.source_id].funding == "granted"
            if row.kind == kind and not granted:
                sums[invoices[row.invoice_id].currency] += row.held_minor
        return sums


Proof = Callable[[Shelf], Iterator[str]]


def receivable_is_outstanding(shelf: Shelf) -> Iterator[str]:
    """An invoice asks for its total less everything live, and for nothing once voided."""
    settled: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    for row in shelf.all(Settlement):
        if row.removed_at is None:
            settled[row.invoice_id] += row.amount_minor
            paid[row.invoice_id] += row.amount_minor if row.kind == "payment" else 0
    for invoice in shelf.all(Invoice):
        total = invoice.total_minor if invoice.status == "finalized" else 0
        owed = total - settled[invoice.id]
        booked = shelf.of_invoice[invoice.id, "ACCOUNTS_RECEIVABLE"]
        if owed < 0 or not owed == booked == invoice.outstanding_minor:
            yield f"{invoice.id}: owes {owed}, books {booked}, says {invoice.outstanding_minor}"
        if invoice.paid_minor != paid[invoice.id]:
            yield f"{invoice.id}: paid {paid[invoice.id]}, says {invoice.paid_minor}"


def voided_leaves_nothing(shelf: Shelf) -> Iterator[str]:
    """A voided invoice nets to zero on every account but money, credit and refunds."""
    kept = {REFUNDS, *shelf.money_accounts()}
    voided = {row.id for row in shelf.all(Invoice) if row.status == "voided"}
    for (invoice_id, account), amount in shelf.of_invoice.items():
        exempt = account in kept or account.startswith(("CUSTOMER_CREDITS:", GRANTED))
        if amount and invoice_id in voided and not exempt:
            yield f"voided {invoice_id} leaves {amount} on {account}"


def notes_are_balances(shelf: Shelf) -> Iterator[str]:
    """What is owed on credit notes is their balances, and what is parked."""
    said = shelf.held("note")
    for note in shelf.all(CreditNote):
        said[note.currency] += note.balance_minor
    yield from shelf.compared(NOTES, said)


def wallets_are_lots(shelf: Shelf) -> Iterator[str]:
    """What is owed on wallets is purchased credit not spent, and what is parked."""
    said = shelf.held("wallet")
    wallets = shelf.by_id(Wallet)
    for lot in shelf.all(Lot):
        if lot.funding == "purchased":
            said[wallets[lot.wallet_id].currency] += lot.left_minor
    yield from shelf.compared(WALLETS, said)


def unapplied_is_unused(shelf: Shelf) -> Iterator[str]:
    """Unapplied money is what payments have unused, and what is held."""
    said = shelf.held("payment")
    for payment in shelf.all(Payment):
        said[payment.currency] += payment.unused_minor
    yield from shelf.compared(UNAPPLIED, said)


def refunds_are_owed(shelf: Shelf) -> Iterator[str]:
    """Refunds are owed until they are settled or converted."""
    said: Counter[str] = Counter()
    for refund in shelf.all(Refund):
        if refund.state not in ("settled", "converted"):
            said[refund.currency] += refund.amount_minor
    yield from shelf.compared(REFUNDS, said)


def cash_is_received_less_paid_out(shelf: Shelf) -> Iterator[str]:
    """Each money account: received, less reversed, fees, and refunds that went out of it."""
    payments = shelf.by_id(Payment)
    said: Sums = defaultdict(int)
    for payment in payments.values():
        there = payment.amount_minor if payment.state == "succeeded" else 0
        fee = payment.fee_minor if payment.state in ("succeeded", "reversed") else 0
        said[payment.account, payment.currency] += there - fee
    for refund in shelf.all(Refund):
        if refund.state == "settled":
            account = payments[refund.payment_id].account
            said[account, refund.currency] -= refund.amount_minor
    for account in shelf.money_accounts():
        mine = {currency: amount for (one, currency), amount in said.items() if one == account}
        yield from shelf.compared(account, mine, sign=1)


def no_liability_below_zero(shelf: Shelf) -> Iterator[str]:
    """Nobody owes us through an account of what we owe; a standalone note may take tax back."""
    taxes: Sums = defaultdict(int)
    notes = shelf.by_id(CreditNote)
    for tax in shelf.all(NoteTax):
        note = notes[tax.note_id]
        if note.purpose is NotePurpose.STANDALONE:
            taxes[note.currency, f"SALES_TAXES_PAYABLE:{tax.name}"] += tax.amount_minor
    for (currency, account), amount in shelf.balance.items():
        liable = account in LIABILITIES or account.startswith("SALES_TAXES_PAYABLE")
        if liable and amount > taxes[currency, account]:
            yield f"{account} {currency} is below zero: {-amount}"


def no_more_goes_out_than_came_in(shelf: Shelf) -> Iterator[str]:
    """What is refunded of a payment, and of its part on each invoice, is at most what came."""
    of_payment: Counter[str] = Counter()
    of_settlement: Counter[str] = Counter()
    for refund in shelf.all(Refund):
        if refund.state != "converted":
            of_payment[refund.payment_id] += refund.amount_minor
            of_settlement[refund.settlement_id or ""] += refund.amount_minor
    for payment in shelf.all(Payment):
        if of_payment[payment.id] + payment.unused_minor > payment.amount_minor:
            yield f"{payment.id}: refunds {of_payment[payment.id]} of {payment.amount_minor}"
    for row in shelf.all(Settlement):
        if of_settlement[row.id] + row.held_minor > row.amount_minor:
            yield f"{row.invoice_id}: refunds {of_settlement[row.id]} of {row.amount_minor}"


def losses_are_not_income(shelf: Shelf) -> Iterator[str]:
    """Credit given for nothing, by each cause, and bad debt never come to less than nothing."""
    for (currency, account), amount in shelf.balance.items():
        if (account == "BAD_DEBT" or account.startswith(GRANTED)) and amount < 0:
            yield f"{account} {currency} is {amount}"


def reversed_once(shelf: Shelf) -> Iterator[str]:
    """A reversal is the exact opposite of an entry that nothing else reverses."""
    entries = shelf.by_id(Entry)
    times = Counter(entry.reverses for entry in entries.values() if entry.reverses)
    for entry_id, many in times.items():
        if many > 1 or entries[entry_id].reverses:
            yield f"entry {entry_id} is reversed {many} times, or reverses another"
    for entry in entries.values():
        if entry.reverses:
            there = sorted((p.debit, p.credit, p.amount_minor) for p in entry.postings)
            original = entries[entry.reverses].postings
            if there != sorted((p.credit, p.debit, p.amount_minor) for p in original):
                yield f"entry {entry.id} is not the opposite of {entry.reverses}"


PROOFS: tuple[Proof, ...] = (
    receivable_is_outstanding,
    voided_leaves_nothing,
    notes_are_balances,
    wallets_are_lots,
    unapplied_is_unused,
    refunds_are_owed,
    cash_is_received_less_paid_out,
    no_liability_below_zero,
    no_more_goes_out_than_came_in,
    losses_are_not_income,
    reversed_once,
)


def failures(facts: Facts) -> list[str]:
    """Every statement that is not true of these facts."""
    from core.days import DAY_PROOFS
    from core.giving import GIVING_PROOFS
    from core.rows import ROW_PROOFS

    shelf = Shelf(facts)
    proofs = (*PROOFS, *ROW_PROOFS, *GIVING_PROOFS, *DAY_PROOFS)
    return [f"{proof.__name__}: {said}" for proof in proofs for said in proof(shelf)]
