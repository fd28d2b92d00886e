"""A list of deliveries with its filters, as its URL describes it."""

from typing import Any, NamedTuple

from polaris.console.access import Visit
from polaris.console.list_state import ListState
from polaris.services import webhook_deliveries
from polaris.store.read.invoices import numbers_of_invoices
from polaris.store.read.keyset import Window
from polaris.store.read.webhooks import DeliveryFilter, DeliveryState, ListedDelivery

NAMES = ("state", "invoice", "after", "before")
IN_PANEL = 25
"""How many deliveries the panel of an invoice shows."""


async def delivery_list(visit: Visit, path: str, endpoint_id: str | None = None) -> dict[str, Any]:
    """Return what the template of a list of deliveries needs; of one endpoint, or of all."""
    state = ListState(path, visit.request.query_params, NAMES)
    state.read_page(str)
    chosen = state.text("state")
    known = DeliveryState(chosen) if chosen in set(DeliveryState) else None
    wanted = DeliveryFilter(endpoint_id, state.id("invoice"), known)
    window = state.window if _is_ours(state.window) else Window(limit=state.window.limit)
    found = await webhook_deliveries.list_deliveries(visit.caller, wanted, window)
    invoices = {row.invoice_id for row in found.rows if row.invoice_id}
    return {
        "state": state,
        "found": found,
        "wanted": wanted,
        "numbers": await visit.caller.read(numbers_of_invoices, invoices),
        "filters": {
            word: state.url(state=value, after=None, before=None)
            for word, value in (("all", None), *((str(one), str(one)) for one in DeliveryState))
        },
    }


def _is_ours(window: Window) -> bool:
    """True if the page continues from a row of this list: its key is the id."""
    starts = [one for one in (window.after, window.before) if one]
    return all(one.key == one.id for one in starts)


class InvoiceDeliveries(NamedTuple):
    """The newest deliveries about an invoice."""

    rows: list[ListedDelivery]
    has_more: bool

    @property
    def by_webhook(self) -> dict[str, list[ListedDelivery]]:
        """The deliveries of each webhook, which is one event in the words of one dialect."""
        grouped: dict[str, list[ListedDelivery]] = {}
        for row in self.rows:
            grouped.setdefault(row.webhook_id, []).append(row)
        return grouped


async def deliveries_of_invoice(visit: Visit, invoice_id: str) -> InvoiceDeliveries:
    """Return the newest deliveries about an invoice."""
    found = await webhook_deliveries.list_deliveries(
        visit.caller, DeliveryFilter(invoice_id=invoice_id), Window(limit=IN_PANEL)
    )
    return InvoiceDeliveries(found.rows, found.after is not None)
