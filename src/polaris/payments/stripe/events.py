"""Stripe's webhooks: check the signature of the raw body, and read what the event says."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import stripe

from polaris.core.facts.payment import PaymentState
from polaris.payments.news import (
    DisputeNews,
    EventMalformed,
    News,
    PaymentNews,
    RefundNews,
    SignatureWrong,
)
from polaris.payments.stripe.amounts import NotExact, from_stripe
from polaris.payments.stripe.provider import STATES
from polaris.store.provider_events import ProviderEvent

SIGNATURE_HEADER = "stripe-signature"
TOLERANCE_SECONDS = 300

REFUND_EVENTS = {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
PAYMENT_EVENTS = {
    "payment_intent.succeeded": PaymentState.SUCCEEDED,
    "payment_intent.payment_failed": PaymentState.FAILED,
    "payment_intent.canceled": PaymentState.FAILED,
}
DISPUTE_EVENTS = {"charge.dispute.created", "charge.dispute.closed"}


class _Object(msgspec.Struct, kw_only=True):
    """The fields of a refund, dispute or PaymentIntent that Polaris reads."""

    id: str = ""
    amount: int = 0
    amount_received: int | None = None
    currency: str = ""
    status: str | None = None
    charge: str | None = None
    latest_charge: str | None = None
    payment_intent: str | None = None
    failure_reason: str | None = None
    metadata: dict[str, str] | None = None


class _Content(msgspec.Struct):
    object: msgspec.Raw


class _Event(msgspec.Struct, kw_only=True):
    id: str
    type: str
    created: int
    livemode: bool = False
    data: _Content


def read_event(body: bytes, headers: Mapping[str, str], secret: str, received_at: datetime) -> News:
    """Return what an event says. Raises SignatureWrong, EventMalformed."""
    try:
        stripe.WebhookSignature.verify_header(
            body, headers.get(SIGNATURE_HEADER), secret, TOLERANCE_SECONDS
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as wrong:
        raise SignatureWrong from wrong
    try:
        event = msgspec.json.decode(body, type=_Event)
        known = event.type in REFUND_EVENTS | DISPUTE_EVENTS | PAYMENT_EVENTS.keys()
        found = msgspec.json.decode(event.data.object, type=_Object) if known else _Object()
        about = _about(event.type, found)
    except (msgspec.DecodeError, NotExact, RecursionError) as wrong:
        raise EventMalformed(str(wrong)) from wrong
    stored = ProviderEvent(
        id=event.id,
        kind=event.type,
        subject_id=found.id or None,
        state=about.state if isinstance(about, RefundNews) else None,
        created_at=datetime.fromtimestamp(event.created, UTC),
        received_at=received_at,
    )
    return News(stored, event.livemode, about)


def _about(kind: str, found: _Object) -> RefundNews | DisputeNews | PaymentNews | None:
    """Return the part of an event that Polaris acts on, or None."""
    named = tuple(each for each in (found.payment_intent, found.charge) if each)
    amount: dict[str, Any] = {
        "amount_minor": _minor(found.amount, found.currency),
        "currency": found.currency.upper(),
    }
    if kind in REFUND_EVENTS and (state := STATES.get(found.status or "")):
        return RefundNews(
            reference=found.id,
            payments=named,
            state=state,
            refund_id=(found.metadata or {}).get("polaris_refund_id"),
            failure=found.failure_reason,
            **amount,
        )
    if kind in DISPUTE_EVENTS:
        lost = kind == "charge.dispute.closed" and found.status == "lost"
        return DisputeNews(payments=named, lost=lost, **amount)
    if kind in PAYMENT_EVENTS:
        received = found.amount if found.amount_received is None else found.amount_received
        succeeded = PAYMENT_EVENTS[kind] is PaymentState.SUCCEEDED
        amount["amount_minor"] = _minor(received if succeeded else found.amount, found.currency)
        return PaymentNews(
            reference=found.id,
            charge=found.latest_charge,
            state=PAYMENT_EVENTS[kind],
            payment_id=(found.metadata or {}).get("polaris_payment_id"),
            **amount,
        )
    return None


def _minor(amount: int, currency: str) -> int:
    return from_stripe(amount, currency.upper())
