"""Lago's own limits on credit notes, and how a client's rounding is taken."""

import pytest

from core.test_credit_notes import billed
from core.values import line, part
from core.world import World
from polaris.core import commands
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.facts.invoice import Invoice
from polaris.dialects.lago.rules import LAGO
from polaris.dialects.lago.rules.notes import Asked, Parts, fitted

ALL = part(1000, "f1")


def credit(note_id: str) -> commands.IssueCreditNote:
    """A note that credits all of the one line."""
    return commands.IssueCreditNote(
        note_id=note_id, invoice_id="inv", lines=(ALL,), credit_minor=1200
    )


def test_a_voided_note_uses_its_line_up_for_lago_alone() -> None:
    world = billed(line(id="f1", amount_minor=1000))
    world.perform(credit("n1"))
    world.perform(commands.VoidCreditNote(note_id="n1"))
    assert world.refused(credit("n2"), dialect=LAGO) == ("line_over_credited",)
    assert world.refused(credit("n2")) == ()


def test_a_note_that_only_offset_can_be_voided() -> None:
    """The rule and the action look at the same sum: the balance and the offset."""
    world = billed(line(id="f1", amount_minor=1000))
    world.perform(
        commands.IssueCreditNote(note_id="n1", invoice_id="inv", lines=(ALL,), offset_minor=1200)
    )
    void = commands.VoidCreditNote(note_id="n1")
    assert world.refused(void, dialect=LAGO) == ()


def half_paid() -> World:
    """An invoice of 1,200 with 600 paid and 600 due."""
    world = billed(line(id="f1", amount_minor=1000))
    world.perform(
        commands.ReceivePayment(
            payment_id="p1", currency="EUR", amount_minor=600, apply_to={"inv": 600}
        )
    )
    return world


@pytest.mark.parametrize(
    ("asked", "total", "given"),
    [
        (Parts(400, 100, 100), 600, Parts(400, 100, 100)),
        (Parts(400, 100, 100), 601, Parts(401, 100, 100)),
        (Parts(400, 100, 100), 599, Parts(399, 100, 100)),
        (Parts(0, 500, 100), 601, Parts(0, 501, 100)),
        (Parts(0, 600, 100), 701, Parts(0, 600, 101)),
        (Parts(0, 600, 100), 699, Parts(0, 599, 100)),
        (Parts(0, 0, 599), 600, Parts(0, 0, 600)),
        (Parts(0, 0, 600), 599, Parts(0, 0, 599)),
        (Parts(0, 600, 600), 1201, Parts(1, 600, 600)),
    ],
)
def test_the_unit_by_which_a_client_errs_goes_where_there_is_room(
    asked: Parts, total: int, given: Parts
) -> None:
    """Into credit; without credit into the refund, then the offset, while money and debt allow."""
    world = half_paid()
    balance = InvoiceBalance(world.decision(), world.the(Invoice, "inv"))
    assert fitted(Asked(balance, asked, (total, total))) == given
    assert given.total == total
