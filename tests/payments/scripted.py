"""A provider of payments with prepared answers that treats ids as idempotency keys."""

from collections.abc import Sequence
from datetime import timedelta

from polaris.core.commands import UpdatePayment
from polaris.core.facts.payment import Payment, PaymentState, Refund
from polaris.payments.port import RefundAnswer
from polaris.store.refund_attempts import AttemptResult

SCRIPTED = "scripted"


class Scripted:
    """Gives its answers in the order of the script, for any request; afterwards none."""

    key_window = timedelta(hours=24)

    def __init__(self, payments: Sequence[PaymentState] = ()) -> None:
        self.payments = payments
        self.asked: list[tuple[str, str]] = []

    def collect(self, payment: Payment) -> list[UpdatePayment]:
        return self._of_payment("collect", payment)

    def cancel(self, payment: Payment) -> list[UpdatePayment]:
        return self._of_payment("cancel", payment)

    def refund_request(self, refund: Refund, payment: Payment) -> dict[str, object]:
        return {"amount": refund.amount_minor}

    def send_refund(self, refund: Refund, payment: Payment) -> RefundAnswer:
        raise RuntimeError("a bug in the provider's package")

    def find_refund(self, refund: Refund, payment: Payment) -> RefundAnswer:
        return RefundAnswer(AttemptResult.MISSING)

    def _of_payment(self, what: str, payment: Payment) -> list[UpdatePayment]:
        self.asked.append((what, payment.id))
        return [
            UpdatePayment(payment_id=payment.id, state=state, reference=f"py_{payment.id}")
            for state in self.payments
        ]


class Unreachable(Scripted):
    """A provider whose network is down."""

    def collect(self, payment: Payment) -> list[UpdatePayment]:
        raise ConnectionError("no route to host")
