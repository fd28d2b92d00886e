"""A provider with prepared answers that treats ids as idempotency keys."""

from collections.abc import Sequence

from polaris.core.commands import UpdatePayment, UpdateRefund
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState

SCRIPTED = "scripted"


class Scripted:
    """Gives its answers in the order of the script, for any request; afterwards none."""

    def __init__(
        self, payments: Sequence[PaymentState] = (), refunds: Sequence[RefundState] = ()
    ) -> None:
        self.payments, self.refunds = payments, refunds
        self.asked: list[tuple[str, str]] = []

    def collect(self, payment: Payment) -> list[UpdatePayment]:
        return self._of_payment("collect", payment)

    def cancel(self, payment: Payment) -> list[UpdatePayment]:
        return self._of_payment("cancel", payment)

    def refund(self, refund: Refund, payment: Payment) -> list[UpdateRefund]:
        self.asked.append(("refund", refund.id))
        return [
            UpdateRefund(refund_id=refund.id, state=state, reference=f"re_{refund.id}")
            for state in self.refunds
        ]

    def _of_payment(self, what: str, payment: Payment) -> list[UpdatePayment]:
        self.asked.append((what, payment.id))
        return [
            UpdatePayment(payment_id=payment.id, state=state, reference=f"py_{payment.id}")
            for state in self.payments
        ]


class Unreachable(Scripted):
    """A provider whose network is down."""

    def refund(self, refund: Refund, payment: Payment) -> list[UpdateRefund]:
        raise ConnectionError("no route to host")
