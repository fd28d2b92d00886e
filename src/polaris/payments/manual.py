"""Cash, cheque and transfer: people move the money and report it, so nothing is ever asked."""

from polaris.core.commands import UpdatePayment, UpdateRefund
from polaris.core.facts.payment import Payment, Refund


class Manual:
    """A provider that waits to be told."""

    def collect(self, payment: Payment) -> tuple[UpdatePayment, ...]:
        """Nothing: somebody will report that money came."""
        return ()

    def cancel(self, payment: Payment) -> tuple[UpdatePayment, ...]:
        """Nothing: what comes all the same is held."""
        return ()

    def refund(self, refund: Refund, payment: Payment) -> tuple[UpdateRefund, ...]:
        """Nothing: somebody will report that money went back."""
        return ()
