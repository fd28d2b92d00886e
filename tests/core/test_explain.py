"""Whoever asks whether something would be allowed hears what the command would hear."""

import pytest

from core.asks import after, told
from core.tables import Row
from core.test_invoice_rules import ROWS as INVOICE_ROWS
from core.test_money_rules import ROWS as MONEY_ROWS
from polaris.core.explain import answers
from polaris.core.lifecycle import refusals_of
from polaris.core.refusals import DatedBeforeCause, UnknownSeries

FOUND_WHILE_DECIDING = {UnknownSeries.code, DatedBeforeCause.code}
"""A series is looked for when a number is drawn, and a day is known when an entry is booked."""


@pytest.mark.parametrize("row", [*INVOICE_ROWS, *MONEY_ROWS][::4], ids=str)
def test_asking_changes_nothing_and_answers_the_same(row: Row) -> None:
    world = after(*row.so_far)
    before = world.rows()
    decision = world.decision(administrator=not row.asked.startswith("clerk "))
    codes = dict.fromkeys(refusal.code for refusal in refusals_of(decision, row.command))
    expected = [code for code in row.refused if code not in FOUND_WHILE_DECIDING]
    assert list(codes) == expected
    assert (world.rows(), list(decision.all_rows())) == (before, [])


SAID = {"AnnotateInvoice", "LoseDispute"}
"""What can be said of every issued invoice."""

ALLOWED = {
    "draft": {"AnnotateInvoice", "EditDraft", "DeleteDraft", "FinalizeInvoice"},
    "billed": {*SAID, "VoidInvoice", "CollectInvoice", "WriteOffInvoice", "IssueCreditNote"},
    "coming": {*SAID, "VoidInvoice", "WriteOffInvoice", "IssueCreditNote"},
    "paid": {*SAID, "VoidInvoice", "RemovePayment", "IssueCreditNote"},
    "paid; lose": {"AnnotateInvoice", "VoidInvoice", "RemovePayment", "IssueCreditNote"},
    "billed; void": {*SAID, "RegenerateInvoice", "IssueCreditNote"},
    "billed; void; regenerate": {*SAID, "IssueCreditNote"},
    "paid; void": {*SAID, "RegenerateInvoice", "IssueCreditNote", "RemovePayment", "RequestRefund"},
    "billed; write_off": {*SAID, "VoidInvoice", "ReverseWriteOff", "IssueCreditNote"},
    "billed; credit; void_note": {
        *SAID,
        "VoidInvoice",
        "CollectInvoice",
        "WriteOffInvoice",
        "IssueCreditNote",
    },
    "billed; credit; void_note; credit of=other credit=0 offset=600": {
        *SAID,
        "VoidInvoice",
        "CollectInvoice",
        "WriteOffInvoice",
        "IssueCreditNote",
        "VoidCreditNote",
    },
    "draft; delete": set(),
}


@pytest.mark.parametrize(("so_far", "allowed"), ALLOWED.items(), ids=ALLOWED)
def test_every_command_on_an_invoice_has_an_answer(so_far: str, allowed: set[str]) -> None:
    world = after(*so_far.split("; "))
    given = answers(world.decision(), "inv")
    assert {answer.command for answer in given if answer.allowed} == allowed
    assert all(answer.allowed or all(answer.instead) for answer in given)


def test_all_broken_rules_are_told_not_only_the_first() -> None:
    world = after("billed", "void")
    told_of = refusals_of(world.decision(), told("write_off amount=0 account=NOWHERE"))
    assert [refusal.code for refusal in told_of] == [
        "already_voided",
        "amount_not_positive",
        "unknown_account",
        "nothing_outstanding",
    ]


def test_what_is_so_already_is_marked() -> None:
    """A dialect may answer these with success."""
    world = after("billed", "void")
    (refusal,) = refusals_of(world.decision(), told("void"))
    assert refusal.nothing_to_do
