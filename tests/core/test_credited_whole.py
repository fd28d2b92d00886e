"""A credit note takes back what the lines of its invoice booked, however it is cut."""

import pytest
from msgspec.structs import replace

from core.asks import after, new_world, told
from core.proofs import failures
from core.values import line, part
from core.world import World
from polaris.core import commands as ask
from polaris.core.balances.credit_amounts import credited
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands.values import NewLine
from polaris.core.facts.invoice import Invoice, LineKind
from polaris.core.facts.tenant import Account
from polaris.core.ledger.posting import Entry, Posting

REVENUE = ("SALES", "DISCOUNTS", "CUSTOMER_REFUNDS")
"""Sales, and what lowers them: together they are zero once an invoice is credited whole."""

TIP = line(id="l1", kind=LineKind.TIP, taxes=())
LINES: dict[str, NewLine] = {
    "a charge": line(id="l1"),
    "a charge with a discount": line(id="l1", discount_minor=333),
    "a charge on an own account": line(id="l1", account="RENT", discount_minor=7),
    "a charge on the account of tips": line(id="l1", account="TIPS"),
    "a charge that is passed on": line(id="l1", account="DEPOSITS"),
    "a charge that is passed on, with a discount": line(
        id="l1", account="DEPOSITS", discount_minor=400
    ),
    "a tip": TIP,
    "a tip with a discount": replace(TIP, discount_minor=400),
}


def billed(of: NewLine) -> World:
    world = new_world()
    world.facts.add([Account(id="DEPOSITS", kind="liability")])
    bill = ask.IssueInvoice(invoice_id="inv", customer_id="c1", currency="EUR", lines=(of,))
    world.perform(bill)
    return world


def credit(world: World, note_id: str, amount: int) -> None:
    """Credit part of the line, as credit."""
    balance = InvoiceBalance(world.decision(), world.the(Invoice, "inv"))
    total = credited(balance, (part(amount),)).total
    note = ask.IssueCreditNote(
        note_id=note_id, invoice_id="inv", lines=(part(amount),), credit_minor=total
    )
    world.perform(note)
    assert failures(world.facts) == []


def leaves(world: World) -> dict[str, int]:
    """What stands on each account, with sales and what lowers them as one account."""
    books = world.books()
    revenue = sum(books.pop(account, 0) for account in REVENUE)
    return books | ({"REVENUE": revenue} if revenue else {})


@pytest.mark.parametrize("of", LINES.values(), ids=LINES)
@pytest.mark.parametrize("cut", [[1000], [1, 999], [333, 333, 334], [125] * 8])
def test_an_invoice_credited_whole_leaves_only_the_credit(of: NewLine, cut: list[int]) -> None:
    world = billed(of)
    total = world.the(Invoice, "inv").total_minor
    for index, amount in enumerate(cut):
        credit(world, f"n{index}", amount)
    assert leaves(world) == {"ACCOUNTS_RECEIVABLE": total, "CUSTOMER_CREDITS:NOTES": -total}


@pytest.mark.parametrize("of", LINES.values(), ids=LINES)
def test_a_note_that_is_voided_in_parts_books_everything_again(of: NewLine) -> None:
    world = billed(of)
    before = world.books()
    credit(world, "note", 777)
    after("billed_two", "apply_note for=two amount=5", "void_note", world=world)
    after("remove_note for=two", "void_note", "void for=two", world=world)
    assert world.books() == before


def test_a_discounted_tip_is_owed_as_it_was_paid() -> None:
    world = billed(LINES["a tip with a discount"])
    assert world.books() == {
        "ACCOUNTS_RECEIVABLE": 600,
        "DISCOUNTS": 400,
        "SALES": -400,
        "TIPS": -600,
    }


def test_a_discount_goes_back_to_the_account_that_older_books_credited() -> None:
    world = billed(LINES["a tip with a discount"])
    (entry,) = world.all(Entry)
    postings: list[Posting] = [
        replace(one, credit="TIPS") if one.credit == "SALES" else one for one in entry.postings
    ]
    world.facts.add([replace(entry, postings=tuple(postings))])
    credit(world, "note", 1000)
    assert world.books() == {"ACCOUNTS_RECEIVABLE": 600, "CUSTOMER_CREDITS:NOTES": -600}


@pytest.mark.parametrize("account", ["SALES_TAXES_PAYABLE:VAT", "SALES_TAXES_PAYABLE"])
def test_a_line_never_names_a_tax_account(account: str) -> None:
    """Not even one that exists because the tax was billed before."""
    world = after("billed")
    bill = ask.IssueInvoice(
        invoice_id="two", customer_id="c1", currency="EUR", lines=(line(account=account),)
    )
    assert world.refused(bill) == ("unknown_account",)
    assert world.refused(told("issue for=three lines=@untaxed_new")) == ()
