"""The news that a payment provider sends by itself: record each event once, and act on it.

What happened at a provider is a fact, so it is recorded whatever the state of the books is. An
event that comes twice, or late, changes nothing more.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

import structlog

from polaris.core.commands import Command, LoseDispute, RecordRefund, UpdatePayment, UpdateRefund
from polaris.core.commands.text import ID
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState
from polaris.engine import Engine, request
from polaris.store.provider_events import (
    ProviderEvent,
    end_event,
    invoices_paid_with,
    payment_referred_to,
    payment_with_id,
    refund_referred_to,
    store_event,
)
from polaris.store.refund_attempts import refund_with_payment, states_at
from polaris.store.server.database import Database

log = structlog.get_logger()

NAMESPACE = UUID("6f1c8f6e-27a5-4f0b-9a39-6a4f5f1f2a10")
"""Ids that are made from a provider's ids are in this namespace, so a repetition has the same."""

OLD = "older than what is known"
_RECEIVED = (PaymentState.SUCCEEDED, PaymentState.REVERSED)

ORDER = (RefundState.PENDING, RefundState.SETTLED, RefundState.FAILED)
"""A refund at a provider moves only forward in this order, so an earlier state is old news."""


class SignatureWrong(Exception):
    """The signature does not fit the body, or it is too old."""


class EventMalformed(Exception):
    """The body is not an event of the provider."""


class RefundNews(NamedTuple):
    """A refund as the provider has it. Amounts are in minor units."""

    reference: str  # the provider's own id
    payments: tuple[str, ...]  # the provider's ids of its payment
    state: RefundState
    amount_minor: int
    currency: str
    refund_id: str | None = None  # Polaris's own id, if Polaris has requested it
    failure: str | None = None


class DisputeNews(NamedTuple):
    """A dispute about a payment."""

    payments: tuple[str, ...]
    amount_minor: int
    currency: str
    lost: bool


class PaymentNews(NamedTuple):
    """A payment as the provider has it."""

    reference: str
    state: PaymentState
    amount_minor: int
    currency: str
    charge: str | None = None
    payment_id: str | None = None  # Polaris's own id, if the provider knows it


class News(NamedTuple):
    """An event, whether it is about real money, and what Polaris acts on: None for nothing."""

    event: ProviderEvent
    live: bool
    about: RefundNews | DisputeNews | PaymentNews | None


def receive_news(
    database: Database, engine: Engine, tenant_id: str, provider: str, news: News
) -> str:
    """Record an event, act on it unless that was done before, and return what was done.

    If the program ends in between, the provider sends the event again, and the same requests are
    performed, which the engine does once.
    """
    with database.connect() as connection:
        done = store_event(connection, tenant_id, provider, news.event)
    if done is not None:
        return done
    result = _Receiver(database, engine, tenant_id, provider, news.event).act(news)
    with database.connect() as connection:
        end_event(connection, tenant_id, provider, news.event.id, result)
    log.info("provider_event", provider=provider, event_id=news.event.id, result=result)
    return result


class _Receiver(NamedTuple):
    """Acts on one event."""

    database: Database
    engine: Engine
    tenant_id: str
    provider: str
    event: ProviderEvent

    def act(self, news: News) -> str:
        """Act on the event. Return what was done."""
        match news.about:
            case RefundNews() as refund:
                return self._refund(refund)
            case DisputeNews() as dispute:
                return self._dispute(dispute)
            case PaymentNews() as payment:
                return self._payment(payment)
        return "not needed"

    def _refund(self, news: RefundNews) -> str:
        refund = self._known_refund(news)
        if refund is None:
            return self._unrequested(news)
        if self._is_old(news, refund):
            return OLD
        if refund.state is RefundState.CONVERTED:
            # It was given as credit, so nobody asks for this money any more.
            return self._unrequested(news)
        if (news.amount_minor, news.currency) != (refund.amount_minor, refund.currency):
            failure = f"The provider reports {news.amount_minor} {news.currency} in minor units."
            unclear = UpdateRefund(refund_id=refund.id, state=RefundState.UNKNOWN, failure=failure)
            return f"other amount: {self._perform([unclear])}"
        told = UpdateRefund(
            refund_id=refund.id,
            state=news.state,
            reference=news.reference,
            failure=news.failure,
        )
        return self._perform([told])

    def _known_refund(self, news: RefundNews) -> Refund | None:
        """Return the refund by the id of Polaris that the event names, else by the provider's."""
        with self.database.connect() as connection:
            if news.refund_id and ID.fullmatch(news.refund_id):
                found = refund_with_payment(connection, self.tenant_id, news.refund_id)
                if found and found[1].provider == self.provider:
                    return found[0]
            return refund_referred_to(connection, self.tenant_id, self.provider, news.reference)

    def _is_old(self, news: RefundNews, refund: Refund) -> bool:
        """Return True if the provider has reported a later state of this refund before."""
        with self.database.connect() as connection:
            known = states_at(connection, self.tenant_id, self.provider, refund.id, news.reference)
        return any(ORDER.index(state) > ORDER.index(news.state) for state in known)

    def _unrequested(self, news: RefundNews) -> str:
        """Record a refund that was made at the provider, such as in its dashboard."""
        payment = self._payment_of(news.payments)
        if payment is None or news.currency != payment.currency:
            return "unknown object"
        if news.state is RefundState.FAILED:
            return "not needed"
        told = RecordRefund(
            refund_id=self._id_for(f"refund {news.reference}"),
            payment_id=payment.id,
            amount_minor=news.amount_minor,
            state=news.state,
            reference=news.reference,
        )
        return self._perform([told], f"recorded {news.reference}")

    def _dispute(self, news: DisputeNews) -> str:
        payment = self._payment_of(news.payments)
        if payment is None:
            return "unknown object"
        if not news.lost:
            return "noted"
        with self.database.connect() as connection:
            paid = invoices_paid_with(connection, self.tenant_id, payment.id)
        told: list[Command] = [LoseDispute(invoice_id=each) for each in paid]
        whole = (payment.amount_minor, payment.currency) == (news.amount_minor, news.currency)
        if whole:
            told.append(UpdatePayment(payment_id=payment.id, state=PaymentState.FAILED))
        return self._perform(told) + ("" if whole else "; only a part of the payment")

    def _payment(self, news: PaymentNews) -> str:
        named = tuple(each for each in (news.reference, news.charge) if each)
        payment = self._payment_of(named) or self._payment_called(news.payment_id)
        if payment is None:
            return "unknown object"
        if (news.amount_minor, news.currency) != (payment.amount_minor, payment.currency):
            return "other amount: not recorded"
        if news.state is PaymentState.FAILED and payment.state in _RECEIVED:
            return OLD  # a payment that has succeeded at a provider never fails later
        reference = payment.reference or news.reference
        told = UpdatePayment(payment_id=payment.id, state=news.state, reference=reference)
        return self._perform([told])

    def _payment_of(self, references: Sequence[str]) -> Payment | None:
        with self.database.connect() as connection:
            return payment_referred_to(connection, self.tenant_id, self.provider, references)

    def _payment_called(self, payment_id: str | None) -> Payment | None:
        if payment_id is None or not ID.fullmatch(payment_id):
            return None
        with self.database.connect() as connection:
            found = payment_with_id(connection, self.tenant_id, payment_id)
        return found if found and found.provider == self.provider else None

    def _perform(self, commands: Sequence[Command], cause: str | None = None) -> str:
        """Perform commands, each once for this cause: by default, for this event."""
        requests = [
            request(
                command,
                actor=f"provider:{self.provider}",
                request_id=self._id_for(f"{cause or self.event.id} {position}"),
            )
            for position, command in enumerate(commands)
        ]
        outcomes = self.engine.perform(self.tenant_id, requests)
        refused = [refusal.code for outcome in outcomes for refusal in outcome.refusals]
        return ", ".join(["done", *refused] if any(one.done for one in outcomes) else refused)

    def _id_for(self, name: str) -> str:
        """Return the id that always belongs to this name, of this tenant and provider."""
        return str(uuid5(NAMESPACE, f"{self.tenant_id} {self.provider} {name}"))
