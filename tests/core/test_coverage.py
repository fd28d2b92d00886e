"""The tables show every way in which every command can be refused."""

import pytest

from core import (
    test_invoice_rules,
    test_master_rules,
    test_money_rules,
    test_numbers,
    test_refund_rules,
)
from core.asks import SHORT, after, told
from core.tables import Row
from polaris.core import refusals
from polaris.core.commands import RegenerateInvoice
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.lifecycle import LIFECYCLE, POLARIS
from polaris.core.refusals import EVERY
from polaris.core.transition import ANY, AnyTransition

ROWS: list[Row] = [
    *test_invoice_rules.ROWS,
    *test_money_rules.ROWS,
    *test_refund_rules.ROWS,
    *test_master_rules.ROWS,
    *test_numbers.ROWS,
]

BEFORE_ANY_RULE = {
    refusals.KeyReused,
    refusals.RequestReused,
    refusals.IdMalformed,
    refusals.TextMalformed,
    refusals.TextTooLong,
    refusals.OutcomeChanged,
}
"""Said of a request, not of its command."""

BY_SETTINGS = {refusals.UnknownReason, refusals.ReasonMissing}
"""Said only under settings that the tables' tenant has not; they have tests of their own."""


BY_DIALECTS = {refusals.MoneyReceived}
"""Said only by the rules of other dialects than Polaris's own; the dialects' tests show them."""


def shown() -> set[tuple[str, str]]:
    """Each command with each refusal that a table shows for it."""
    return {(type(row.command).__name__, code) for row in ROWS for code in row.refused}


def test_every_refusal_of_every_command_is_in_a_table() -> None:
    """A rule without a row could refuse the wrong thing, or nothing."""
    promised = {
        (move.command.__name__, rule.refusal.code)
        for move in LIFECYCLE
        for rule in (*move.requires, *POLARIS.adds.get(move.command, ()))
        if rule.refusal not in BY_SETTINGS
    }
    assert promised - shown() == set()


def test_every_refusal_there_is_can_be_met() -> None:
    """A refusal that nothing raises is a sentence that nobody will ever read."""
    met = {code for _, code in shown()}
    untabled = BEFORE_ANY_RULE | BY_SETTINGS | BY_DIALECTS
    missing = {kind.code for kind in EVERY if kind not in untabled}
    assert missing - met == set()


def test_every_command_is_allowed_in_some_row() -> None:
    """Rules that refuse everything would pass every other test."""
    allowed = {type(row.command) for row in ROWS if not row.refused}
    assert {move.command for move in LIFECYCLE} - allowed == set()


STATES = {
    Status.DRAFT: ("draft",),
    Status.FINALIZED: ("draft", "finalize"),
    Status.VOIDED: ("draft", "finalize", "void"),
    Status.CLOSED: ("draft", "delete"),
}
ABOUT_STATE = {
    "not_a_draft",
    "already_finalized",
    "invoice_closed",
    "not_finalized",
    "already_voided",
    "not_voided",
}

WITH_STATE = [move for move in LIFECYCLE if move.before != ANY]
VOIDED_FIRST = (RegenerateInvoice, Status.FINALIZED)
"""What is replaced while finalized is voided by the same command."""


def short_of(move: AnyTransition) -> str:
    return next(name for name, command in SHORT.items() if type(command) is move.command)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("move", WITH_STATE, ids=short_of)
def test_the_rules_refuse_exactly_the_states_that_the_table_leaves_out(
    move: AnyTransition, status: Status
) -> None:
    """The column is what people read; the rules are what happens."""
    world = after(*STATES[status])
    also = " void_first=@void" if (move.command, status) == VOIDED_FIRST else ""
    refused = set(world.refused(told(f"{short_of(move)} for=inv{also}"))) & ABOUT_STATE
    assert bool(refused) == (status not in move.before)
    if not refused and move.after:
        assert world.the(Invoice, "inv").status is move.after
