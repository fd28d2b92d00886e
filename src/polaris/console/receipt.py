"""The receipt of a request about an invoice: each document, entry and event that it made."""

from collections.abc import Mapping
from typing import NamedTuple

from polaris.console.access import Visit
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.payment import Refund, RefundState
from polaris.core.ledger.posting import Entry
from polaris.services.invoice_detail import InvoiceDetail
from polaris.store.read.customers import wallets_of
from polaris.store.read.timeline import Happening

FINAL = (RefundState.SETTLED, RefundState.CONVERTED)


class Receipt(NamedTuple):
    """What one request did to an invoice."""

    happening: Happening
    credit_notes: list[CreditNote]
    refunds: list[Refund]
    wallet_events: list[Event]
    wallets: Mapping[str, str]  # their names, by id
    entries: list[Entry]
    held_minor: int  # what the voided invoice holds for the customer now

    def wallet_of(self, event: Event) -> str:
        """Return the name of the wallet whose credits an event tells about."""
        return self.wallets.get(str(event.after.get("wallet_id")), "Customer’s wallet")

    @property
    def sentence(self) -> str:
        """Return what was done, as a headline."""
        kinds = {event.kind for event in self.happening.events}
        if "invoice.voided" in kinds:
            return "The invoice is voided."
        if "invoice.finalized" in kinds:
            return "The invoice is finalized."
        if "invoice.closed" in kinds:
            return "The draft is deleted."
        return "Done."

    @property
    def waits(self) -> bool:
        """True if the state of a refund can still change."""
        return any(refund.state not in FINAL for refund in self.refunds)


async def receipt_of(visit: Visit, detail: InvoiceDetail, request_id: str | None) -> Receipt | None:
    """Return the receipt of a request, or None if it did nothing to this invoice."""
    done = (one for one in detail.happenings if one.command_id == request_id)
    happening = next((one for one in done if one.outcome == "done"), None)
    if happening is None:
        return None
    changed = {event.subject_id for event in happening.events}
    whole = detail.whole
    voided = any(event.kind is EventKind.INVOICE_VOIDED for event in happening.events)
    of_wallets = [one for one in happening.events if one.kind.startswith("credits.")]
    return Receipt(
        happening=happening,
        credit_notes=[note for note in whole.credit_notes if note.id in changed],
        refunds=[refund for refund in whole.refunds if refund.id in changed],
        wallet_events=of_wallets,
        wallets=await _wallet_names(visit, detail) if of_wallets else {},
        held_minor=detail.held_minor if voided else 0,
        entries=[entry for entry in detail.entries if entry.command_id == happening.command_id],
    )


async def _wallet_names(visit: Visit, detail: InvoiceDetail) -> dict[str, str]:
    """Return the names of the customer's wallets, by their ids."""
    found = await visit.caller.read(wallets_of, detail.invoice.customer_id)
    return {wallet.id: f"Wallet “{wallet.name}”" for wallet in found if wallet.name}
