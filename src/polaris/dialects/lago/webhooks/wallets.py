"""A wallet's sums and history, computed back to the time of a webhook's event."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, LineKind, Status
from polaris.core.facts.wallet import Lot, MovementKind
from polaris.core.view import View
from polaris.delivery.images import image_after
from polaris.dialects.lago.responses.wallet_transactions import OUT
from polaris.store.read.wallets import Happening, Sums


class Wallets(NamedTuple):
    """The sums of a wallet by its id, and its history, the newest first.

    The sums must be read for the event's time, which decides what has expired; the history must go
    back at least to that time.
    """

    sums: Mapping[str, Sums]
    happenings: Sequence[Happening] = ()


NO_WALLETS = Wallets({})

IN_AND_OUT_OF_SPENT = {MovementKind.CONSUMED: 1, MovementKind.RESTORED: -1}
"""The movements that add to the spent amount, and those that reduce it again."""


def sums_at(wallets: Wallets, wallet_id: str, at: datetime) -> Sums:
    """Return the wallet's sums at a time: the sums read, less the movements since then.

    A lot that had expired by then and was booked out later counts as left, because its expiry time
    is not read. `consumed_at` and `moved_at` come from the history.
    """
    sums = wallets.sums[wallet_id]
    later = [one for one in wallets.happenings if one.settled_at and one.settled_at > at]
    if not later:
        return sums
    earlier = [one for one in wallets.happenings if one.settled_at and one.settled_at <= at]
    return Sums(
        left_minor=sums.left_minor - sum(_into(one) for one in later),
        consumed_minor=sums.consumed_minor - sum(_spent(one) for one in later),
        consumed_at=_last(one for one in earlier if one.kind is MovementKind.CONSUMED),
        moved_at=_last(earlier),
    )


def _into(happening: Happening) -> int:
    return -happening.amount_minor if happening.kind in OUT else happening.amount_minor


def _spent(happening: Happening) -> int:
    return IN_AND_OUT_OF_SPENT.get(happening.kind, 0) * happening.amount_minor


def _last(happenings: Iterable[Happening]) -> datetime | None:
    return max((one.settled_at for one in happenings if one.settled_at), default=None)


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
