"""The one status that a person sees for an invoice, derived from its three status fields."""

from enum import StrEnum

from polaris.core.facts.invoice import PaymentStatus, Status


class UiStatus(StrEnum):
    """The status of an invoice on the screen. `explanation` says in one sentence what it means."""

    explanation: str

    def __new__(cls, name: str, explanation: str = "") -> "UiStatus":
        status = str.__new__(cls, name)
        status._value_ = name
        status.explanation = explanation
        return status

    DRAFT = "draft", "It can still be changed; nothing is owed on it."
    CLOSED = "closed", "It was deleted or skipped as a draft, and never became an invoice."
    VOIDED = "voided", "It was voided; nothing is owed on it any more."
    OVERDUE = "overdue", "It was issued, and its due date has passed before it was paid."
    PAID = "paid", "It was issued, and nothing is left to pay."
    PENDING = "pending", "It was issued, and its payment is awaited."
    FAILED = "failed", "It was issued, and its last payment failed."
    FINALIZED = "finalized", "It was issued; nothing is known about its payment."


_OF_PAYMENT = {
    PaymentStatus.SUCCEEDED: UiStatus.PAID,
    PaymentStatus.PENDING: UiStatus.PENDING,
    PaymentStatus.FAILED: UiStatus.FAILED,
}


def derive_invoice_ui_status(
    status: Status | str, payment_status: PaymentStatus | str | None, payment_overdue: bool
) -> UiStatus:
    """Return the status to show for an invoice.

    A draft, closed or voided invoice shows that, whatever was paid. A finalized one shows whether
    it is overdue, else its payment status; without any payment status it is just finalized.
    Raises ValueError for an unknown status or payment status.
    """
    payment = PaymentStatus(payment_status) if payment_status else None
    if Status(status) is not Status.FINALIZED:
        return UiStatus(Status(status))
    if payment_overdue:
        return UiStatus.OVERDUE
    return _OF_PAYMENT[payment] if payment else UiStatus.FINALIZED
