"""Deliberate mistakes that a programmer could make in recipes and actions."""

from collections.abc import Callable
from typing import Any

import pytest

from polaris.core.actions import (
    annotate,
    apply_credit_note,
    apply_payment,
    credits,
    issue_credit_note,
    receive_payment,
    refund_payment,
    void,
    void_credit_note,
)
from polaris.core.balances import credit_amounts, funding, invoice, numbering, settlement
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Settlement, SettlementKind
from polaris.core.facts.payment import Refund, RefundState
from polaris.core.ledger import chart, posting, recipes
from polaris.core.ledger.posting import EntryKind, Leg

Mistake = Callable[[pytest.MonkeyPatch], None]


def leg(name: str, *, debit: str | None = None, credit: str | None = None) -> Mistake:
    """A recipe of one leg uses a wrong account."""
    right: Callable[..., Leg] = getattr(recipes, name)

    def wrong(*given: Any) -> Leg:
        made = right(*given)
        return made._replace(debit=debit or made.debit, credit=credit or made.credit)

    return lambda patch: patch.setattr(recipes, name, wrong)


def swapped(name: str) -> Mistake:
    """A recipe of one leg has its sides the wrong way round."""
    right: Callable[..., Leg] = getattr(recipes, name)

    def wrong(*given: Any) -> Leg:
        made = right(*given)
        return Leg(made.credit, made.debit, made.amount_minor)

    return lambda patch: patch.setattr(recipes, name, wrong)


def without(name: str, index: int) -> Mistake:
    """A recipe of two legs loses one."""
    right: Callable[..., tuple[Leg, Leg]] = getattr(recipes, name)

    def wrong(*given: Any) -> tuple[Leg]:
        return (right(*given)[index],)

    return lambda patch: patch.setattr(recipes, name, wrong)


def twice(where: object, name: str) -> Mistake:
    """A function does its work twice."""
    right = getattr(where, name)

    def wrong(*given: Any, **named: Any) -> Any:
        right(*given, **named)
        return right(*given, **named)

    return lambda patch: patch.setattr(where, name, wrong)


def never(where: object, name: str, answer: object = None) -> Mistake:
    """A function does nothing, and always returns the same answer."""
    return lambda patch: patch.setattr(where, name, lambda *_given, **_named: answer)


def left_standing(kind: EntryKind) -> Mistake:
    """A void forgets to reverse the entries of a kind."""
    return lambda patch: patch.setattr(void, "UNDONE_BY_VOID", posting.UNDONE_BY_VOID - {kind})


def not_swapped(patch: pytest.MonkeyPatch) -> None:
    """A reversal books the same again."""
    patch.setattr("polaris.core.decision.reversed_postings", tuple)


def drawn_without_taking(patch: pytest.MonkeyPatch) -> None:
    """Money that a void holds is used, but stays held."""

    def wrong(decision: Decision, rows: list[Settlement], amount: int) -> list[funding.Draw]:
        return [
            *(funding._draw(decision, row, row.held_minor) for row in rows if row.held_minor),
            *funding._granted(amount),
        ][:1]

    patch.setattr(funding, "_taken", wrong)


def refunds_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Earlier refunds are not counted when another refund is requested."""
    for where in (invoice, refund_payment):
        patch.setattr(where, "unrefunded", lambda _decision, row: row.amount_minor)


def held_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A void removes payments without holding their money."""

    def wrong(decision: Decision, row: Settlement, give_back: object) -> None:
        decision.change(row, removed_at=decision.at)

    patch.setattr(void, "end", wrong)


def credit_not_counted(patch: pytest.MonkeyPatch) -> None:
    """Earlier notes do not lower what can still be credited."""
    patch.setattr(invoice.InvoiceBalance, "credited", 0)


def landed_forgotten(patch: pytest.MonkeyPatch) -> None:
    """All credits of a top-up are added again, even those that are in the wallet already."""
    patch.setattr(settlement, "unlanded", lambda _decision, invoice: invoice.net_minor)


def refunds_said_not_kept(patch: pytest.MonkeyPatch) -> None:
    """The new state of a note's refunds is booked, but the refunds do not change."""

    def wrong(decision: Decision, note: CreditNote, state: RefundState) -> None:
        for row in decision.of(Refund, "note_id", note.id):
            if state is RefundState.SETTLED and row.state is RefundState.REQUESTED:
                refund_payment.pay_out(decision, row)

    patch.setattr(annotate, "report_all", wrong)


def unused_stays(patch: pytest.MonkeyPatch) -> None:
    """Applied money can be applied again."""

    def wrong(decision: Decision, payment: Any, invoice: Any, amount: int) -> None:
        if amount:
            booked = EntryKind.PAYMENT_APPLIED, recipes.payment_applied(amount)
            kind = SettlementKind.PAYMENT
            settlement.settle(decision, invoice.id, kind, payment, amount, booked)

    for where in (apply_payment, receive_payment):
        patch.setattr(where, "apply", wrong)


MISTAKES: dict[str, Mistake] = {
    "a payment is applied the wrong way round": swapped("payment_applied"),
    "a credit note is booked the wrong way round": swapped("note_issued"),
    "a refund leaves from the wrong account": leg("refund_settled", credit=chart.CASH),
    "a refund is settled against credit": leg("refund_settled", debit=chart.NOTES),
    "a converted refund becomes unused money": leg("refund_converted", credit=chart.UNAPPLIED),
    "tax is booked as revenue": leg("taxed", credit=chart.SALES),
    "purchased credits are spent like granted ones": leg(
        "credits_consumed", debit=chart.PROMOTIONAL
    ),
    "a void's credit always comes out of money": leg("credit_given", debit=chart.UNAPPLIED),
    "a voided note's credit always becomes money": leg(
        "note_balance_voided", credit=chart.UNAPPLIED
    ),
    "lapsed credits stay owed": leg("credits_lapsed", debit=chart.UNEARNED),
    "earlier credit is cleared out of nothing": leg("earlier_given", debit=chart.GRANTED),
    "a note's refund leg is lost": without("note_settled", 0),
    "a note's credit leg is lost": without("note_settled", 1),
    "a provider's fee is not booked": without("payment_received", 0),
    "money handed out is not lost when a payment goes back": without("payment_reversed", 0),
    "credit notes are given back twice": twice(void, "reopen"),
    "wallet credits are given back twice": twice(void, "refill"),
    "bought credits land twice": twice(settlement, "land"),
    "bought credits land again whenever they are said to be paid": landed_forgotten,
    "a note's refunds stay where they are, whatever is booked": refunds_said_not_kept,
    "an entry is reversed twice": twice(Decision, "reverse"),
    "a note's funding is returned twice": twice(void_credit_note, "give_back"),
    "a number is used twice": never(numbering, "fresh", "INV-7"),
    "a number is not registered": never(numbering, "register", "INV-7"),
    "restored credits are not refilled": never(credits, "refill"),
    "a removed note gets no balance back": never(apply_credit_note, "reopen"),
    "credit has no funding": never(issue_credit_note, "remembered", []),
    "kept top-ups are not paid for": never(void, "keep_or_revoke_top_up", []),
    "what earlier notes gave is not cleared": never(void, "clear_earlier_credit", []),
    "what earlier notes refunded is not cleared": never(void, "clear_earlier_refunds", []),
    "a revoked credit stays in its lot": never(void, "revoke"),
    "a discount is forgotten in a credit note": never(credit_amounts, "_discount", 0),
    "a reversal books the same again": not_swapped,
    "held money is drawn and kept": drawn_without_taking,
    "refunds are not counted": refunds_forgotten,
    "money is not held by a void": held_forgotten,
    "earlier credit is not counted": credit_not_counted,
    "applied money stays unused": unused_stays,
    **{
        f"a void leaves {kind} standing": left_standing(kind)
        # Every process that runs tests has to collect them in the same order.
        for kind in sorted(posting.UNDONE_BY_VOID)
    },
}
