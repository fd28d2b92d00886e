"""What Lago has against a credit note that somebody asks for."""

from collections.abc import Mapping
from typing import NamedTuple

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.projections import payment_status
from polaris.core.facts.invoice import InvoiceKind, Status
from polaris.core.facts.wallet import Lot, Wallet, WalletStatus
from polaris.dialects.lago.rules.amounts import (
    cash_left,
    marked_unpaid,
    offsettable,
    paid,
    sold_left,
    uncredited,
)


class Parts(NamedTuple):
    """What a note is to give, minor units."""

    credit: int
    refund: int
    offset: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self)


class Asked(NamedTuple):
    """A note that somebody asks for: its parts, and what its lines come to."""

    balance: InvoiceBalance
    parts: Parts
    totals: tuple[int, int]  # ours, and Lago's, which may differ by a unit


TOLERANCE_MINOR = 1
"""By so much may what a client adds up differ from what we do."""

HIGHER = "higher_than_remaining_invoice_amount"
REFUND, CREDIT, OFFSET = "refund_amount_cents", "credit_amount_cents", "offset_amount_cents"

Objection = tuple[str, str]  # a field, and what is wrong with it


def not_creditable(balance: InvoiceBalance, parts: Parts) -> bool:
    """Whether it is no invoice to credit: a draft, or credits that are gone or were not paid."""
    if balance.invoice.kind is not InvoiceKind.TOP_UP:
        return balance.invoice.status is Status.DRAFT
    wallets = [balance.decision.get(Wallet, line.wallet_id) for line in balance.lines]
    active = all(one is not None and one.status is WalletStatus.ACTIVE for one in wallets)
    gives = parts.credit > 0 or parts.refund > 0
    return not active or (gives and payment_status(balance.invoice) != "succeeded")


def item_objection(
    balance: InvoiceBalance, left: Mapping[str, int], line_id: str, amount: int
) -> str:
    """Why a line cannot be credited by an amount; empty when it can."""
    if amount < 0:
        return "invalid_value"
    if amount > left[line_id]:
        return "higher_than_remaining_fee_amount"
    sold = sold_left(balance)
    landed = balance.decision.of(Lot, "invoice_id", balance.invoice.id)
    return "higher_than_wallet_balance" if landed and amount > (sold or 0) else ""


def objections(asked: Asked) -> list[Objection]:
    """Everything that Lago has against a note, in its order."""
    return [found for check in CHECKS if (found := check(asked)) is not None]


def _unpaid(asked: Asked) -> Objection | None:
    unpaid = paid(asked.balance) <= 0 or marked_unpaid(asked.balance)
    return (REFUND, "cannot_refund_unpaid_invoice") if asked.parts.refund > 0 and unpaid else None


def _unequal(asked: Asked) -> Objection | None:
    equal = any(abs(asked.parts.total - total) <= TOLERANCE_MINOR for total in asked.totals)
    return None if equal else ("base", "does_not_match_item_amounts")


def _beyond_cash(asked: Asked) -> Objection | None:
    beyond = asked.parts.refund > max(cash_left(asked.balance), 0)
    return (REFUND, HIGHER) if beyond else None


def _beyond_credit(asked: Asked) -> Objection | None:
    beyond = asked.parts.credit > uncredited(asked.balance) + TOLERANCE_MINOR
    return (CREDIT, HIGHER) if beyond else None


def _prepaid(asked: Asked) -> Objection | None:
    sold = sold_left(asked.balance) is not None
    return (CREDIT, "cannot_credit_invoice") if sold and asked.parts.credit > 0 else None


def _beyond_due(asked: Asked) -> Objection | None:
    beyond = asked.parts.offset > offsettable(asked.balance)
    return (OFFSET, HIGHER) if beyond else None


def _prepaid_offset(asked: Asked) -> Objection | None:
    """An offset takes back a whole unpaid sale of credits, or nothing of it."""
    if sold_left(asked.balance) is None or asked.parts.offset <= 0:
        return None
    if paid(asked.balance) > 0:
        return (OFFSET, "cannot_apply_to_paid_invoice")
    whole_sale = asked.parts.offset == asked.balance.invoice.total_minor
    return None if whole_sale else (OFFSET, "not_equal_to_total_amount")


def _beyond_invoice(asked: Asked) -> Objection | None:
    refunded = sum(note.refund_minor for note in asked.balance.notes)
    left = uncredited(asked.balance) - refunded
    return ("base", HIGHER) if asked.parts.total > left + TOLERANCE_MINOR else None


def _nothing(asked: Asked) -> Objection | None:
    nothing = asked.parts.total <= 0 or asked.totals[0] <= 0
    return ("base", "total_amount_must_be_positive") if nothing else None


CHECKS = (
    _unpaid,
    _unequal,
    _beyond_cash,
    _beyond_credit,
    _prepaid,
    _beyond_due,
    _prepaid_offset,
    _beyond_invoice,
    _nothing,
)
"""What is looked at once the lines are known; all of it is told."""


def fitted(asked: Asked) -> Parts:
    """The parts, changed by the unit that they may differ, so that they add up to the lines.

    Credit takes it; without credit the refund, or the offset, as far as they may grow.
    """
    parts, gap = asked.parts, asked.totals[0] - asked.parts.total
    if gap and not parts.credit:
        if parts.refund and gap <= cash_left(asked.balance) - parts.refund:
            return parts._replace(refund=parts.refund + gap)
        if parts.offset and gap <= asked.balance.invoice.outstanding_minor - parts.offset:
            return parts._replace(offset=parts.offset + gap)
    return parts._replace(credit=parts.credit + gap)
