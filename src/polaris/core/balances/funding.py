"""What stands behind credit that is given: earlier credit, wallet credits, money, or nothing.

On a live invoice it is only remembered, so that no more is refunded than came in. Once the invoice
is voided, credit is taken out of what the void left held, and returns there when it is taken back.
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
"""Where the value of each kind lies while a voided invoice holds it."""

_ORDER = (FundingKind.NOTES, FundingKind.WALLET, FundingKind.GRANT, FundingKind.CASH)
_RETURN_ORDER = (
    FundingKind.GRANT,
    FundingKind.LOST,
    FundingKind.CASH,
    FundingKind.WALLET,
    FundingKind.NOTES,
)


class Draw(NamedTuple):
    """An amount out of one source."""

    kind: FundingKind
    amount_minor: int
    settlement_id: str | None = None
    payment_id: str | None = None

    @property
    def account(self) -> str:
        """Where the value lies."""
        return ACCOUNTS[self.kind]


def kind_of(decision: Decision, settlement: Settlement) -> FundingKind | None:
    """What a settlement is worth as a source; none when it brought nothing of the customer's."""
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
    """The settlements that can stand behind credit: earlier credit first, money last."""
    kinds = {row.id: kind_of(decision, row) for row in settlements}
    return [
        row
        for kind in _ORDER
        for row in _ordered(decision, kind, [row for row in settlements if kinds[row.id] is kind])
    ]


def _ordered(decision: Decision, kind: FundingKind, rows: list[Settlement]) -> list[Settlement]:
    return refund_order(decision, rows) if kind is FundingKind.CASH else rows


def remembered(decision: Decision, settlements: list[Settlement], amount_minor: int) -> list[Draw]:
    """What stands behind credit on a live invoice. Nothing moves."""
    draws: list[Draw] = []
    for row in sources(decision, settlements):
        amount = min(amount_minor, free(decision, row))
        if amount:
            draws.append(_draw(decision, row, amount))
            amount_minor -= amount
    return [*draws, *_granted(amount_minor)]


def drawn(decision: Decision, settlements: list[Settlement], amount_minor: int) -> list[Draw]:
    """Take an amount out of what a voided invoice holds; what is missing is given for nothing."""
    return _taken(decision, sources(decision, settlements), amount_minor)


def draw_cash(decision: Decision, settlements: list[Settlement], amount_minor: int) -> list[Draw]:
    """Take an amount out of the money that a voided invoice holds, the rest for nothing."""
    money = [row for row in settlements if row.kind is SettlementKind.PAYMENT]
    return _taken(decision, refund_order(decision, money), amount_minor)


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
    """What of a live settlement stands behind no credit and was not refunded."""
    behind = sum(row.amount_minor for row in decision.of(Funding, "settlement_id", settlement.id))
    return max(0, settlement.amount_minor - refunded(decision, settlement) - behind)


def fund(decision: Decision, note: CreditNote, draws: Iterable[Draw]) -> None:
    """Remember what a note's credit was given out of."""
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
    """Take an amount out of a note's funding, what was given for nothing first."""
    fundings = decision.of(Funding, "note_id", note.id)
    for row in sorted(fundings, key=lambda row: _RETURN_ORDER.index(row.kind)):
        amount = min(amount_minor, row.amount_minor)
        if amount:
            decision.change(row, amount_minor=row.amount_minor - amount)
            amount_minor -= amount
            yield Draw(row.kind, amount, row.settlement_id, row.payment_id)


def give_back(decision: Decision, draw: Draw) -> None:
    """Return a drawn amount to where it is held, or to a payment's unused money."""
    settlement = decision.get(Settlement, draw.settlement_id)
    payment = decision.get(Payment, draw.payment_id)
    if settlement:
        decision.change(settlement, held_minor=settlement.held_minor + draw.amount_minor)
    elif payment:
        decision.change(payment, unused_minor=payment.unused_minor + draw.amount_minor)


def displace(decision: Decision, settlement: Settlement) -> None:
    """After a refund: credit that the money no longer covers counts as given for nothing."""
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
    """The money behind credit went back against our will, after the credit was handed out."""
    for row in decision.of(Funding, "payment_id", payment.id):
        decision.change(row, kind=FundingKind.LOST, settlement_id=None, payment_id=None)


def refundable_fundings(decision: Decision, note: CreditNote) -> list[Funding]:
    """The parts of a note's credit that money stands behind."""
    rows = decision.of(Funding, "note_id", note.id)
    return [row for row in rows if row.kind is FundingKind.CASH and row.amount_minor]
