"""The funding of credit: earlier credit, wallet credits, money, or nothing.

On a live invoice the funding is only recorded, so that no more is refunded than was received. On a
voided invoice, credit is taken out of what the void left held, and returns there when taken back.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from polaris.core.balances.invoice import refund_order, refunded
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, Funding, FundingKind
from polaris.core.facts.invoice import Settlement, SettlementKind
from polaris.core.facts.payment import Payment
from polaris.core.facts.wallet import Lot, LotFunding
from polaris.core.ledger import chart

ACCOUNTS = {
    FundingKind.NOTES: chart.NOTES,
    FundingKind.WALLET: chart.WALLETS,
    FundingKind.CASH: chart.UNAPPLIED,
    FundingKind.GRANT: chart.GRANTED,
    FundingKind.LOST: chart.BAD_DEBT,
}
"""The account of each kind while a voided invoice holds the value."""

_ORDER = (FundingKind.NOTES, FundingKind.WALLET, FundingKind.GRANT, FundingKind.CASH)
_RETURN_ORDER = (
    FundingKind.GRANT,
    FundingKind.LOST,
    FundingKind.CASH,
    FundingKind.WALLET,
    FundingKind.NOTES,
)


class Draw(NamedTuple):
    """An amount taken out of one source, in minor units."""

    kind: FundingKind
    amount_minor: int
    settlement_id: str | None = None
    payment_id: str | None = None

    @property
    def account(self) -> str:
        """Return the account of the source."""
        return ACCOUNTS[self.kind]


def kind_of(decision: Decision, settlement: Settlement) -> FundingKind | None:
    """Return the funding kind of a settlement; None if it brought no value of the customer."""
    if settlement.kind is SettlementKind.PAYMENT:
        return FundingKind.CASH
    if settlement.kind is SettlementKind.NOTE:
        return FundingKind.NOTES
    if settlement.kind is SettlementKind.WALLET:
        lot = decision.the(Lot, settlement.source_id)
        purchased = lot.funding is LotFunding.PURCHASED
        return FundingKind.WALLET if purchased else FundingKind.GRANT
    return None


def sources(decision: Decision, settlements: list[Settlement]) -> list[Settlement]:
    """Return the settlements that can fund credit: earlier credit first, money last."""
    kinds = {row.id: kind_of(decision, row) for row in settlements}
    return [
        row
        for kind in _ORDER
        for row in _ordered(decision, kind, [row for row in settlements if kinds[row.id] is kind])
    ]


def _ordered(decision: Decision, kind: FundingKind, rows: list[Settlement]) -> list[Settlement]:
    return refund_order(decision, rows) if kind is FundingKind.CASH else rows


def remembered(decision: Decision, settlements: list[Settlement], amount_minor: int) -> list[Draw]:
    """Return the funding of credit on a live invoice. Nothing is moved."""
    draws: list[Draw] = []
    for row in sources(decision, settlements):
        amount = min(amount_minor, free(decision, row))
        if amount:
            draws.append(_draw(decision, row, amount))
            amount_minor -= amount
    return [*draws, *_granted(amount_minor)]


def drawn(decision: Decision, settlements: list[Settlement], amount_minor: int) -> list[Draw]:
    """Take an amount out of what is held for a voided invoice; the rest is granted."""
    return _taken(decision, sources(decision, settlements), amount_minor)


def _taken(decision: Decision, rows: list[Settlement], amount_minor: int) -> list[Draw]:
    draws: list[Draw] = []
    for row in rows:
        current = decision.the(Settlement, row.id)
        amount = min(amount_minor, current.held_minor)
        if amount:
            decision.change(current, held_minor=current.held_minor - amount)
            draws.append(_draw(decision, row, amount))
            amount_minor -= amount
    return [*draws, *_granted(amount_minor)]


def _draw(decision: Decision, row: Settlement, amount_minor: int) -> Draw:
    kind = kind_of(decision, row) or FundingKind.GRANT
    payment_id = row.source_id if kind is FundingKind.CASH else None
    return Draw(kind, amount_minor, row.id, payment_id)


def _granted(amount_minor: int) -> list[Draw]:
    return [Draw(FundingKind.GRANT, amount_minor)] if amount_minor else []


def free(decision: Decision, settlement: Settlement) -> int:
    """Return the part of a live settlement that funds no credit and was not refunded."""
    behind = sum(row.amount_minor for row in decision.of(Funding, "settlement_id", settlement.id))
    return max(0, settlement.amount_minor - refunded(decision, settlement) - behind)


def fund(decision: Decision, note: CreditNote, draws: Iterable[Draw]) -> None:
    """Store what a note's credit was given out of."""
    for draw in draws:
        decision.put(
            Funding(
                id=decision.new_id(),
                note_id=note.id,
                kind=draw.kind,
                settlement_id=draw.settlement_id,
                payment_id=draw.payment_id,
                amount_minor=draw.amount_minor,
            )
        )


def unfund(decision: Decision, note: CreditNote, amount_minor: int) -> Iterator[Draw]:
    """Take an amount out of a note's funding, granted parts first. Yield the parts."""
    fundings = decision.of(Funding, "note_id", note.id)
    for row in sorted(fundings, key=lambda row: _RETURN_ORDER.index(row.kind)):
        amount = min(amount_minor, row.amount_minor)
        if amount:
            decision.change(row, amount_minor=row.amount_minor - amount)
            amount_minor -= amount
            yield Draw(row.kind, amount, row.settlement_id, row.payment_id)


def give_back(decision: Decision, draw: Draw) -> None:
    """Put an amount back where it was held, or into a payment's unused money."""
    settlement = decision.get(Settlement, draw.settlement_id)
    payment = decision.get(Payment, draw.payment_id)
    if settlement:
        decision.change(settlement, held_minor=settlement.held_minor + draw.amount_minor)
    elif payment:
        decision.change(payment, unused_minor=payment.unused_minor + draw.amount_minor)


def displace(decision: Decision, settlement: Settlement) -> None:
    """After a refund, turn credit that the money no longer covers into granted credit."""
    over = refunded(decision, settlement) - settlement.amount_minor
    rows = decision.of(Funding, "settlement_id", settlement.id)
    over += sum(row.amount_minor for row in rows)
    for row in rows:
        lost = min(max(over, 0), row.amount_minor)
        if lost:
            over -= lost
            decision.change(row, amount_minor=row.amount_minor - lost)
            fund(decision, decision.the(CreditNote, row.note_id), _granted(lost))


def lose(decision: Decision, payment: Payment) -> None:
    """Mark credit as lost that a reversed payment had funded."""
    for row in decision.of(Funding, "payment_id", payment.id):
        decision.change(row, kind=FundingKind.LOST, settlement_id=None, payment_id=None)


def refundable_fundings(decision: Decision, note: CreditNote) -> list[Funding]:
    """Return the parts of a note's credit that are funded by money."""
    rows = decision.of(Funding, "note_id", note.id)
    return [row for row in rows if row.kind is FundingKind.CASH and row.amount_minor]
