"""Lago's checks of a requested credit note."""

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
    """How a note's total is given back, in minor units."""

    credit: int
    refund: int
    offset: int

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return sum(self)


class Asked(NamedTuple):
    """A requested note: its parts, and the totals of its lines."""

    balance: InvoiceBalance
    parts: Parts
    totals: tuple[int, int]  # Polaris's and Lago's, in minor units; they may differ by one


TOLERANCE_MINOR = 1
"""The allowed difference between the client's sum and Polaris's sum."""

HIGHER = "higher_than_remaining_invoice_amount"
REFUND, CREDIT, OFFSET = "refund_amount_cents", "credit_amount_cents", "offset_amount_cents"

Objection = tuple[str, str]  # a field, and what is wrong with it


def not_creditable(balance: InvoiceBalance, parts: Parts) -> bool:
    """True for a draft, a top-up of an inactive wallet, and credit or refund of an unpaid one."""
    if balance.invoice.kind is not InvoiceKind.TOP_UP:
        return balance.invoice.status is Status.DRAFT
    wallets = [balance.decision.get(Wallet, line.wallet_id) for line in balance.lines]
    active = all(one is not None and one.status is WalletStatus.ACTIVE for one in wallets)
    gives = parts.credit > 0 or parts.refund > 0
    return not active or (gives and payment_status(balance.invoice) != "succeeded")


def item_objection(
    balance: InvoiceBalance, left: Mapping[str, int], line_id: str, amount: int
) -> str:
    """Return the code of why a line cannot be credited by an amount; empty if it can."""
    if amount < 0:
        return "invalid_value"
    if amount > left[line_id]:
        return "higher_than_remaining_fee_amount"
    sold = sold_left(balance)
    landed = balance.decision.of(Lot, "invoice_id", balance.invoice.id)
    return "higher_than_wallet_balance" if landed and amount > (sold or 0) else ""


def objections(asked: Asked) -> list[Objection]:
    """Return every objection to the note, in Lago's order."""
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
    """An offset of a top-up must cancel the whole unpaid invoice."""
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
"""The checks once the lines are known; all objections are answered together."""


def fitted(asked: Asked) -> Parts:
    """Return the parts, adjusted by the allowed difference so that they add up to the lines.

    The credit is adjusted; without credit the refund or the offset, if its limit allows it.
    """
    parts, gap = asked.parts, asked.totals[0] - asked.parts.total
    if gap and not parts.credit:
        if parts.refund and gap <= cash_left(asked.balance) - parts.refund:
            return parts._replace(refund=parts.refund + gap)
        if parts.offset and gap <= asked.balance.invoice.outstanding_minor - parts.offset:
            return parts._replace(offset=parts.offset + gap)
    return parts._replace(credit=parts.credit + gap)
