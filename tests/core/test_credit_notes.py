"""What a credit note comes to: discounts, taxes, rounding, the last note; Lago's own numbers."""

from decimal import Decimal

import pytest

from core.asks import after, new_world, told
from core.proofs import failures
from core.values import line, part, taxed
from core.world import World
from polaris.core.actions.apply_credit_note import use
from polaris.core.balances.credit_amounts import Credited, credited
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.tax import weighted_rate
from polaris.core.commands import DraftInvoice, FinalizeInvoice, IssueCreditNote
from polaris.core.commands.values import CreditedLine, NewLine
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice, Rounding

TEN = taxed(code="ten", name="TEN", rate=Decimal(10))
OTHER_TEN = taxed(code="other", name="OTHER", rate=Decimal(10))

COUPON = (
    line(id="f1", amount_minor=17900, taxes=(TEN,)),
    line(id="f2", amount_minor=39900, discount_minor=25000, taxes=(TEN, OTHER_TEN)),
)
TWO_FEES = (line(id="f1", amount_minor=6833), line(id="f2", amount_minor=6833))


def billed(*lines: NewLine, rounding: Rounding = Rounding.PER_DOCUMENT) -> World:
    """A world in which these lines were billed."""
    world = new_world()
    world.perform(
        DraftInvoice(
            invoice_id="inv", customer_id="c1", currency="EUR", lines=lines, rounding=rounding
        )
    )
    world.perform(FinalizeInvoice(invoice_id="inv"))
    return world


def estimate(world: World, *parts: CreditedLine) -> Credited:
    """What a note over these parts would come to."""
    balance = InvoiceBalance(world.decision(), world.the(Invoice, "inv"))
    return credited(balance, parts)


def issue(world: World, note_id: str, *parts: CreditedLine) -> CreditNote:
    """Credit these parts, all as credit."""
    total = estimate(world, *parts).total
    world.perform(
        IssueCreditNote(note_id=note_id, invoice_id="inv", lines=parts, credit_minor=total)
    )
    assert failures(world.facts) == []
    return world.the(CreditNote, note_id)


def position_of(world: World) -> InvoiceBalance:
    return InvoiceBalance(world.decision(), world.the(Invoice, "inv"))


# ---------------------------------------------------------------- Lago's numbers, in cents


def test_several_taxes_and_a_coupon() -> None:
    world = billed(*COUPON)
    invoice = world.the(Invoice, "inv")
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (32800, 4770, 37570)
    taxes = [(row.rate, row.base_minor) for row in position_of(world).taxes]
    assert weighted_rate(taxes, invoice.net_minor) == Decimal("14.54268")


def test_the_full_estimate_of_it_with_1200_paid() -> None:
    world = after("pay amount=1200", world=billed(*COUPON))
    whole = estimate(world, part(17900, "f1"), part(39900, "f2"))
    assert (whole.net, whole.tax, whole.total) == (32800, 4770, 37570)
    assert sum(one.discount_minor for one in whole.lines) == 25000
    balance = position_of(world)
    assert (balance.creditable, balance.refundable) == (37570, 1200)


def test_a_part_of_its_second_line() -> None:
    """11767 is creditable: 26260 less 16454 of the coupon, and 1961 tax."""
    some = estimate(billed(*COUPON), part(26260, "f2"))
    assert [one.discount_minor for one in some.lines] == [16454]
    assert (some.net, some.tax, some.total) == (9806, 1961, 11767)
    assert weighted_rate([(tax.rate, tax.base_minor) for tax in some.taxes], some.net) == 20


def test_the_last_note_takes_what_rounding_left() -> None:
    world = billed(*TWO_FEES)
    invoice = world.the(Invoice, "inv")
    assert (invoice.tax_minor, invoice.total_minor) == (2733, 16399)
    first = issue(world, "first", part(6833, "f1"))
    last = issue(world, "last", part(6833, "f2"))
    assert (first.tax_minor, first.total_minor) == (1367, 8200)
    assert (last.tax_minor, last.total_minor) == (1366, 8199)


def test_a_termination_at_25_percent() -> None:
    quarter = taxed(rate=Decimal(25))
    note = estimate(billed(line(id="l1", amount_minor=20000, taxes=(quarter,))), part(19333))
    assert (note.net, note.tax, note.total) == (19333, 4833, 24166)


def test_offset_credit_and_refund_have_their_own_limits() -> None:
    """Lago: creditable is what no note took, refundable what was paid, offsettable what is due."""
    world = after("billed", "pay amount=900", "credit credit=500 refund=100")
    balance = position_of(world)
    assert (balance.creditable, balance.refundable) == (600, 800)
    assert world.the(Invoice, "inv").outstanding_minor == 300


# ---------------------------------------------------------------- our own


@pytest.mark.parametrize(
    ("rounding", "tax"), [(Rounding.PER_DOCUMENT, 2733), (Rounding.PER_LINE, 2734)]
)
def test_the_rounding_rule_is_frozen_on_the_invoice(rounding: Rounding, tax: int) -> None:
    """1,366.6 twice: rounded once, or on each line."""
    world = billed(*TWO_FEES, rounding=rounding)
    assert world.the(Invoice, "inv").tax_minor == tax
    whole = estimate(world, part(6833, "f1"), part(6833, "f2"))
    assert whole.tax == tax


def test_notes_of_single_cents_never_give_more_than_the_discount_leaves() -> None:
    """A discount of four in ten, credited cent by cent, is given back whole and no further."""
    world = billed(line(id="l1", amount_minor=10, discount_minor=4, taxes=()))
    notes = [issue(world, f"note-{index}", part(1)) for index in range(10)]
    assert sum(note.total_minor for note in notes) == 6
    assert min(note.total_minor for note in notes) >= 0


def test_notes_of_single_cents_never_give_more_than_the_tax() -> None:
    world = billed(line(id="l1", amount_minor=7))
    notes = [issue(world, f"note-{index}", part(1)) for index in range(7)]
    assert sum(note.tax_minor for note in notes) == world.the(Invoice, "inv").tax_minor == 1
    assert standing_tax(world) == 0


def standing_tax(world: World) -> int:
    return world.books().get("SALES_TAXES_PAYABLE:VAT", 0)


def test_two_codes_with_one_name_are_given_back_together() -> None:
    """The account is of the name, the rows are of the codes."""
    low = taxed(code="low", rate=Decimal(5))
    world = billed(line(id="l1", taxes=(low,)), line(id="l2"))
    issue(world, "note", part(1000, "l1"), part(1000, "l2"))
    assert standing_tax(world) == 0


def test_a_given_tax_goes_back_in_proportion() -> None:
    given = taxed(rate=None, amount_minor=218)
    world = billed(line(id="l1", amount_minor=2500, discount_minor=250, taxes=(given,)))
    assert world.the(Invoice, "inv").total_minor == 2250 + 218
    half = issue(world, "half", part(1250))
    assert (half.net_minor, half.tax_minor) == (1125, 109)


def test_a_note_taken_back_whole_frees_its_lines() -> None:
    world = after("billed", "credit lines=@all credit=1200", "void_note")
    assert position_of(world).creditable == 1200
    after("credit of=again lines=@all credit=1200", world=world)
    assert world.books()["CUSTOMER_CREDITS:NOTES"] == -1200


def test_a_note_taken_back_in_part_frees_as_much_of_the_invoice() -> None:
    """Its lines stay credited; a void shares what is left over the whole invoice."""
    spent = ("credit lines=@all credit=1200", "billed_two", "apply_note for=two amount=300")
    world = after("billed", *spent, "void_note")
    assert position_of(world).creditable == 900
    after("remove_note for=two", "void_note", world=world)
    assert position_of(world).creditable == 1200
    world = after("billed", *spent, "void_note")
    after("void credit=900", world=world)
    note = world.the(CreditNote, "void-note")
    assert (note.total_minor, note.net_minor + note.tax_minor) == (900, 900)


def test_credit_asked_in_two_rows_of_a_line_is_one() -> None:
    world = billed(line(id="l1", amount_minor=333))
    assert estimate(world, part(100), part(100)).total == estimate(world, part(200)).total


def test_a_note_never_settles_its_own_invoice() -> None:
    """That is its offset. Otherwise a void would make the credit spendable again, for nothing."""
    world = after("billed", "credit offset=200 credit=400")
    assert world.refused(told("apply_note")) == ("note_of_same_invoice",)
    assert world.refused(told("remove_note")) == ("not_applied",)
    after("void", world=world)
    assert world.books() == {"CREDITS_GRANTED": 400, "CUSTOMER_CREDITS:NOTES": -400}


def test_a_void_ends_credit_that_had_settled_its_own_invoice() -> None:
    """Older books hold such notes. The void leaves as little as an offset would have left."""
    world = after("billed", "credit credit=400 lines=@four_hundred")
    decision = world.decision()
    use(decision, world.the(CreditNote, "note"), "inv", 400)
    world.facts.add(decision.all_rows())
    after("void", world=world)
    assert world.books() == {}
    assert world.the(CreditNote, "note").balance_minor == 0


def test_credit_on_an_unpaid_invoice_is_no_money() -> None:
    """Lago grants credit for what was never paid; refunding it would pay money never received."""
    world = after("billed", "credit")
    assert world.refused(told("refund of=note amount=1")) == ("not_refundable",)


def test_a_refund_takes_the_money_away_from_behind_earlier_credit() -> None:
    """Paid 600: credit of 600 could have been refunded, but then 600 is refunded by another."""
    world = after("billed", "pay amount=600", "credit", "credit of=more credit=0 refund=600")
    assert world.refused(told("refund of=note amount=1")) == ("not_refundable",)
    assert world.the(CreditNote, "note").balance_minor == 600


def test_a_note_taken_back_in_parts_returns_to_each_account_what_it_took() -> None:
    """Three accounts of one unit each: the second part goes where the first did not."""
    taxes = (taxed(rate=Decimal(100)), taxed(code="city", name="CITY", rate=Decimal(100)))
    world = billed(line(id="l1", amount_minor=1, taxes=taxes))
    before = world.books()
    issue(world, "note", part(1))
    after("billed_two", "apply_note for=two amount=2", "void_note", world=world)
    after("remove_note for=two", "void_note", "void for=two", world=world)
    assert world.books() == before
