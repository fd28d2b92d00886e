"""A wallet's sums and history, computed back to the time of a webhook's event."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, LineKind, Status
from polaris.core.facts.wallet import Lot, MovementKind
from polaris.core.view import View
from polaris.delivery.images import image_after
from polaris.store.read.wallets import Happening, Sums


class Wallets(NamedTuple):
    """The sums of a wallet by its id, and its history, the newest first.

    The sums must be read as of the event's time; the history must go back at least to that time.
    """

    sums: Mapping[str, Sums]
    happenings: Sequence[Happening] = ()


NO_WALLETS = Wallets({})


def happening_at(event: Event, view: View, row: Happening) -> Happening:
    """Return a wallet transaction as it was at the event."""
    if event.kind is EventKind.INVOICE_FINALIZED:
        landed = row.settled_at is not None and row.settled_at <= event.at
        return replace(row, left_minor=row.amount_minor) if landed else _pending(event, view, row)
    if row.kind is MovementKind.RESTORED:
        return replace(row, gave_back=_of_voided(view, row.invoice_id))
    if row.left_minor is None:
        return row
    lot = image_after(event, Lot)
    return replace(row, amount_minor=lot.amount_minor, left_minor=lot.left_minor)


def _pending(event: Event, view: View, row: Happening) -> Happening:
    """Return a purchase as it was before its payment."""
    invoice = view.the(Invoice, event.subject_id)
    lines = view.balance(invoice).lines
    return replace(
        row,
        state="pending",
        amount_minor=sum(line.net_minor for line in lines if line.kind is LineKind.TOP_UP),
        left_minor=None,
        priority=50,
        settled_at=None,
        failed_at=None,
        details=invoice.details,
        parts=[],
    )


def _of_voided(view: View, invoice_id: str | None) -> bool:
    invoice = view.get(Invoice, invoice_id)
    return invoice is not None and invoice.status is Status.VOIDED
