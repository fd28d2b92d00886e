"""Stripe as a payment provider: send a refund, find it again, cancel a payment."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import stripe
from msgspec import Raw

from polaris.core.commands import UpdatePayment
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState
from polaris.payments.port import RefundAnswer
from polaris.payments.stripe.amounts import NotExact, from_stripe, to_stripe
from polaris.store.refund_attempts import AttemptResult

TIMEOUT_SECONDS = 20.0
KEY_WINDOW = timedelta(hours=23)
"""Stripe remembers an idempotency key for at least 24 hours; an hour is kept for safety."""

STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SETTLED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
"""What each status of a refund at Stripe means."""

REASONS = {
    "duplicated_charge": "duplicate",
    "duplicate": "duplicate",
    "fraudulent_charge": "fraudulent",
    "fraudulent": "fraudulent",
}
"""The reasons that Stripe knows. Another one is only in the metadata."""

LONGEST_VALUE = 500
"""The longest value of Stripe's metadata, in characters."""

NEVER_SENT = {"NewConnectionError", "ConnectTimeoutError", "NameResolutionError"}
"""The errors of a connection that was never open, by name. After them the request is not out."""

LONGEST_ERROR = 500


class StripeProvider(NamedTuple):
    """One account at Stripe."""

    key: str
    api_base: str | None = None  # the usual URL by default
    timeout_seconds: float = TIMEOUT_SECONDS

    @property
    def key_window(self) -> timedelta:
        """For how long Stripe remembers an idempotency key."""
        return KEY_WINDOW

    def refund_request(self, refund: Refund, payment: Payment) -> dict[str, object]:
        """Return the parameters of the refund. An amount that Stripe cannot take is left out."""
        named = {
            "polaris_refund_id": refund.id,
            "polaris_payment_id": payment.id,
            "polaris_invoice_id": refund.invoice_id,
            "polaris_reason": refund.reason,
        }
        metadata = {name: value[:LONGEST_VALUE] for name, value in named.items() if value}
        sent: dict[str, object] = {**source_of(payment), "metadata": metadata}
        if reason := REASONS.get(refund.reason or ""):
            sent["reason"] = reason
        with suppress(NotExact):
            sent["amount"] = to_stripe(refund.amount_minor, refund.currency)
        return sent

    def send_refund(self, refund: Refund, payment: Payment) -> RefundAnswer:
        """Create the refund at Stripe. The same id gives the same refund, not a second one."""
        sent: Any = self.refund_request(refund, payment)
        if not source_of(payment):
            return declined("The payment has no id of a PaymentIntent or charge of Stripe.")
        if "amount" not in sent:
            with_reason = f"{refund.amount_minor} minor units of {refund.currency}"
            return declined(f"Stripe cannot refund {with_reason} exactly.")
        api = self._client().v1.refunds
        try:
            return reported(api.create(sent, {"idempotency_key": refund.id}))
        except (stripe.InvalidRequestError, stripe.CardError) as refused:
            return declined(self._text(refused))
        except stripe.StripeError as fault:
            return self._no_answer(fault)

    def find_refund(self, refund: Refund, payment: Payment) -> RefundAnswer:
        """Look for the refund at Stripe: by its id there, else among those of its payment."""
        try:
            found = next(self._found(refund, payment), None)
        except stripe.InvalidRequestError as refused:
            if refused.http_status != 404:
                return RefundAnswer(AttemptResult.UNCLEAR, error=self._text(refused))
            found = None
        except stripe.StripeError as fault:
            return self._no_answer(fault)
        if found is None:
            return RefundAnswer(AttemptResult.MISSING, error="Stripe does not have this refund.")
        return reported(found)

    def collect(self, payment: Payment) -> tuple[UpdatePayment, ...]:
        """Return nothing: the shop collects at Stripe, and Stripe reports the result."""
        return ()

    def cancel(self, payment: Payment) -> tuple[UpdatePayment, ...]:
        """Cancel a PaymentIntent. If that is not possible any more, its money will be held."""
        intent = source_of(payment).get("payment_intent")
        if intent is None:
            return ()
        try:
            self._client().v1.payment_intents.cancel(str(intent))
        except stripe.InvalidRequestError:
            return ()
        return (UpdatePayment(payment_id=payment.id, state=PaymentState.FAILED),)

    def _found(self, refund: Refund, payment: Payment) -> Iterator[stripe.Refund]:
        api = self._client().v1.refunds
        if refund.reference:
            yield api.retrieve(refund.reference)
            return
        wanted: Any = {**source_of(payment), "limit": 100}
        for each in api.list(wanted).auto_paging_iter():
            metadata = each.to_dict().get("metadata") or {}
            if metadata.get("polaris_refund_id") == refund.id:
                yield each

    def _no_answer(self, fault: stripe.StripeError) -> RefundAnswer:
        """Return whether Stripe has not taken the request, or whether nobody knows."""
        refused = isinstance(
            fault, stripe.RateLimitError | stripe.AuthenticationError | stripe.PermissionError
        )
        not_taken = refused or never_sent(fault)
        return RefundAnswer(
            AttemptResult.NOT_TAKEN if not_taken else AttemptResult.UNCLEAR,
            error=self._text(fault),
            retry_after_seconds=retry_after(fault),
        )

    def _text(self, fault: stripe.StripeError) -> str:
        """Return what Stripe said, without the key."""
        said = " ".join(str(fault).split()).replace(self.key, "***")
        return f"{fault.http_status or 'No answer'}: {said}"[:LONGEST_ERROR]

    def _client(self) -> stripe.StripeClient:
        base: Any = {"api": self.api_base} if self.api_base else None
        return stripe.StripeClient(
            self.key,
            base_addresses=base,
            max_network_retries=0,  # a repetition is an attempt of its own, which is recorded
            http_client=stripe.RequestsClient(timeout=self.timeout_seconds),
        )


def source_of(payment: Payment) -> dict[str, object]:
    """Return the parameter that names the payment at Stripe; empty if it has no id of Stripe."""
    reference = payment.reference or ""
    if reference.startswith("pi_"):
        return {"payment_intent": reference}
    return {"charge": reference} if reference.startswith(("ch_", "py_")) else {}


def reported(found: stripe.Refund) -> RefundAnswer:
    """Return what Stripe's refund says. A status that is not known is unclear."""
    state = STATES.get(found.status or "")
    answer = RefundAnswer(
        AttemptResult.REPORTED if state else AttemptResult.UNCLEAR,
        state=state,
        reference=found.id,
        error=None if state else f"Stripe reports the unknown status {found.status!r}.",
        answer=Raw(msgspec.json.encode(found.to_dict())),
    )
    if state is RefundState.FAILED:
        answer = answer._replace(error=getattr(found, "failure_reason", None) or found.status)
    currency = found.currency.upper()
    try:
        return answer._replace(amount_minor=from_stripe(found.amount, currency), currency=currency)
    except NotExact as fault:
        return answer._replace(result=AttemptResult.UNCLEAR, state=None, error=str(fault))


def declined(error: str) -> RefundAnswer:
    """Return the answer for a refund that Stripe will never make."""
    return RefundAnswer(AttemptResult.REPORTED, state=RefundState.FAILED, error=error)


def never_sent(fault: BaseException) -> bool:
    """Return True if the connection was never open."""
    cause: BaseException | None = fault
    while cause is not None:
        if type(cause).__name__ in NEVER_SENT:
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def retry_after(fault: stripe.StripeError) -> int | None:
    """Return the seconds that the header Retry-After asks to wait; None without it."""
    headers = {name.lower(): value for name, value in dict(fault.headers or {}).items()}
    seconds = str(headers.get("retry-after", ""))
    return int(seconds) if seconds.isdecimal() and len(seconds) < 6 else None
