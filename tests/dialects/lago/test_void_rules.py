"""Every answer to every void in every state, proved in memory; `test_void` repeats some over HTTP.

Lago's routes, rules and words are the real ones, over facts in memory.
"""

from collections.abc import Iterator

import pytest

from dialects.lago.memory import MemoryBooks
from dialects.lago.voiding import (
    BODIES,
    EXPECTED,
    Made,
    credit_made,
    notes_made,
    refused,
    refused_field,
    void,
)
from polaris.core.commands import Command, VoidInvoice
from polaris.dialects.lago import errors
from polaris.dialects.lago.rules import LAGO


@pytest.fixture
def books() -> Iterator[MemoryBooks]:
    """A fresh tenant in memory; its proofs must hold when the test has ended."""
    books = MemoryBooks()
    yield books
    books.check_proofs()


@pytest.mark.parametrize("made", EXPECTED, ids=lambda made: made.__name__)
@pytest.mark.parametrize("body", BODIES)
def test_what_is_asked_in_a_state_has_one_answer(books: MemoryBooks, made: Made, body: str) -> None:
    """Lago checks the id first, then the amounts, then the state."""
    assert void(books, made(books), BODIES[body]) == EXPECTED[made][body]


@pytest.mark.parametrize(
    ("said", "notes"),
    [
        *((no, 0) for no in (False, "false", "f", "0", 0, "off", "FALSE")),
        *((yes, 1) for yes in (True, "true", "t", "1", 1, "on", "On")),
    ],
)
def test_yes_and_no(books: MemoryBooks, said: object, notes: int) -> None:
    """A few words are no, and a few are yes."""
    assert notes_made(books, said) == notes


@pytest.mark.parametrize("said", ["maybe", "yes", "no", "", None, 2, 0.5, [], {}])
def test_neither_yes_nor_no(books: MemoryBooks, said: object) -> None:
    """Lago takes most of them for yes, and a void cannot be undone."""
    answer = refused_field(books, generate_credit_note=said)
    assert answer == refused(generate_credit_note=["value_is_invalid"])


@pytest.mark.parametrize(("said", "credit"), [(300, 300), ("300", 300), ("0", 0), (0, 0)])
def test_amounts(books: MemoryBooks, said: object, credit: int) -> None:
    """Whole cents, also as text."""
    assert credit_made(books, said) == credit


@pytest.mark.parametrize("field", ["refund_amount", "credit_amount"])
@pytest.mark.parametrize(
    "said", ["120.00", "12.9", "abc", True, "1e3", None, 120.0, 300.9, "", "9" * 400, [1], {}]
)
def test_an_amount_that_cannot_be_read_is_refused(
    books: MemoryBooks, field: str, said: object
) -> None:
    """Lago reads 120, 12, 0, 1, 1 and so on, and refunds that."""
    code = "value_is_out_of_range" if said == "9" * 400 else "value_is_invalid"
    assert refused_field(books, **{field: said}) == refused(**{field: [code]})


@pytest.mark.parametrize(
    ("amount", "field", "code"),
    [
        (-1, "credit_refund_amount", "value_is_out_of_range"),
        (10**15, "credit_refund_amount", "total_amount_exceeds_invoice_amount"),
        (10**30, "credit_amount", "value_is_out_of_range"),
    ],
)
def test_impossible_amounts_are_refused(
    books: MemoryBooks, amount: int, field: str, code: str
) -> None:
    """Below zero, and beyond counting."""
    assert refused_field(books, credit_amount=amount) == refused(**{field: [code]})


# ---------------------------------------------------------------- that the table can fail


VOID: type[Command] = VoidInvoice


def wrong() -> set[tuple[str, str]]:
    """The states and bodies that are answered otherwise than the table says."""
    return {
        (made.__name__, body)
        for made, answers in EXPECTED.items()
        for body, expected in answers.items()
        for books in [MemoryBooks()]
        if void(books, made(books), BODIES[body]) != expected
    }


def test_with_the_rules_as_they_are_nothing_is_wrong() -> None:
    """Otherwise the tests below would prove nothing."""
    assert wrong() == set()


def test_the_table_catches_a_missing_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Lago's limits the state of a draft is named, and its amounts are not."""
    monkeypatch.setitem(LAGO.adds, VOID, ())
    assert ("draft", "credit") in wrong()


def test_the_table_catches_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """For other commands the state comes before the amounts."""
    monkeypatch.delitem(errors.FIRST, VOID)
    assert ("voided", "too much credit") in wrong()


def test_the_table_catches_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """For other commands a refund that is too large is filed under another field."""
    monkeypatch.delitem(errors.BY_COMMAND, VOID)
    assert ("unpaid", "refund") in wrong()
