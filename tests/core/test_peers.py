"""Bugs that peers really had, as far as they are about deciding, by their numbers in our list.

Those about two at once are met with a database, where two at once can be: tests/faults.
"""

from core.asks import after, new_world, told
from core.postings import standing
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.payment import Refund
from polaris.core.facts.tenant import Settings
from polaris.core.facts.wallet import Lot


def test_1_a_second_void_does_nothing_again() -> None:
    """Two calls ran all side effects twice (Lago)."""
    world = after("spent", "pay amount=900", "void credit=200 refund=100")
    before = world.rows()
    assert "already_voided" in world.refused(told("void"))
    assert world.rows() == before


def test_2_what_was_refunded_is_not_refunded_again_by_a_void() -> None:
    """A void after a part refund paid the refunded part again (Flexprice)."""
    world = after("refunded")
    refused = world.refused(told("void refund=201"))
    assert refused == ("refund_exceeds_cash",)
    after("void refund=200", world=world)
    assert sum(row.amount_minor for row in world.all(Refund)) == 800


def test_3_two_credit_notes_never_give_more_than_the_invoice() -> None:
    """Two valid drafts of notes on one invoice both became final (Flexprice)."""
    world = after("paid", "credit lines=@all credit=0 refund=1200")
    refused = world.refused(told("credit of=more lines=@all credit=0 refund=1200"))
    assert refused == ("credit_exceeds_invoice", "line_over_credited", "refund_exceeds_cash")


def test_4_a_refund_under_way_is_not_credited_too() -> None:
    """A void during a refund at the provider credited the wallet as well (Flexprice)."""
    world = after("paid", "credit lines=@half credit=0 refund=600")
    refund = world.all(Refund)[0].id
    after(f"report_refund refund_id={refund} state=pending", world=world)
    refused = world.refused(told("void credit=601 credit_to=wallet"))
    assert refused == ("credit_exceeds_invoice",)
    after("void credit=600 credit_to=wallet", world=world)
    assert standing(world) == {"CASH": 1200, "REFUNDS": -600, "WALLETS": -600}


def test_5_a_failed_payment_and_a_void_give_wallet_credits_back_once() -> None:
    """They doubled the wallet's balance (Lago)."""
    world = after("spent", "pay state=in_progress amount=900", "report state=failed", "void")
    assert world.the(Lot, "lot").left_minor == 300


def test_7_credit_spent_elsewhere_never_becomes_negative() -> None:
    """A voided invoice's credit was spent on another one: negative credit (Kill Bill)."""
    world = after("billed", "credit", "draft for=two lines=@two", "finalize for=two")
    after("apply_note for=two", "void", world=world)
    assert world.the(CreditNote, "note").balance_minor == 0
    assert standing(world)["GRANTED"] == 600
    after("void for=two", world=world)
    assert world.the(CreditNote, "note").balance_minor == 600


def test_8_an_invoice_that_was_corrected_can_be_voided() -> None:
    """Voiding an invoice that was repaired later left the books inconsistent (Kill Bill)."""
    world = after("partly", "credit offset=500 credit=100", "write_off amount=50", "void")
    assert standing(world) == {"CASH": 600, "NOTES": -100, "UNAPPLIED": -500}


def test_10_a_balance_that_was_applied_is_not_swallowed() -> None:
    """Voiding swallowed the balance that the invoice had consumed (Stripe, by Bitwarden)."""
    world = after("standalone", "spare amount=600", "draft", "finalize apply=@credit", "void")
    assert world.the(CreditNote, "alone").balance_minor == 600
    assert standing(world)["UNAPPLIED"] == -600


def test_11_no_number_is_lost_and_no_draft_can_go_back() -> None:
    """A draft reset of the highest number left a gap that nothing flagged (Odoo)."""
    world = after("billed", "void", "draft for=two lines=@two", "finalize for=two")
    assert world.refused(told("edit")) == ("not_a_draft",)
    assert [row.number for row in world.all(Invoice)] == ["INV-000001", "INV-000002"]


def test_12_every_number_is_given_once() -> None:
    """Numbers came twice under parallel runs; here, in one order after another (several peers)."""
    world = new_world()
    for index in range(30):
        after(f"draft for=i{index} lines=@untaxed_new", f"finalize for=i{index}", world=world)
    numbers = [row.number for row in world.all(Invoice)]
    assert numbers == [f"INV-{number:06}" for number in range(1, 31)]


def test_a_reason_is_asked_for_where_the_tenant_says_so() -> None:
    """Not a peer's bug: the two refusals that only a tenant's settings make."""
    settings = Settings(void_reasons=("typo",), void_reason_required=True)
    world = after("billed", world=new_world(settings))
    assert world.refused(told("void")) == ("reason_missing",)
    assert world.refused(told("void reason=other")) == ("unknown_reason",)
    assert world.refused(told("void reason=typo")) == ()
