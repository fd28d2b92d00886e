"""What was read of a wallet for a webhook, taken back to the time of the event."""

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

    The sums are to be read for the event's time, which says what has expired; the history is to go
    back to that time at least.
    """

    sums: Mapping[str, Sums]
    happenings: Sequence[Happening] = ()


NO_WALLETS = Wallets({})

IN_AND_OUT_OF_SPENT = {MovementKind.CONSUMED: 1, MovementKind.RESTORED: -1}
"""Which of a wallet's happenings count as spent, and which take that back."""


def sums_at(wallets: Wallets, wallet_id: str, at: datetime) -> Sums:
    """The wallet's sums at a time: those that were read, less what its history shows since then.

    A lot that had expired by then and was booked out later counts as left, because its time of
    expiry is not read. The last times are those that the history shows.
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
    """What happened, as it stood at the event that tells of it."""
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
    """A purchase that is not paid yet."""
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
