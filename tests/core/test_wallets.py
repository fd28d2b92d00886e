"""Prepaid credit: top-ups that land, are credited, voided; the order in which credits are spent."""

import pytest
from msgspec.structs import replace

from core.asks import after, told
from core.postings import standing
from core.world import World
from polaris.core.commands import GrantCredits, ReceivePayment
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.wallet import Lot, Movement, MovementKind, Wallet


def lot_of(world: World) -> Lot:
    """The only lot there is."""
    (lot,) = world.all(Lot)
    return lot


def pay_top(amount: int) -> str:
    return f'pay payment_id=p{amount} apply_to={{"top":{amount}}} amount={amount}'


def test_credits_land_once_however_often_the_invoice_is_settled() -> None:
    world = after("landed", "remove for=top", "apply for=top")
    assert lot_of(world).left_minor == 1000
    assert standing(world) == {"CASH": 1000, "WALLETS": -1000}


def test_credits_that_a_note_took_back_before_payment_never_land() -> None:
    world = after("sold", "credit for=top lines=@of_top credit=0 offset=300", pay_top(700))
    assert lot_of(world).left_minor == 700
    assert standing(world) == {"CASH": 700, "WALLETS": -700}


def test_credits_of_a_note_taken_back_land_when_they_are_paid() -> None:
    """The lot grows: there is one lot to a top-up."""
    offset = "credit for=top lines=@of_top credit=0 offset=300"
    world = after("sold", offset, pay_top(700), "void_note", pay_top(300))
    assert (lot_of(world).amount_minor, lot_of(world).left_minor) == (1000, 1000)
    assert standing(world) == {"CASH": 1000, "WALLETS": -1000}


def test_a_top_up_credited_whole_lands_nothing() -> None:
    world = after("sold", "credit for=top lines=@all_of_top credit=0 offset=1000")
    assert world.all(Lot) == []
    assert standing(world) == {}


def test_a_note_on_landed_credits_revokes_them_and_its_voiding_returns_them() -> None:
    world = after("landed", "credit for=top lines=@of_top credit=300")
    assert lot_of(world).left_minor == 700
    after("void_note", world=world)
    assert lot_of(world).left_minor == 1000
    kinds = [row.kind for row in world.all(Movement)]
    assert kinds == [MovementKind.PURCHASED, MovementKind.REVOKED, MovementKind.RESTORED]


VOIDED = """
    done                                       | leaves
    sold; undo                                 |
    landed; undo                               | CASH 1000 WALLETS -1000
    landed; undo top_up=revoke                 | CASH 1000 UNAPPLIED -1000
    landed; undo top_up=revoke refund=1000     | CASH 1000 REFUNDS -1000
    landed; undo refund=1000                   | CASH 1000 REFUNDS -1000
    landed; undo refund=300                    | CASH 1000 REFUNDS -300 WALLETS -700
    landed; undo credit=300                    | CASH 1000 NOTES -300 WALLETS -700
    landed; undo credit=300 refund=200         | CASH 1000 NOTES -300 REFUNDS -200 WALLETS -500
    landed; undo credit=300 credit_to=wallet   | CASH 1000 WALLETS -1000
    landed; undo top_up=keep refund=1000       | CASH 1000 REFUNDS -1000 WALLETS -1000 KEPT 1000
    landed; remove for=top; undo               | CASH 1000 UNAPPLIED -1000
    landed; remove for=top; undo top_up=revoke | CASH 1000 UNAPPLIED -1000
    sold; write_off for=top; undo              |
    paid_by_note; undo                         | CUSTOMER_REFUNDS 500 TAX 100 NOTES -600
    paid_by_note; undo give_back=@parked       | CUSTOMER_REFUNDS 500 TAX 100 WALLETS -600
    revoked; undo                              | CASH 1000 WALLETS -700 NOTES -300
    revoked; undo top_up=keep                  | CASH 1000 WALLETS -700 NOTES -300
    revoked; void_note; undo                   | CASH 1000 WALLETS -1000
    revoked; undo top_up=revoke                | CASH 1000 NOTES -300 UNAPPLIED -700
"""


@pytest.mark.parametrize("row", VOIDED.strip().splitlines()[1:])
def test_a_voided_top_up_keeps_or_revokes_its_credits(row: str) -> None:
    done, leaves = (cell.strip() for cell in row.split("|"))
    world = after(*(step.strip() for step in done.split(";")))
    words = leaves.split()
    expected = {name: int(words[at + 1]) for at, name in enumerate(words) if at % 2 == 0}
    assert standing(world) == expected


@pytest.mark.parametrize("paid", [0, 400, 1000])
def test_a_write_off_lands_no_credits(paid: int) -> None:
    """Only the part that was paid lands, however the rest is settled."""
    pay = [pay_top(paid)] if paid else []
    world = after("sold", *pay, *([] if paid == 1000 else ["write_off for=top"]))
    assert sum(lot.left_minor for lot in world.all(Lot)) == paid
    assert standing(world).get("WALLETS", 0) == -paid


def test_a_part_paid_with_tax_lands_its_share() -> None:
    """500 credits with 100 tax: 300 paid of 600 lands 250, and the rest lands the rest."""
    buy, pay = "buy taxes=@vat", 'pay payment_id={0} apply_to={{"top":{1}}} amount={1}'
    world = after("wallet", buy, pay.format("one", 300))
    assert lot_of(world).left_minor == 250
    after(pay.format("two", 1), pay.format("three", 299), world=world)
    assert lot_of(world).left_minor == 500


def test_unspent_credits_leave_when_their_payment_is_charged_back() -> None:
    world = after("landed", "draft lines=@six_hundred", "finalize apply=@wallet")
    after("report state=reversed", "write_off for=top", world=world)
    assert lot_of(world).left_minor == 0
    assert standing(world)["BAD_DEBT"] == 1000
    assert standing(world)["UNEARNED"] == -400  # sold, never paid for, and not delivered


SPENT = ("landed", "draft lines=@six_hundred", "finalize apply=@wallet")


@pytest.mark.parametrize("policy", ["exchange", "revoke"])
@pytest.mark.parametrize("gives", ["refund", "credit"])
def test_spent_credits_cannot_go_back(policy: str, gives: str) -> None:
    """1,000 bought and 600 spent: at most 400 go back, and then nothing is left to spend."""
    world = after(*SPENT)
    refused = world.refused(told(f"void for=top top_up={policy} {gives}=401"))
    assert refused == ("credits_spent",)
    after(f"void for=top top_up={policy} {gives}=400", world=world)
    assert lot_of(world).left_minor == 0
    assert "KEPT" not in standing(world)
    assert "GRANTED" not in standing(world)


def test_both_are_given_only_if_they_are_asked_for_by_name() -> None:
    world = after(*SPENT, "void for=top top_up=keep refund=1000")
    assert lot_of(world).left_minor == 400
    assert standing(world)["KEPT"] == 1000


def test_credits_kept_in_a_void_are_not_credited_by_a_later_note() -> None:
    world = after("landed", "void for=top")
    note = "credit for=top lines=@of_top credit=300"
    assert world.refused(told(note)) == ("credits_spent",)
    world = after("landed", "void for=top top_up=revoke", note)
    assert standing(world) == {"CASH": 1000, "NOTES": -300, "UNAPPLIED": -700}


def test_a_note_of_a_part_paid_top_up_takes_unpaid_credits_for_its_offset() -> None:
    world = after("sold", pay_top(400), "credit for=top lines=@of_top credit=0 offset=300")
    assert lot_of(world).left_minor == 400
    after("credit of=paid for=top lines=@of_top credit=300", world=world)
    assert lot_of(world).left_minor == 100


def test_credits_that_a_voided_note_returns_land_if_they_are_paid() -> None:
    note = "credit for=top lines=@of_top credit=300"
    world = after("sold", note, pay_top(1000))
    assert lot_of(world).left_minor == 700
    after("void_note", world=world)
    assert lot_of(world).left_minor == 1000


def test_spent_credits_are_kept_when_the_rest_is_revoked() -> None:
    """1,000 bought, 600 spent: the 400 unspent are held as money, 600 are paid for."""
    world = after("landed", "draft lines=@six_hundred", "finalize apply=@wallet")
    after("void for=top top_up=revoke", world=world)
    assert lot_of(world).left_minor == 0
    assert standing(world)["UNAPPLIED"] == -400
    after("void", world=world)
    assert lot_of(world).left_minor == 600
    assert standing(world) == {"CASH": 1000, "UNAPPLIED": -400, "WALLETS": -600}


def test_a_wallet_refunds_no_more_than_was_paid_for_it() -> None:
    world = after("landed", "void for=top top_up=revoke")
    assert world.refused(told("refund for=top amount=1001")) == ("not_refundable",)


# ---------------------------------------------------------------- changing


def test_a_wallet_changes_in_what_is_given() -> None:
    world = after(
        'wallet name=Gifts details={"x":{"a":1}}', 'change_wallet priority=3 details={"x":{"b":2}}'
    )
    wallet = world.the(Wallet, "wallet")
    assert (wallet.name, wallet.priority, wallet.details) == ("Gifts", 3, {"x": {"a": 1, "b": 2}})
    assert world.events[-1].kind is EventKind.WALLET_CHANGED


def test_credits_of_a_wallet_are_voided_in_the_order_of_spending() -> None:
    """500 bought, then 300 granted and 200 granted to be spent first: 600 go."""
    pay = 'pay apply_to={"top":500} amount=500'
    world = after("wallet", "buy", pay, "grant", "grant lot_id=first amount=200 priority=1")
    after('void_wallet amount=600 details={"x":{"why":"error"}}', world=world)
    left = {lot.id: lot.left_minor for lot in world.all(Lot)}
    assert (left.pop("first"), left.pop("lot"), *left.values()) == (0, 0, 400)
    voided = [row for row in world.all(Movement) if row.kind is MovementKind.VOIDED]
    assert [row.amount_minor for row in voided] == [-200, -300, -100]
    assert all(row.details == {"x": {"why": "error"}} for row in voided)
    assert standing(world) == {"BREAKAGE": -100, "CASH": 500, "WALLETS": -400}


def test_details_of_credits_are_kept_with_their_movement() -> None:
    world = after("wallet", 'grant details={"x":{"a":1}}', 'buy details={"x":{"b":2}}')
    after('pay apply_to={"top":500} amount=500', world=world)
    said = {row.kind: row.details for row in world.all(Movement)}
    assert said == {MovementKind.GRANTED: {"x": {"a": 1}}, MovementKind.PURCHASED: {"x": {"b": 2}}}
    assert world.the(Invoice, "top").details == {"x": {"b": 2}}


# ---------------------------------------------------------------- spending


def granted(lot_id: str, wallet_id: str, priority: int) -> GrantCredits:
    return GrantCredits(lot_id=lot_id, wallet_id=wallet_id, amount_minor=100, priority=priority)


def test_credits_are_spent_by_wallet_then_priority_then_granted_then_oldest() -> None:
    world = after(
        "wallet wallet_id=later priority=9",
        "wallet wallet_id=first priority=1",
    )
    for lot in (
        granted("last", "later", 1),
        granted("third", "first", 50),
        granted("second", "first", 20),
    ):
        world.perform(lot)
        world.wait(hours=1)
    after("draft", "finalize apply=@wallet", world=world)
    spent = [row.lot_id for row in world.all(Movement) if row.kind is MovementKind.CONSUMED]
    assert spent == ["second", "third", "last"]


def test_what_is_expired_terminated_or_in_another_currency_is_not_spent() -> None:
    world = after(
        "wallet wallet_id=usd currency=USD",
        "wallet wallet_id=ended",
        "wallet",
        "grant lot_id=a wallet_id=usd",
        "grant lot_id=b wallet_id=ended",
        "grant lot_id=c expires_at=2026-03-10T12:00:00Z",
        "terminate wallet_id=ended",
        "draft",
        "finalize apply=@wallet",
    )
    assert world.the(Invoice, "inv").outstanding_minor == 1200


def test_notes_come_before_the_wallet_and_the_wallet_before_money() -> None:
    world = after("wallet", "grant", "standalone", "spare amount=1000", "draft")
    after("finalize apply=@credit", world=world)
    invoice = world.the(Invoice, "inv")
    assert (invoice.outstanding_minor, invoice.paid_minor) == (0, 300)
    assert world.the(CreditNote, "alone").balance_minor == 0


def test_nothing_is_applied_unless_it_is_asked_for() -> None:
    world = after("wallet", "grant", "standalone", "spare", "draft", "finalize")
    assert world.the(Invoice, "inv").outstanding_minor == 1200


def test_parked_credits_come_back_once() -> None:
    world = after("spent", "void give_back=@parked")
    assert world.the(Lot, "lot").left_minor == 0
    after("restore", world=world)
    assert world.the(Lot, "lot").left_minor == 300
    assert world.refused(told("restore")) == ("not_applied",)


def test_credits_of_a_terminated_wallet_are_parked_by_a_void() -> None:
    """Bought ones are still owed, so they neither come back nor become income."""
    world = after(
        "landed", "draft lines=@six_hundred", "finalize apply=@wallet", "terminate", "void"
    )
    assert lot_of(world).left_minor == 400
    (held,) = (row.held_minor for row in world.all(Settlement) if row.invoice_id == "inv")
    assert held == 600
    assert standing(world) == {"CASH": 1000, "WALLETS": -1000}
    after("restore", world=world)
    assert lot_of(world).left_minor == 1000


def test_credits_of_an_active_wallet_come_back_beside_those_of_a_terminated_one() -> None:
    world = after("wallet wallet_id=ended priority=1", "grant lot_id=gone wallet_id=ended")
    after("wallet", "grant", "draft", "finalize apply=@wallet", world=world)
    after("terminate wallet_id=ended", "void", world=world)
    assert {lot.id: lot.left_minor for lot in world.all(Lot)} == {"gone": 0, "lot": 300}


def test_a_customers_credit_pays_nobody_elses_invoice() -> None:
    world = after("wallet", "grant", "standalone", "spare", "draft customer_id=c2")
    after("finalize apply=@credit", world=world)
    assert world.the(Invoice, "inv").outstanding_minor == 1200


def test_a_payment_may_settle_several_invoices_and_leave_an_excess() -> None:
    world = after("billed", "draft for=two lines=@two", "finalize for=two")
    pay = told("pay amount=4000")
    assert isinstance(pay, ReceivePayment)
    world.perform(replace(pay, apply_to={"inv": 1000, "two": 5000}))
    assert world.the(Invoice, "inv").outstanding_minor == 200
    assert world.the(Invoice, "two").outstanding_minor == 0
    assert standing(world)["UNAPPLIED"] == -1200
