"""Facts as an event left them, however much later a webhook is composed.

The event's subject is exactly its `after` image. The rows around it are those of now, with every
later change taken back that the rows themselves still show by a time:

- A row that was made after the event is not listed.
- What was ended after the event has not ended: a settlement, a write-off, a wallet, a void of an
  invoice or of a credit note.
- The sums of another invoice follow from its settlements at that time.

What the rows do not show cannot be known, so a neighbour of the subject has it as it is now: the
fields of a customer and of the tenant; state and unused money of a payment; the balance of a credit
note or a lot; money held on a voided invoice, and by which invoice it was replaced; details, free
texts and what was said of a payment's status. A refund that was settled later counts as requested,
even if it had failed in between. Times are those at which requests were made, so two requests that
were made at almost the same time can appear in the other order than they were decided in.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from polaris.core.decision import Decision, Facts
from polaris.core.facts.credit_note import CreditNote, NoteStatus
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind, Status, WriteOff
from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.core.facts.row import Row
from polaris.core.facts.wallet import Lot, Movement, Wallet, WalletStatus
from polaris.core.ledger.posting import Entry
from polaris.core.view import View
from polaris.delivery.images import ROWS, image_after

R = TypeVar("R", bound=Row)


class PastView(View):
    """Read-only facts as an event left them. The facts given are shared and stay untouched."""

    def __init__(self, facts: Facts, event: Event) -> None:
        super().__init__(facts, event.at)
        self.decision = _Past(facts, event)


class _Past(Decision):
    """Reads facts as they were; the event's subject is the only row that it puts over them."""

    def __init__(self, facts: Facts, event: Event) -> None:
        super().__init__(facts, event.command_id, event.at, _no_new_id)
        subject = self.put(image_after(event, ROWS[event.subject]))
        if isinstance(subject, Invoice) and event.kind in _BEGINNINGS:
            self.put(_settled_at_once(self, subject))

    def get(self, kind: type[R], row_id: str | None) -> R | None:
        row = super().get(kind, row_id)
        return row and self._restored(row)

    def of(self, kind: type[R], field: str, value: str) -> list[R]:
        return self._listed(super().of(kind, field, value))

    def every(self, kind: type[R]) -> list[R]:
        return self._listed(super().every(kind))

    def _listed(self, rows: list[R]) -> list[R]:
        """Those of the rows that there were; a row that is named by its id was there."""
        return [self._restored(row) for row in rows if not _later(_made_at(row), self.at)]

    def _restored(self, row: R) -> R:
        if row.id in self.rows[type(row)]:  # the subject itself
            return row
        restore = _RESTORE.get(type(row))
        return restore(self, row) if restore else row


def _no_new_id() -> str:
    raise AssertionError("nothing new is decided over the past")


_BEGINNINGS = (EventKind.INVOICE_FINALIZED, EventKind.INVOICE_RECORDED)
"""Their image is of the moment before credit that the same request applies has settled anything."""

_MADE_AT: dict[type[Row], str] = {
    Invoice: "created_at",
    Settlement: "at",
    WriteOff: "at",
    Payment: "created_at",
    Refund: "requested_at",
    CreditNote: "issued_at",
    Wallet: "created_at",
    Lot: "landed_at",
    Movement: "at",
    Entry: "written_at",
}
"""The field that says when a row was made. Other rows come and go with one of these."""


def _made_at(row: Row) -> datetime | None:
    field = _MADE_AT.get(type(row))
    return getattr(row, field) if field else None


def _later(when: datetime | None, at: datetime) -> bool:
    return when is not None and when > at


# ---------------------------------------------------------------- taking back what came later


def _settlement(past: Decision, row: Settlement) -> Settlement:
    """Money is held only from the removal on."""
    return replace(row, removed_at=None, held_minor=0) if _later(row.removed_at, past.at) else row


def _write_off(past: Decision, row: WriteOff) -> WriteOff:
    return replace(row, reversed_at=None) if _later(row.reversed_at, past.at) else row


def _wallet(past: Decision, row: Wallet) -> Wallet:
    if not _later(row.terminated_at, past.at):
        return row
    return replace(row, status=WalletStatus.ACTIVE, terminated_at=None)


def _credit_note(past: Decision, row: CreditNote) -> CreditNote:
    """A note that was voided later is as the voiding found it, with what that took back."""
    if not _later(row.voided_at, past.at):
        return row
    left = row.balance_minor + row.voided_minor
    status = NoteStatus.ISSUED
    return replace(row, status=status, voided_at=None, voided_minor=0, balance_minor=left)


def _refund(past: Decision, row: Refund) -> Refund:
    """A refund is requested when it is made. One that was settled later had not been yet."""
    if row.requested_at != past.at and not _later(row.settled_at, past.at):
        return row
    return replace(row, state=RefundState.REQUESTED, settled_at=None, entry_id=None)


def _invoice(past: Decision, row: Invoice) -> Invoice:
    """Its status at that time, and its sums by what settled it then."""
    row = _without_later_times(row, past.at)
    if _later(row.finalized_at, past.at):
        return _draft(_unvoided(row))
    if _later(row.voided_at, past.at):
        row = _unvoided(row)
    return _balanced(past, row) if row.status is Status.FINALIZED else row


def _without_later_times(row: Invoice, at: datetime) -> Invoice:
    """Without the notes of what happened to it later and changed nothing else."""
    fields = ("dispute_lost_at", "sent_at", "hidden_at")
    later = [field for field in fields if _later(getattr(row, field), at)]
    return replace(row, **dict.fromkeys(later)) if later else row


def _draft(row: Invoice) -> Invoice:
    """What it was before it was finalized; its issue date may have been open then."""
    return replace(
        row,
        status=Status.DRAFT,
        number=None,
        series=None,
        due_date=None,
        finalized_at=None,
        paid_minor=0,
        outstanding_minor=0,
    )


def _unvoided(row: Invoice) -> Invoice:
    """What it was before it was voided. Only a voided invoice is replaced by another."""
    return replace(
        row,
        status=Status.FINALIZED,
        voided_at=None,
        void_reason=None,
        void_comment=None,
        paid_at_void_minor=None,
        outstanding_at_void_minor=None,
        regenerated_as=None,
    )


def _balanced(past: Decision, row: Invoice) -> Invoice:
    """Paid and outstanding amounts by the settlements that were live."""
    live = [one for one in past.of(Settlement, "invoice_id", row.id) if one.live]
    paid = sum(one.amount_minor for one in live if one.kind is SettlementKind.PAYMENT)
    settled = sum(one.amount_minor for one in live)
    return replace(row, paid_minor=paid, outstanding_minor=row.total_minor - settled)


def _settled_at_once(past: Decision, row: Invoice) -> Invoice:
    """A new invoice after the credit, wallet and unused money that its own request applied.

    No other event tells of these, so they belong to the beginning of the invoice.
    """
    if row.status is not Status.FINALIZED:
        return row
    after = _balanced(past, row)
    whole = row.outstanding_minor and not after.outstanding_minor
    return replace(after, payment_status_asserted=None) if whole else after


_RESTORE: dict[type[Row], Callable[[Decision, Any], Any]] = {
    Settlement: _settlement,
    WriteOff: _write_off,
    Wallet: _wallet,
    CreditNote: _credit_note,
    Refund: _refund,
    Invoice: _invoice,
}
"""How a row beside the subject is taken back to the time of the event."""
