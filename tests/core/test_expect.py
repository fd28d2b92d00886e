"""A request that expects an outcome is done only if the outcome is that one."""

import pytest
from msgspec.structs import replace

from core.asks import after
from core.test_effects import effects
from core.test_fold import AT, BILLED, INVOICE, VOID, folded, new_facts, new_id, request, statuses
from polaris.core import commands as ask
from polaris.core.effects import differences, fingerprint
from polaris.core.facts.audit import AuditLine, CommandRecord
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.fold import Memory, Outcome, Request

PAY = ask.ReceivePayment(
    payment_id=new_id(), currency="EUR", amount_minor=40, apply_to={INVOICE: 40}
)


def preview(command: ask.VoidInvoice = VOID) -> Outcome:
    """What a void of the billed invoice would do, in facts of their own."""
    facts = new_facts()
    folded(facts, *map(request, BILLED))
    (outcome,) = folded(facts, replace(request(command), with_effects=True)).outcomes
    return outcome


def expecting(outcome: Outcome, listed: bool = True) -> Request:
    assert outcome.effects is not None
    return Request(
        id=new_id(),
        command=VOID,
        at=AT,
        expect=fingerprint(outcome.effects),
        expected=outcome.effects if listed else None,
    )


def test_the_expected_outcome_is_done() -> None:
    result = folded(new_facts(), *map(request, BILLED), expecting(preview()))
    assert statuses(result) == ["done"] * 4


def test_another_outcome_is_refused_and_nothing_changes() -> None:
    expected = expecting(preview())
    facts = new_facts()
    folded(facts, *map(request, (*BILLED, PAY)))
    result = folded(facts, expected)
    (outcome,) = result.outcomes
    assert [one.code for one in outcome.refusals] == ["outcome_changed"]
    invoice = facts.get(Invoice, INVOICE)
    assert invoice is not None
    assert (invoice.status, invoice.outstanding_minor) == (Status.FINALIZED, 60)
    assert {kind for kind, _ in result.rows} == {CommandRecord, AuditLine}


def test_the_refusal_names_every_difference_and_the_new_fingerprint() -> None:
    facts = new_facts()
    folded(facts, *map(request, (*BILLED, PAY)))
    (outcome,) = folded(facts, expecting(preview())).outcomes
    (refusal,) = outcome.refusals
    assert outcome.effects is not None
    assert refusal.details["field"] == "expect"
    assert refusal.details["fingerprint"] == fingerprint(outcome.effects)
    assert str(refusal.details["changes"]).splitlines() == [
        "invoice INV-1, paid_before_minor: 0 → 40",
        "invoice INV-1, outstanding_before_minor: 100 → 60",
        "ledger payment_applied reversal 2026-03-10 ACCOUNTS_RECEIVABLE"
        " CUSTOMER_CREDITS:UNAPPLIED EUR: nothing → amount_minor 40",
        "settlement INV-1 payment manual: nothing → settled_before_minor 40, held_minor 40,"
        " currency EUR",
        "balance receivable EUR, before_minor: 100 → 60",
        "balance held for voided invoices EUR: nothing → after_minor 40",
    ]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("edit memo=Thanks", "texts.memo: nothing → Thanks"),
        ("edit purchase_order_number=PO-7", "texts.purchase_order_number: nothing → PO-7"),
        ("edit external_number=X-1", "texts.external_number: nothing → X-1"),
        ("tenant legal_name=New", "seller.legal_name: nothing → New"),
        ("tenant tax_number=DE1", "seller.tax_number: nothing → DE1"),
        (
            "customer customer_id=c1 external_id=x1 legal_name=New",
            "customer.legal_name: nothing → New",
        ),
    ],
)
def test_what_the_issue_makes_final_is_expected(change: str, difference: str) -> None:
    """These change no amount, but the invoice keeps them for ever."""
    world = after("draft")
    before = effects(world, "finalize")
    after(change, world=world)
    now = effects(world, "finalize")
    assert fingerprint(now) != fingerprint(before)
    assert [one.sentence for one in differences(before, now)] == [f"invoice draft, {difference}"]


def test_the_refused_request_can_be_sent_again_with_the_new_fingerprint() -> None:
    facts = new_facts()
    folded(facts, *map(request, (*BILLED, PAY)))
    (refused,) = folded(facts, expecting(preview(), listed=False)).outcomes
    assert "changes" not in refused.refusals[0].details
    assert statuses(folded(facts, expecting(refused))) == ["done"]


def test_a_repetition_is_answered_as_the_first_time() -> None:
    """The outcome is not looked at again: the invoice is voided already."""
    facts = new_facts()
    first = expecting(preview())
    folded(facts, *map(request, BILLED))
    done = folded(facts, first)
    record = done.rows[CommandRecord, first.id]
    assert isinstance(record, CommandRecord)
    again = folded(facts, replace(first, expect="0" * 64), memory=Memory([record], ()))
    assert statuses(again) == ["replayed"]
    assert again.outcomes[0].done
    assert not again.rows


def test_a_rule_is_named_before_the_outcome() -> None:
    first = expecting(preview())
    facts = new_facts()
    folded(facts, *map(request, (*BILLED, VOID)))
    (outcome,) = folded(facts, first).outcomes
    assert [one.code for one in outcome.refusals] == ["already_voided"]


def test_effects_are_gathered_only_if_somebody_wants_them() -> None:
    (_, _, _, outcome) = folded(new_facts(), *map(request, (*BILLED, VOID))).outcomes
    assert outcome.effects is None
