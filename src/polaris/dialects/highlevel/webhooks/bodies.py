"""The invoice in a webhook: as the event left it, with the amounts of that time."""

from polaris.core.balances.projections import collection_status
from polaris.core.facts.event import Event
from polaris.core.facts.invoice import Invoice
from polaris.core.view import View
from polaris.delivery.shape import Payload
from polaris.dialects.highlevel.responses.invoices import STATUSES, head
from polaris.dialects.highlevel.responses.items import discount, items, summary
from polaris.dialects.highlevel.responses.parties import address_text, business, contact
from polaris.dialects.highlevel.webhooks.kinds import DELETE

DELETED = "delete"
"""The status of a deleted draft. The vendor has it in webhooks only."""
SUMMED = ("subTotal", "discount")


def body(name: str, event: Event, view: View, row: Invoice) -> Payload:
    """Return the invoice for a webhook of this type.

    A void has no later facts in it: what was paid and due is stored with the void. Whether a
    payment is in progress is left out, because nobody knows it later.
    """
    status = DELETED if name == DELETE else STATUSES[collection_status(row, under_way=False)]
    seller, sums = business(view, row), summary(view, row)
    return {
        **head(view, row, status, event.at),
        "businessDetails": {**seller, "address": address_text(seller["address"])},
        "contactDetails": contact(view, row),
        "discount": discount(view, row),
        "invoiceItems": items(view, row),
        "totalSummary": {part: sums[part] for part in SUMMED},
    }
