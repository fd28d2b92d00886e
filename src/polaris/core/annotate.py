"""What is said of an invoice or a credit note. It is kept, and books nothing by itself."""

from polaris.core.commands import AnnotateInvoice
from polaris.core.decision import Decision
from polaris.core.events import EventKind
from polaris.core.invoice import Invoice, PaymentStatus, Status
from polaris.core.settle import land_sold


def annotate_invoice(decision: Decision, command: AnnotateInvoice) -> None:
    """Keep what is said. Credits whose purchase is said to be paid land without the money."""
    before = decision.the(Invoice, command.invoice_id)
    after = decision.change(
        before,
        payment_status_asserted=command.payment_status or before.payment_status_asserted,
        details={**before.details, **(command.details or {})},
    )
    decision.tell(EventKind.INVOICE_ANNOTATED, before, after)
    paid = command.payment_status == PaymentStatus.SUCCEEDED
    if paid and after.status is Status.FINALIZED:
        land_sold(decision, after)
