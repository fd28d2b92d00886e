"""The money among the effects of a decision: ledger, settlements, refunds, credit and tax."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TypeVar

from polaris.core.decision import Decision
from polaris.core.effects.effect import (
    BalanceEffect,
    LedgerEffect,
    RefundEffect,
    SettlementEffect,
    TaxEffect,
    WalletEffect,
)
from polaris.core.effects.naming import before, name_of
from polaris.core.facts.credit_note import CreditNote, NoteTax
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind, Tax
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Row
from polaris.core.facts.wallet import Lot, LotFunding, Movement, Wallet
from polaris.core.ledger.chart import TAXES
from polaris.core.ledger.posting import Entry, EntryKind, Posting

R = TypeVar("R", bound=Row)


def pairs(decision: Decision, kind: type[R]) -> Iterator[tuple[R | None, R]]:
    """Yield every row of a kind that the decision adds or changes, before and after."""
    for row in decision.rows.get(kind, {}).values():
        assert isinstance(row, kind)
        old = before(decision, row)
        yield (old if isinstance(old, kind) else None), row


# ---------------------------------------------------------------- the ledger


def ledger(decision: Decision) -> Iterator[LedgerEffect]:
    """Yield what is booked, added up by kind, day and accounts."""
    sums: dict[tuple[EntryKind, bool, date, str, str, str], int] = defaultdict(int)
    for _, entry in pairs(decision, Entry):
        for posting in entry.postings:
            booked = entry.kind, bool(entry.reverses), entry.accounting_date
            sums[*booked, posting.debit, posting.credit, posting.currency] += posting.amount_minor
    for (kind, reversal, day, debit, account, currency), amount in sums.items():
        yield LedgerEffect(
            entry=kind,
            reversal=reversal,
            accounting_date=day,
            debit=debit,
            credit=account,
            amount_minor=amount,
            currency=currency,
        )


def taxes(decision: Decision) -> Iterator[TaxEffect]:
    """Yield the tax of each name that the entries add or take back, with its codes."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    codes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _, entry in pairs(decision, Entry):
        for posting in entry.postings:
            for account, sign in ((posting.credit, 1), (posting.debit, -1)):
                if account.startswith(f"{TAXES}:"):
                    name = account.removeprefix(f"{TAXES}:")
                    sums[name, posting.currency] += sign * posting.amount_minor
                    codes[name, posting.currency] |= tax_codes(decision, posting, name)
    for (name, currency), amount in sums.items():
        if amount:
            code = ", ".join(sorted(codes[name, currency]))
            yield TaxEffect(code=code, name=name, amount_minor=amount, currency=currency)


def tax_codes(decision: Decision, posting: Posting, name: str) -> set[str]:
    """Return the codes of the taxes with this name, on the document that was booked."""
    rows: list[Tax | NoteTax] = [
        *decision.of(Tax, "invoice_id", posting.invoice_id or ""),
        *decision.of(NoteTax, "note_id", posting.source_id or ""),
    ]
    return {row.code for row in rows if row.name == name}


# ---------------------------------------------------------------- settlements and refunds

SOURCES: dict[SettlementKind, type[Row]] = {
    SettlementKind.PAYMENT: Payment,
    SettlementKind.NOTE: CreditNote,
    SettlementKind.OFFSET: CreditNote,
    SettlementKind.WALLET: Lot,
    SettlementKind.PROMOTIONAL: Lot,
}


def settlements(decision: Decision) -> Iterator[SettlementEffect]:
    """Yield every settlement that is made, removed, or whose held amount changes."""
    for was, row in pairs(decision, Settlement):
        invoice = decision.the(Invoice, row.invoice_id)
        kind = SOURCES.get(row.kind)
        source = decision.get(kind, row.source_id) if kind else None
        yield SettlementEffect(
            invoice=name_of(decision, invoice),
            kind=row.kind,
            source=name_of(decision, source),
            settled_before_minor=settled(was),
            settled_minor=settled(row),
            held_before_minor=was.held_minor if was else 0,
            held_minor=row.held_minor,
            currency=invoice.currency,
        )


def settled(row: Settlement | None) -> int:
    """Return what a settlement lowers the receivable by, in minor units."""
    return row.amount_minor if row and row.live else 0


def refunds(decision: Decision) -> Iterator[RefundEffect]:
    """Yield every refund that is requested or changes its state."""
    for was, row in pairs(decision, Refund):
        payment = decision.the(Payment, row.payment_id)
        if was is None or was.state is not row.state:
            yield RefundEffect(
                payment=name_of(decision, payment),
                provider=payment.provider,
                method=payment.method,
                state_before=was.state if was else None,
                state=row.state,
                amount_minor=row.amount_minor,
                currency=row.currency,
            )


# ---------------------------------------------------------------- balances


def wallets(decision: Decision) -> Iterator[WalletEffect]:
    """Yield the credits that move, added up by wallet and kind."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for _, row in pairs(decision, Movement):
        wallet = decision.the(Wallet, row.wallet_id)
        key = name_of(decision, wallet), row.kind, wallet.currency
        sums[key] += row.amount_minor
    for (name, kind, currency), amount in sums.items():
        yield WalletEffect(wallet=name, kind=kind, amount_minor=amount, currency=currency)


class Balances:
    """Sums before and after, by name and currency."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], list[int]] = {}

    def add(self, name: str, currency: str, before_minor: int, after_minor: int) -> None:
        """Add amounts to a balance."""
        sums = self._sums.setdefault((name, currency), [0, 0])
        sums[0] += before_minor
        sums[1] += after_minor

    def changed(self) -> Iterator[BalanceEffect]:
        """Yield the balances that have changed."""
        for (name, currency), (was, now) in self._sums.items():
            if was != now:
                yield BalanceEffect(
                    balance=name, currency=currency, before_minor=was, after_minor=now
                )


def receivable(decision: Decision) -> Iterator[BalanceEffect]:
    """Yield what is outstanding on the changed invoices, by currency."""
    balances = Balances()
    for was, row in pairs(decision, Invoice):
        owed = was.outstanding_minor if was else 0
        balances.add("receivable", row.currency, owed, row.outstanding_minor)
    yield from balances.changed()


def credit(decision: Decision) -> Iterator[BalanceEffect]:
    """Yield the customer's credit in the changed rows, by where it is."""
    balances = Balances()
    for paid, payment in pairs(decision, Payment):
        unused = paid.unused_minor if paid else 0
        balances.add("unused payments", payment.currency, unused, payment.unused_minor)
    for held, settlement in pairs(decision, Settlement):
        invoice = decision.the(Invoice, settlement.invoice_id)
        before_minor = held.held_minor if held else 0
        name = "held for voided invoices"
        balances.add(name, invoice.currency, before_minor, settlement.held_minor)
    for noted, note in pairs(decision, CreditNote):
        balance = noted.balance_minor if noted else 0
        balances.add("credit notes", note.currency, balance, note.balance_minor)
    for filled, lot in pairs(decision, Lot):
        bought = lot.funding is LotFunding.PURCHASED
        name = "purchased wallet credits" if bought else "granted wallet credits"
        left = filled.left_minor if filled else 0
        balances.add(name, decision.the(Wallet, lot.wallet_id).currency, left, lot.left_minor)
    yield from balances.changed()
