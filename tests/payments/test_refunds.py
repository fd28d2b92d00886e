"""Refunds are sent once, whatever the provider answers. The provider is a real HTTP server."""

import msgspec
import pytest

from faults.world import at_once
from payments.scripted import Scripted
from payments.shop import STRIPE, Shop
from payments.stripe_server import StripeServer
from polaris.core.commands import ConvertRefund
from polaris.core.facts.payment import RefundState
from polaris.core.facts.task import TaskKind
from polaris.core.ledger.chart import CLEARING, REFUNDS, UNAPPLIED
from polaris.core.refusals import RefundUnderWay
from polaris.engine import new_id, request
from polaris.payments.refunds import send_refunds
from polaris.payments.stripe.provider import StripeProvider
from polaris.store.refund_attempts import attempts_of

SETTLED = {CLEARING: 700, UNAPPLIED: -700}
OWED = {CLEARING: 1200, REFUNDS: -500, UNAPPLIED: -700}


@pytest.fixture
def stripe(scripted: StripeServer) -> StripeProvider:
    return StripeProvider("rk_test_secret1", scripted.url, timeout_seconds=0.5)


@pytest.fixture
def voided(shop: Shop) -> Shop:
    """A shop that owes a refund of 500 out of a payment of 1,200."""
    shop.pays(reference="pi_1")
    shop.voids(refund_minor=500)
    return shop


def test_a_refund_is_sent_and_settled(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    assert voided.balances == OWED
    [attempt] = voided.sends(stripe)
    refund = voided.refund
    assert (refund.state, refund.reference) == (RefundState.SETTLED, "re_1")
    assert voided.balances == SETTLED
    assert scripted.sent == [refund.id]
    assert voided.events(refund.id) == ["refund.requested", "refund.sent", "refund.settled"]
    assert attempt.request is not None
    assert msgspec.json.decode(attempt.request) == {
        "payment_intent": "pi_1",
        "amount": 500,
        "metadata": {
            "polaris_refund_id": refund.id,
            "polaris_payment_id": refund.payment_id,
            "polaris_invoice_id": voided.invoice_id,
        },
    }
    assert voided.sends(stripe) == []


@pytest.mark.parametrize("step", ["cut", "500", "hang"])
def test_an_unclear_answer_is_resolved_by_asking(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider, step: str
) -> None:
    """The money is on its way, and nobody has said so. It is not sent a second time."""
    scripted.script = [step]
    voided.sends(stripe)
    refund = voided.refund
    assert (refund.state, refund.reference) == (RefundState.UNKNOWN, None)
    assert refund.failure
    assert [task.kind for task in voided.tasks] == [TaskKind.REFUND_UNKNOWN]
    assert voided.balances == OWED
    assert voided.sends(stripe) == []  # not before the wait is over
    voided.waits(seconds=11)
    voided.sends(stripe)
    assert (voided.refund.state, voided.refund.failure) == (RefundState.SETTLED, None)
    assert voided.attempts == [("send", "unclear"), ("find", "reported")]
    assert voided.tasks == []
    assert voided.balances == SETTLED
    assert (len(scripted.sent), len(scripted.refunds)) == (1, 1)


def test_a_refund_that_the_provider_does_not_have_is_sent_with_the_same_key(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    scripted.script = ["503"]
    voided.sends(stripe)
    assert voided.refund.state is RefundState.UNKNOWN
    voided.waits(seconds=11)
    voided.sends(stripe)
    assert voided.attempts == [("send", "unclear"), ("find", "missing"), ("send", "reported")]
    assert scripted.sent == [voided.refund.id, voided.refund.id]
    assert len(scripted.refunds) == 1
    assert voided.balances == SETTLED


def test_a_key_that_the_provider_has_forgotten_is_not_used_again(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    """After the window a second sending could be a second refund, so a person has to look."""
    scripted.script = ["503"]
    voided.sends(stripe)
    voided.waits(hours=24)
    voided.sends(stripe)
    assert voided.attempts == [("send", "unclear"), ("find", "missing")]
    assert len(scripted.sent) == 1
    assert voided.refund.state is RefundState.UNKNOWN
    assert [task.kind for task in voided.tasks] == [TaskKind.REFUND_UNKNOWN]
    assert voided.reports(voided.refund.id, RefundState.SETTLED).done
    assert voided.tasks == []
    assert voided.balances == SETTLED


def test_a_refund_under_way_cannot_become_credit(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    scripted.script = ["cut"]
    voided.sends(stripe)
    convert = ConvertRefund(refund_id=voided.refund.id, note_id=new_id())
    [outcome] = voided.engine.perform(voided.tenant_id, [request(convert)])
    assert [type(refusal) for refusal in outcome.refusals] == [RefundUnderWay]
    assert voided.balances == OWED


def test_a_pending_refund_is_asked_about_later(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    scripted.script = ["pending"]
    voided.sends(stripe)
    assert voided.refund.state == "pending"
    voided.waits(minutes=59)
    assert voided.sends(stripe) == []
    scripted.refunds["re_1"]["status"] = "succeeded"
    voided.waits(minutes=1)
    voided.sends(stripe)
    assert voided.refund.state is RefundState.SETTLED
    assert voided.balances == SETTLED


def test_a_refund_that_is_refused_is_still_owed_and_can_become_credit(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    scripted.script = ["400"]
    voided.sends(stripe)
    refund = voided.refund
    assert refund.state is RefundState.FAILED
    assert refund.failure == "400: Charge ch_1 has already been refunded."
    assert [task.kind for task in voided.tasks] == [TaskKind.REFUND_FAILED]
    assert voided.balances == OWED
    convert = ConvertRefund(refund_id=refund.id, note_id=new_id())
    [outcome] = voided.engine.perform(voided.tenant_id, [request(convert)])
    assert outcome.done
    assert voided.tasks == []
    assert voided.balances == {CLEARING: 1200, "CUSTOMER_CREDITS:NOTES": -500, UNAPPLIED: -700}


def test_a_refund_that_fails_at_the_provider_is_still_owed(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    scripted.script = ["failed"]
    voided.sends(stripe)
    assert (voided.refund.state, voided.refund.failure) == (RefundState.FAILED, "failed")
    assert voided.balances == OWED


def test_another_amount_than_asked_is_not_booked(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    scripted.script = ["half"]
    voided.sends(stripe)
    refund = voided.refund
    assert refund.state is RefundState.UNKNOWN
    assert refund.failure == "The provider reports 250 EUR in minor units instead of 500 EUR."
    assert voided.balances == OWED
    voided.waits(seconds=11)
    voided.sends(stripe)
    assert voided.attempts == [("send", "unclear"), ("find", "unclear")]
    assert len(scripted.sent) == 1


def test_a_provider_that_is_too_busy_is_left_alone_as_long_as_it_says(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    scripted.script = ["429"]
    [attempt] = voided.sends(stripe)
    assert attempt.retry_at is not None
    assert (attempt.retry_at - voided.at).total_seconds() == 120
    assert (voided.refund.state, voided.tasks) == (RefundState.SENT, [])
    voided.waits(seconds=119)
    assert voided.sends(stripe) == []
    voided.waits(seconds=1)
    voided.sends(stripe)
    assert voided.attempts == [("send", "not_taken"), ("find", "missing"), ("send", "reported")]
    assert voided.balances == SETTLED


def test_a_wrong_key_is_no_failure_of_the_refund_and_is_not_stored(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    scripted.script = ["401"]
    voided.sends(stripe)
    assert voided.refund.state is RefundState.SENT
    with voided.database.connect() as connection:
        [attempt] = attempts_of(connection, voided.tenant_id, voided.refund.id)
    assert attempt.error == "401: Invalid API Key provided: ***"


def test_a_provider_that_cannot_be_reached_has_not_got_the_refund(voided: Shop) -> None:
    voided.sends(StripeProvider("rk_test_secret1", "http://127.0.0.1:9", timeout_seconds=0.5))
    assert voided.attempts == [("send", "not_taken")]
    assert (voided.refund.state, voided.tasks) == (RefundState.SENT, [])


def test_a_bug_in_the_code_of_a_provider_is_an_unclear_answer(voided: Shop) -> None:
    voided.sends(Scripted())
    assert voided.attempts == [("send", "unclear")]
    assert voided.refund.state is RefundState.UNKNOWN
    assert voided.balances == OWED


def test_a_payment_without_an_id_of_the_provider_fails_clearly(
    shop: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    shop.pays()
    shop.voids(refund_minor=500)
    shop.sends(stripe)
    assert shop.refund.state is RefundState.FAILED
    assert shop.refund.failure == "The payment has no id of a PaymentIntent or charge of Stripe."
    assert scripted.sent == []


def test_nobody_is_asked_about_money_that_people_move(
    shop: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    """A transfer is sent back by hand, and reported."""
    shop.pays(provider="manual")
    shop.voids(refund_minor=500)
    assert shop.sends(stripe) == []
    assert shop.reports(shop.refund.id, RefundState.SETTLED).done
    assert shop.balances == {"CASH": 700, UNAPPLIED: -700}


def test_two_workers_send_a_refund_once(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    def work() -> int:
        providers = {STRIPE: stripe}
        return len(
            send_refunds(
                voided.database, voided.engine, voided.tenant_id, providers, lambda: voided.at
            )
        )

    ended = at_once([work] * 4)
    assert all(isinstance(each, int) for each in ended), ended
    assert scripted.sent == [voided.refund.id]
    assert voided.balances == SETTLED


def test_a_refund_that_was_converted_before_it_was_sent_is_not_sent(
    voided: Shop, scripted: StripeServer, stripe: StripeProvider
) -> None:
    convert = ConvertRefund(refund_id=voided.refund.id, note_id=new_id())
    [outcome] = voided.engine.perform(voided.tenant_id, [request(convert)])
    assert outcome.done
    assert voided.sends(stripe) == []
    assert scripted.sent == []
