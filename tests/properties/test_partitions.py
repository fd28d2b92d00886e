"""However a note, a credit or a purchase is cut, its parts book the same sums as the whole."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.asks import after, new_world, told
from core.proofs import failures
from core.world import World
from polaris.core import commands as ask
from polaris.core.balances.credit_amounts import credited
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands.values import CreditedLine, NewLine, TaxRate
from polaris.core.facts.invoice import Invoice, LineKind, Rounding
from polaris.core.facts.tenant import Account
from polaris.core.facts.wallet import Lot
from polaris.money import share_out
from properties.asking import TAXES

WEIGHTS = st.lists(st.integers(0, 60), min_size=1, max_size=5).filter(any)


@given(WEIGHTS)
def test_no_share_falls_when_the_amount_grows(weights: list[int]) -> None:
    total = sum(weights)
    shares = [share_out(amount, weights) for amount in range(total + 1)]
    assert shares[-1] == weights
    for amount, (lower, higher) in enumerate(pairwise(shares), 1):
        assert sum(higher) == amount
        assert all(one <= other for one, other in zip(lower, higher, strict=True))


def parts_of(whole: int, cuts: list[int]) -> list[int]:
    """Cut a whole at these places, in thousandths."""
    places = sorted({0, whole, *(whole * cut // 1000 for cut in cuts)})
    return [end - begin for begin, end in pairwise(places)]


CUTS = st.lists(st.integers(0, 1000), max_size=12)


def alone(net: int, taxes: tuple[TaxRate, ...]) -> World:
    """A world with a standalone note, and an invoice that it can settle."""
    world = new_world()
    line = CreditedLine(amount_minor=net, taxes=taxes)
    note = ask.IssueStandaloneNote(note_id="alone", customer_id="c1", currency="EUR", lines=(line,))
    world.perform(note)
    return after("draft lines=@untaxed_new", "finalize", world=world)


def void_in_parts(world: World, parts: list[int]) -> None:
    """Void a standalone note part by part: the rest is applied meanwhile, and then removed."""
    left = sum(parts)
    for amount in parts:
        left -= amount
        if left:
            world.perform(told(f"apply_note of=alone amount={left}"))
        world.perform(told("void_note of=alone"))
        if left:
            world.perform(told("remove_note of=alone"))
        assert failures(world.facts) == []


def test_a_note_of_a_hundred_voided_in_a_hundred_parts_leaves_nothing() -> None:
    world = alone(50, (TaxRate(code="all", name="ALL", rate=TAXES[0].rate, amount_minor=50),))
    void_in_parts(world, [1] * 100)
    assert world.books() == {"ACCOUNTS_RECEIVABLE": 1000, "SALES": -1000}


@given(st.integers(1, 900), st.integers(0, 3), CUTS)
def test_a_standalone_note_is_voided_by_any_cut(net: int, taxes: int, cuts: list[int]) -> None:
    world = alone(net, TAXES[:taxes])
    total = -world.books()["CUSTOMER_CREDITS:NOTES"]
    void_in_parts(world, parts_of(min(total, 1000), cuts) if total <= 1000 else [total])
    assert world.books() == {"ACCOUNTS_RECEIVABLE": 1000, "SALES": -1000}


@st.composite
def lines(draw: st.DrawFn) -> tuple[NewLine, ...]:
    """Draw lines with discounts and taxes, on every kind of account that a line can name."""
    found = []
    for index in range(draw(st.integers(1, 3))):
        gross = draw(st.integers(1, 3000))
        discount = draw(st.integers(0, gross))
        line = NewLine(
            id=f"l{index}",
            kind=draw(st.sampled_from([LineKind.CHARGE, LineKind.TIP])),
            amount_minor=gross,
            discount_minor=discount,
            taxes=TAXES[: draw(st.integers(0, 4))],
            account=draw(st.sampled_from([None, "SALES", "RENT", "TIPS", "DEPOSITS"])),
        )
        found.append(line)
    return tuple(found)


def billed(of: tuple[NewLine, ...], rounding: Rounding) -> World:
    """A world in which these lines were billed."""
    world = new_world()
    world.facts.add([Account(id="DEPOSITS", kind="liability")])
    bill = ask.IssueInvoice(
        invoice_id="inv", customer_id="c1", currency="EUR", lines=of, rounding=rounding
    )
    world.perform(bill)
    return world


def credit(world: World, note_id: str, line_id: str, amount: int) -> None:
    """Credit part of a line, as credit; it may come to nothing after its discount."""
    asked = (CreditedLine(line_id=line_id, amount_minor=amount),)
    sums = credited(InvoiceBalance(world.decision(), world.the(Invoice, "inv")), asked)
    note = ask.IssueCreditNote(
        note_id=note_id, invoice_id="inv", lines=asked, credit_minor=sums.total
    )
    world.perform(note)
    assert failures(world.facts) == []


@given(lines(), CUTS, st.sampled_from(list(Rounding)))
def test_an_invoice_is_credited_by_any_cut(
    of: tuple[NewLine, ...], cuts: list[int], rounding: Rounding
) -> None:
    """Each account of its lines returns to zero by itself. Only sales stay as they were billed:
    what notes take back of them is on another account."""
    world = billed(of, rounding)
    total = world.the(Invoice, "inv").total_minor
    for line in of:
        for index, amount in enumerate(parts_of(line.amount_minor or 0, cuts)):
            credit(world, f"{line.id}-{index}", line.id or "", amount)
    books = world.books()
    assert books.pop("ACCOUNTS_RECEIVABLE", 0) == total == -books.pop("CUSTOMER_CREDITS:NOTES", 0)
    revenue = [books.pop(name, 0) for name in ("SALES", "DISCOUNTS", "CUSTOMER_REFUNDS")]
    assert (sum(revenue), books) == (0, {})


@given(st.integers(1, 5000), st.booleans(), CUTS)
def test_a_purchase_lands_whole_by_any_cut(amount: int, taxed: bool, cuts: list[int]) -> None:
    world = after("wallet")
    taxes = TAXES[:1] if taxed else ()
    world.perform(
        ask.BuyCredits(invoice_id="top", wallet_id="wallet", amount_minor=amount, taxes=taxes)
    )
    total = world.the(Invoice, "top").total_minor
    for index, paid in enumerate(parts_of(total, cuts)):
        world.perform(told(f'pay payment_id=p{index} amount={paid} apply_to={{"top":{paid}}}'))
        assert failures(world.facts) == []
    assert sum(lot.left_minor for lot in world.all(Lot)) == amount


@given(st.integers(1, 1200), CUTS)
def test_an_invoice_is_written_off_by_any_cut(amount: int, cuts: list[int]) -> None:
    world = after("billed")
    for index, part in enumerate(parts_of(amount, cuts)):
        world.perform(told(f"write_off write_off_id=w{index} amount={part}"))
    assert world.books()["BAD_DEBT"] == amount
    assert failures(world.facts) == []
