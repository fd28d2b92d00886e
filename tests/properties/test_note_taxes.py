"""A credit note's tax is that of its rate on its base within a minor unit, however it is cut."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from core.asks import new_world
from core.proofs import failures
from core.world import World
from polaris.core import commands as ask
from polaris.core.balances.credit_amounts import credited
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands.values import CreditedLine, NewLine, TaxRate, VoidNote
from polaris.core.facts.credit_note import NoteLine, NoteTax
from polaris.core.facts.invoice import Invoice, Rounding, Tax
from polaris.money import rounded

RATES = st.one_of(
    st.sampled_from([Decimal(20), Decimal(25), Decimal(3), Decimal("5.5"), Decimal("1.234567")]),
    st.decimals(0, 60, places=3, allow_nan=False, allow_infinity=False).map(Decimal),
)
CODES = st.lists(RATES, min_size=1, max_size=4).map(
    lambda rates: [
        TaxRate(code=f"t{at}", name=f"T{at}", rate=rate) for at, rate in enumerate(rates)
    ]
)
SHARES = st.lists(
    st.lists(st.sampled_from([0, 0, 1, 13, 137, 333, 500, 993, 1000]), min_size=5, max_size=5),
    max_size=6,
)
"""Notes, each with the thousandths of what is left that it credits of each line."""


def inclusive(gross: int, taxes: tuple[TaxRate, ...]) -> tuple[int, tuple[TaxRate, ...]]:
    """The net amount and the taxes of a price that includes them."""
    parts = 100 + sum((tax.rate or Decimal(0) for tax in taxes), Decimal(0))
    amounts = [rounded(gross * (tax.rate or Decimal(0)) / parts) for tax in taxes]
    named = (
        TaxRate(code=tax.code, name=tax.name, rate=tax.rate, amount_minor=amount)
        for tax, amount in zip(taxes, amounts, strict=True)
    )
    return max(gross - sum(amounts), 0), tuple(named)


@st.composite
def bills(draw: st.DrawFn) -> tuple[NewLine, ...]:
    """Draw lines with discounts and up to four taxes, priced with or without them."""
    codes, includes = draw(CODES), draw(st.booleans())
    found = []
    for index in range(draw(st.integers(1, 5))):
        amount = draw(st.one_of(st.integers(1, 30), st.integers(1, 9999)))
        taxes = tuple(tax for tax in codes if draw(st.booleans()))
        discount = 0
        if includes:
            amount, taxes = inclusive(amount, taxes)
        elif draw(st.booleans()):
            discount = draw(st.integers(0, amount))
        found.append(
            NewLine(id=f"l{index}", amount_minor=amount, discount_minor=discount, taxes=taxes)
        )
    return tuple(found)


def billed(of: tuple[NewLine, ...], rounding: Rounding) -> World:
    """A world in which these lines were billed."""
    world = new_world()
    bill = ask.IssueInvoice(
        invoice_id="inv", customer_id="c1", currency="EUR", lines=of, rounding=rounding
    )
    world.perform(bill)
    return world


def exact(rate: Decimal | None, base_minor: int) -> int:
    """The tax of a rate in percent on a base, rounded."""
    return rounded((rate or Decimal(0)) * base_minor / 100)


def fitting_codes(world: World) -> set[str]:
    """The codes whose tax on the invoice is that on the base within a minor unit."""
    rows = world.all(Tax)
    found = set()
    for code in {row.code for row in rows}:
        of_code = [row for row in rows if row.code == code]
        base = sum(row.base_minor for row in of_code)
        amount = sum(row.amount_minor for row in of_code)
        if abs(amount - exact(of_code[0].rate, base)) <= 1:
            found.add(code)
    return found


def lines_of(world: World, tax: NoteTax) -> int:
    """How many lines of the note have this tax."""
    taxed = {row.line_id for row in world.all(Tax) if row.code == tax.code}
    return sum(row.note_id == tax.note_id and row.line_id in taxed for row in world.all(NoteLine))


def misfits(world: World) -> list[NoteTax]:
    """The taxes of notes that are further from that on their base than they may be.

    A code that does not fit on the invoice itself may be off by half a unit more for each line,
    because the tax of each line was rounded.
    """
    fitting = fitting_codes(world)
    return [
        row
        for row in world.all(NoteTax)
        if abs(row.amount_minor - exact(row.rate, row.base_minor))
        > (1 if row.code in fitting else 1 + -(-lines_of(world, row) // 2))
    ]


def credit(world: World, note_id: str, shares: list[int]) -> None:
    """Credit thousandths of what is left of each line, as credit."""
    balance = InvoiceBalance(world.decision(), world.the(Invoice, "inv"))
    amounts = {
        line_id: left * share // 1000
        for (line_id, left), share in zip(balance.line_left().items(), shares, strict=False)
    }
    asked = tuple(
        CreditedLine(line_id=line_id, amount_minor=amount)
        for line_id, amount in amounts.items()
        if amount
    )
    if asked:
        total = credited(balance, asked).total
        note = ask.IssueCreditNote(
            note_id=note_id, invoice_id="inv", lines=asked, credit_minor=total
        )
        world.perform(note)
        assert failures(world.facts) == []


def tax_left(world: World) -> dict[str, int]:
    """What the notes left of the tax of each code, zeros left out."""
    left: dict[str, int] = {}
    for tax in world.all(Tax):
        left[tax.code] = left.get(tax.code, 0) + tax.amount_minor
    for part in world.all(NoteTax):
        left[part.code] -= part.amount_minor
    return {code: amount for code, amount in left.items() if amount}


def test_a_note_does_not_take_the_rounding_of_all_codes_from_one_of_them() -> None:
    """23 at 25 % and 3 % is taxed 5 and 1. Of 13 the tax is 3.25 and 0.39, together 4, of 10 it is
    2.50 and 0.30. If the first code gave 4 at first, 1 would be left, two less than 3."""
    taxes = (
        TaxRate(code="t0", name="T0", rate=Decimal(25)),
        TaxRate(code="t1", name="T1", rate=Decimal(3)),
    )
    world = billed((NewLine(id="l0", amount_minor=23, taxes=taxes),), Rounding.PER_DOCUMENT)
    for note_id, amount in (("a", 13), ("b", 10)):
        asked = (CreditedLine(line_id="l0", amount_minor=amount),)
        total = credited(InvoiceBalance(world.decision(), world.the(Invoice, "inv")), asked).total
        world.perform(
            ask.IssueCreditNote(note_id=note_id, invoice_id="inv", lines=asked, credit_minor=total)
        )
    found = [
        (row.note_id, row.code, row.base_minor, row.amount_minor) for row in world.all(NoteTax)
    ]
    assert found == [
        ("a", "t0", 13, 3),
        ("a", "t1", 13, 1),
        ("b", "t0", 10, 2),
        ("b", "t1", 10, 0),
    ]


@settings(max_examples=300)
@given(bills(), SHARES, st.sampled_from(list(Rounding)))
def test_the_tax_of_every_note_fits_its_base(
    of: tuple[NewLine, ...], notes: list[list[int]], rounding: Rounding
) -> None:
    world = billed(of, rounding)
    for index, shares in enumerate([*notes, [1000] * 5]):
        credit(world, f"n{index}", shares)
        assert all(amount > 0 for amount in tax_left(world).values())
    assert misfits(world) == []
    assert tax_left(world) == {}


@given(bills(), SHARES.map(lambda notes: notes[:2]), st.integers(1, 1000), st.data())
def test_the_tax_of_a_voids_notes_fits_its_base(
    of: tuple[NewLine, ...], notes: list[list[int]], share: int, data: st.DataObject
) -> None:
    world = billed(of, data.draw(st.sampled_from(list(Rounding))))
    for index, shares in enumerate(notes):
        credit(world, f"n{index}", shares)
    balance = InvoiceBalance(world.decision(), world.the(Invoice, "inv"))
    note = data.draw(st.sampled_from(list(VoidNote)))
    amount = balance.creditable * share // 1000
    void = ask.VoidInvoice(invoice_id="inv", credit_minor=amount, note=note)
    assert world.refused(void) in ((), ("already_credited",))
    assert failures(world.facts) == []
    assert misfits(world) == []
