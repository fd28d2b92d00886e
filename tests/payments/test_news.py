"""What Stripe tells by itself: refunds, disputes and payments, also twice, late or out of order."""

import json
from typing import Any

import pytest
import stripe

from faults.world import done
from payments.shop import NOON, STRIPE, Shop
from payments.stripe_server import StripeServer, refund_object
from polaris.core.commands import ConvertRefund
from polaris.core.facts.payment import PaymentState, RefundState
from polaris.core.facts.task import TaskKind
from polaris.core.ledger.chart import CLEARING, REFUNDS, UNAPPLIED
from polaris.engine import new_id
from polaris.payments.news import EventMalformed, SignatureWrong, receive_news
from polaris.payments.stripe.events import TOLERANCE_SECONDS, read_event
from polaris.payments.stripe.provider import StripeProvider

SECRET = "whsec_test"
OWED = {CLEARING: 1200, REFUNDS: -500, UNAPPLIED: -700}
SETTLED = {CLEARING: 700, UNAPPLIED: -700}


def signed(kind: str, about: dict[str, Any], event_id: str) -> tuple[bytes, dict[str, str]]:
    """Return the body of an event as Stripe writes it, and its headers."""
    event = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "created": 1780000000,
        "livemode": False,
        "data": {"object": about},
    }
    body = json.dumps(event)
    return body.encode(), header(body)


def header(body: str, timestamp: int | None = None) -> dict[str, str]:
    """Return the headers with the signature of a body."""
    signature = stripe.WebhookSignature.generate_signature_header(body, SECRET, timestamp)
    return {"stripe-signature": signature}


class Told:
    """Tells a shop the news of its provider."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.told = 0

    def __call__(self, kind: str, about: dict[str, Any], event_id: str | None = None) -> str:
        """Tell one event. Return what was done."""
        self.told += 1
        body, headers = signed(kind, about, event_id or f"evt_{self.told}")
        news = read_event(body, headers, SECRET, NOON)
        return receive_news(self.shop.database, self.shop.engine, self.shop.tenant_id, STRIPE, news)

    def refund(self, status: str, kind: str = "refund.updated", **fields: Any) -> str:
        """Tell the status of the shop's refund of 500."""
        named = {"metadata": {"polaris_refund_id": self.shop.refund.id}}
        about = {"status": status, "payment_intent": "pi_1", **named, **fields}
        return self(kind, refund_object("re_1", about.pop("amount", 500), **about))


@pytest.fixture
def tell(shop: Shop) -> Told:
    return Told(shop)


@pytest.fixture
def pending(shop: Shop, scripted: StripeServer) -> Shop:
    """A shop whose refund of 500 out of 1,200 was accepted by Stripe."""
    shop.pays(reference="pi_1")
    shop.voids(refund_minor=500)
    scripted.script = ["pending"]
    shop.sends(StripeProvider("rk_test_1234", scripted.url, timeout_seconds=5))
    assert shop.refund.state is RefundState.PENDING
    return shop


# ------------------------------------------------------------ refunds


def test_a_refund_settles_and_fails_late(pending: Shop, tell: Told) -> None:
    assert tell.refund("succeeded") == "done"
    assert pending.balances == SETTLED
    assert tell.refund("failed", "refund.failed", failure_reason="expired_card") == "done"
    assert (pending.refund.state, pending.refund.failure) == (RefundState.FAILED, "expired_card")
    assert pending.balances == OWED
    assert [task.kind for task in pending.tasks] == [TaskKind.REFUND_FAILED]
    done(
        pending.engine,
        pending.tenant_id,
        [ConvertRefund(refund_id=pending.refund.id, note_id=new_id())],
    )
    assert pending.balances == {CLEARING: 1200, "CUSTOMER_CREDITS:NOTES": -500, UNAPPLIED: -700}


def test_an_event_that_comes_twice_counts_once(pending: Shop, tell: Told) -> None:
    about = refund_object(
        "re_1", 500, payment_intent="pi_1", metadata={"polaris_refund_id": pending.refund.id}
    )
    assert tell("refund.updated", about, "evt_same") == "done"
    assert tell("refund.updated", about, "evt_same") == "done"
    assert tell("charge.refund.updated", about) == "already_in_state"
    assert pending.events(pending.refund.id).count("refund.settled") == 1
    assert pending.balances == SETTLED


def test_old_news_changes_nothing(pending: Shop, tell: Told) -> None:
    """Stripe does not promise an order."""
    assert tell.refund("succeeded") == "done"
    assert tell.refund("pending") == "older than what is known"
    assert pending.refund.state is RefundState.SETTLED
    assert pending.balances == SETTLED


def test_a_success_that_comes_after_the_failure_is_old(pending: Shop, tell: Told) -> None:
    """A refund that failed at Stripe never succeeds later."""
    assert tell.refund("failed") == "done"
    assert tell.refund("succeeded") == "older than what is known"
    assert pending.refund.state is RefundState.FAILED
    assert pending.balances == OWED


def test_a_refund_that_a_person_took_for_failed_can_succeed(pending: Shop, tell: Told) -> None:
    """The word of a person does not make the provider's word old."""
    assert pending.reports(pending.refund.id, RefundState.FAILED).done
    assert tell.refund("succeeded") == "done"
    assert pending.balances == SETTLED


def test_a_refund_that_was_given_as_credit_and_is_paid_out_nevertheless(
    shop: Shop, tell: Told, scripted: StripeServer
) -> None:
    """The customer has the money twice: a person must look, and nothing is lost from sight."""
    shop.pays(reference="pi_1")
    shop.voids(refund_minor=1200)
    scripted.script = ["pending"]
    shop.sends(StripeProvider("rk_test_1234", scripted.url, timeout_seconds=5))
    assert shop.reports(shop.refund.id, RefundState.FAILED).done
    converted = ConvertRefund(refund_id=shop.refund.id, note_id=new_id())
    done(shop.engine, shop.tenant_id, [converted])
    before = shop.balances
    assert tell.refund("succeeded", amount=1200) == "done"
    assert tell.refund("succeeded", amount=1200) == "done"
    assert shop.balances == before == {CLEARING: 1200, "CUSTOMER_CREDITS:NOTES": -1200}
    [task] = [one for one in shop.tasks if one.kind is TaskKind.REFUND_NOT_REQUESTED]
    assert task.amount_minor == 1200


def test_money_that_is_held_pays_for_a_refund_that_was_given_as_credit(
    pending: Shop, tell: Told
) -> None:
    """Of 1,200 the customer has 500 as credit and 500 in cash, so 200 are still held."""
    assert pending.reports(pending.refund.id, RefundState.FAILED).done
    converted = ConvertRefund(refund_id=pending.refund.id, note_id=new_id())
    done(pending.engine, pending.tenant_id, [converted])
    assert tell.refund("succeeded") == "done"
    assert pending.balances == {CLEARING: 700, "CUSTOMER_CREDITS:NOTES": -500, UNAPPLIED: -200}


def test_another_amount_than_asked_is_not_booked(pending: Shop, tell: Told) -> None:
    assert tell.refund("succeeded", amount=400) == "other amount: state_not_possible"
    assert pending.refund.state is RefundState.PENDING
    assert pending.balances == OWED


def test_a_refund_from_the_dashboard_takes_money_that_is_held(shop: Shop, tell: Told) -> None:
    shop.pays(reference="pi_1")
    shop.voids()
    made = refund_object("re_9", 500, payment_intent="pi_1")
    assert tell("refund.created", made) == "done"
    assert tell("refund.updated", made) == "already_in_state"
    refund = shop.refund
    assert (refund.state, refund.reference, refund.amount_minor) == ("settled", "re_9", 500)
    assert shop.balances == SETTLED
    assert [row.held_minor for row in shop.invoice.settlements] == [700]


def test_a_refund_from_the_dashboard_of_money_in_use_is_a_task(shop: Shop, tell: Told) -> None:
    """The invoice is paid with it. A person decides what the refund was for."""
    payment_id = shop.pays(reference="pi_1")
    before = shop.balances
    made = refund_object("re_9", 500, payment_intent="pi_1", status="pending")
    assert tell("refund.created", made) == "done"
    assert tell("refund.updated", made) == "done"
    [task] = shop.tasks
    assert (task.kind, task.subject_id) == (TaskKind.REFUND_NOT_REQUESTED, payment_id)
    assert (task.amount_minor, task.currency) == (500, "EUR")
    assert shop.invoice.refunds == []
    assert shop.balances == before


def test_a_refund_of_somebody_else_is_unknown(pending: Shop, tell: Told) -> None:
    assert tell("refund.updated", refund_object("re_7", 1, payment_intent="pi_7")) == (
        "unknown object"
    )


# ------------------------------------------------------------ disputes


def dispute(status: str, amount: int = 1200) -> dict[str, Any]:
    """Return a dispute as Stripe writes it."""
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": amount,
        "currency": "eur",
        "status": status,
        "charge": "ch_1",
        "payment_intent": "pi_1",
    }


def test_a_lost_dispute_takes_the_money_back(shop: Shop, tell: Told) -> None:
    shop.pays(reference="pi_1")
    assert tell("charge.dispute.created", dispute("needs_response")) == "noted"
    opened = shop.invoice.invoice
    assert (opened.dispute_lost_at, opened.outstanding_minor) == (None, 0)
    assert tell("charge.dispute.closed", dispute("lost")) == "done"
    closed = shop.invoice.invoice
    assert (closed.dispute_lost_at is None, closed.outstanding_minor) == (False, 1200)
    assert CLEARING not in shop.balances


def test_a_dispute_that_is_won_changes_nothing(shop: Shop, tell: Told) -> None:
    shop.pays(reference="pi_1")
    before = shop.balances
    assert tell("charge.dispute.closed", dispute("won")) == "noted"
    assert shop.balances == before


def test_a_lost_dispute_about_refunded_money_is_a_task(pending: Shop, tell: Told) -> None:
    tell.refund("succeeded")
    assert tell("charge.dispute.closed", dispute("lost", 400)) == (
        "done; only a part of the payment"
    )
    assert TaskKind.DOUBLE_RETURN in [task.kind for task in pending.tasks]


# ------------------------------------------------------------ payments


def intent(amount: int = 1200, **fields: Any) -> dict[str, Any]:
    """Return a PaymentIntent as Stripe writes it."""
    whole = {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": amount,
        "amount_received": amount,
        "currency": "eur",
        "status": "succeeded",
        "latest_charge": "ch_1",
        "metadata": {},
    }
    return whole | fields


def test_money_for_a_voided_invoice_is_held_and_a_task(shop: Shop, tell: Told) -> None:
    shop.pays(PaymentState.IN_PROGRESS, reference="pi_1")
    shop.voids()
    assert tell("payment_intent.succeeded", intent()) == "done"
    assert shop.balances == {CLEARING: 1200, UNAPPLIED: -1200}
    assert [task.kind for task in shop.tasks] == [TaskKind.MONEY_HELD]


def test_a_payment_fails_and_succeeds_later(shop: Shop, tell: Told) -> None:
    payment_id = shop.pays(PaymentState.IN_PROGRESS)
    failed = intent(amount_received=0, metadata={"polaris_payment_id": payment_id})
    assert tell("payment_intent.payment_failed", failed) == "done"
    assert shop.invoice.invoice.outstanding_minor == 1200
    assert tell("payment_intent.succeeded", intent()) == "done"
    assert shop.invoice.invoice.outstanding_minor == 0


def test_a_failure_that_comes_after_the_success_is_old(shop: Shop, tell: Told) -> None:
    """In the books, a failure after a success would take the money back."""
    shop.pays(PaymentState.IN_PROGRESS, reference="pi_1")
    assert tell("payment_intent.succeeded", intent()) == "done"
    before = shop.balances
    late = intent(amount_received=0)
    assert tell("payment_intent.payment_failed", late) == "older than what is known"
    assert shop.balances == before


def test_a_payment_of_another_amount_is_not_recorded(shop: Shop, tell: Told) -> None:
    shop.pays(PaymentState.IN_PROGRESS, reference="pi_1")
    assert tell("payment_intent.succeeded", intent(1100)) == "other amount: not recorded"
    assert shop.invoice.invoice.outstanding_minor == 1200


# ------------------------------------------------------------ what is no event


def test_an_event_that_polaris_does_not_need_is_stored(shop: Shop, tell: Told) -> None:
    assert tell("customer.created", {"id": "cus_1", "object": "customer"}) == "not needed"


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"id":"evt_1"}', "{" * 100_000, '{"id":1,"type":"a","created":1}']
)
def test_a_signed_body_that_is_no_event_is_malformed(body: str) -> None:
    with pytest.raises(EventMalformed):
        read_event(body.encode(), header(body), SECRET, NOON)


def test_a_changed_byte_an_old_signature_and_none_are_refused() -> None:
    body, headers = signed("refund.updated", refund_object("re_1", 500), "evt_1")
    assert read_event(body, headers, SECRET, NOON).event.id == "evt_1"
    with pytest.raises(SignatureWrong):
        read_event(body.replace(b"500", b"501"), headers, SECRET, NOON)
    with pytest.raises(SignatureWrong):
        read_event(body, {}, SECRET, NOON)
    with pytest.raises(SignatureWrong):
        read_event(body, headers, "whsec_other", NOON)
    with pytest.raises(SignatureWrong):
        read_event(b"\xff", headers, SECRET, NOON)
    old = header(body.decode(), 1780000000 - TOLERANCE_SECONDS)
    with pytest.raises(SignatureWrong):
        read_event(body, old, SECRET, NOON)
