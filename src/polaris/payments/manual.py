"""Cash, cheque and transfer: people move the money and report it, so nothing is requested."""

from polaris.core.commands import UpdatePayment, UpdateRefund
from polaris.core.facts.payment import Payment, Refund


class Manual:
    """A provider that does nothing: people report its payments and refunds."""

    def collect(self, payment: Payment) -> tuple[UpdatePayment, ...]:
        """Return nothing: somebody will report that the money has arrived."""
        return ()

    def cancel(self, payment: Payment) -> tuple[UpdatePayment, ...]:
        """Return nothing: money that arrives nevertheless is held."""
        return ()

    def refund(self, refund: Refund, payment: Payment) -> tuple[UpdateRefund, ...]:
        """Return nothing: somebody will report that the money was sent back."""
        return ()
