"""Every credit note that Lago's formulas allow is accepted by the engine, to the minor unit."""

from decimal import Decimal
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from core.asks import new_world
from core.world import World
from polaris.core import commands
from polaris.core.balances.credit_amounts import credited
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands.values import CreditedLine, NewLine, TaxRate
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice
from polaris.dialects.lago.rules import LAGO, amounts, notes

CODES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.decimals(0, 30, places=3, allow_nan=False, allow_infinity=False),
    max_size=2,
)


class Asking(NamedTuple):
    """A credit note: the share of each line in thousandths of what is left, and its form."""

    shares: list[int]
    off: int  # difference between the client's amount and the total
    part: str
    voided: bool


ASKING = st.builds(
    Asking,
    st.lists(st.sampled_from([0, 137, 500, 993, 1000]), min_size=4, max_size=4),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from(["credit", "refund", "offset"]),
    st.booleans(),
)


@st.composite
def bills(draw: st.DrawFn) -> list[NewLine]:
    """Draw lines with discounts. Each tax code has one rate."""
    rates = draw(CODES)
    lines = []
    for index in range(draw(st.integers(1, 4))):
        gross = draw(st.integers(1, 9999))
        taxes = tuple(
            TaxRate(code=code, name=code.upper(), rate=Decimal(rate))
            for code, rate in rates.items()
            if draw(st.booleans())
        )
        discount = draw(st.one_of(st.just(0), st.integers(0, gross)))
        lines.append(
            NewLine(id=f"f{index}", amount_minor=gross, discount_minor=discount, taxes=taxes)
        )
    return lines


def billed(lines: list[NewLine], paid: bool) -> World:
    """Return a world with an invoice that has these lines."""
    world = new_world()
    world.perform(
        commands.DraftInvoice(
            invoice_id="inv", customer_id="c1", currency="EUR", lines=tuple(lines)
        )
    )
    world.perform(commands.FinalizeInvoice(invoice_id="inv"))
    total = world.the(Invoice, "inv").total_minor
    if paid and total:
        world.perform(
            commands.ReceivePayment(
                payment_id="p1", currency="EUR", amount_minor=total, apply_to={"inv": total}
            )
        )
    return world


def ask(world: World, note_id: str, asking: Asking) -> commands.IssueCreditNote | None:
    """Return the command for a request with Lago's total, or None if Lago refuses it."""
    balance = InvoiceBalance(world.decision(), world.the(Invoice, "inv"))
    left = amounts.line_left(balance)
    gross = {
        line_id: amount * share // 1000
        for (line_id, amount), share in zip(left.items(), asking.shares, strict=False)
    }
    lines = tuple(
        CreditedLine(line_id=line_id, amount_minor=amount)
        for line_id, amount in gross.items()
        if amount
    )
    exact = amounts.computed(balance, gross, amounts.in_order(balance.notes))
    ours = credited(balance, lines).total
    given = exact.total + asking.off
    parts = notes.Parts(0, 0, 0)._replace(**{asking.part: given})
    asked = notes.Asked(balance, parts, (ours, exact.total))
    if notes.objections(asked):
        return None
    parts = notes.fitted(asked)
    assert parts.total == ours
    return commands.IssueCreditNote(
        note_id=note_id,
        invoice_id="inv",
        lines=lines,
        credit_minor=parts.credit,
        refund_minor=parts.refund,
        offset_minor=parts.offset,
    )


@given(bills(), st.lists(ASKING, min_size=1, max_size=5), st.booleans())
def test_the_engine_accepts_what_lago_accepts(
    lines: list[NewLine], askings: list[Asking], paid: bool
) -> None:
    """Also after other credit notes and voids, and although the client rounds by itself."""
    world = billed(lines, paid)
    for index, asking in enumerate(askings):
        command = ask(world, f"n{index}", asking)
        if command is None:
            continue
        assert world.refused(command, dialect=LAGO) == ()
        if asking.voided and world.the(CreditNote, f"n{index}").balance_minor:
            world.perform(commands.VoidCreditNote(note_id=f"n{index}"), dialect=LAGO)
