"""Facts as they were right after an event, even if they are read much later.

Webhooks are composed from them, and repeated requests are answered from them. The event's subject
is exactly its `after` image; an issued document gets its parties from the row, which keeps them for
ever. The other rows are the current ones, but every
later change that can be seen from a timestamp in the rows is undone:

- A row that was created after the event is not listed.
- What ended after the event has not ended yet: a settlement, a write-off, a wallet; and an invoice
  or a credit note that was voided later is not void yet.
- The sums of another invoice are computed from its settlements at that time.

A repeated request also knows the first later event about each row. Then customers, the tenant,
catalogue items, taxes, webhook endpoints, wallets, payments and refunds are exactly as they were.

Other changes leave no timestamp, so rows other than the subject keep these values as they are now:
without later events the fields of a customer and of the tenant, but for those that an issued
document keeps, and the state of a payment; its unused money; the balance of a credit note or a lot;
the money held on a voided invoice, and the invoice that replaced it; details, free texts and an
asserted payment status. A refund that was settled later counts as requested, even if it had failed
in between. All times are those of the requests, so two requests made at almost the same time can
appear in a different order than they were decided in.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from msgspec.structs import replace

from polaris.core.balances.parties import is_issued, kept_parties
from polaris.core.decision import Decision, Facts
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.credit_note import CreditNote, NoteStatus
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind, Status, WriteOff
from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.core.facts.row import Row
from polaris.core.facts.task import Task
from polaris.core.facts.tenant import Books, Tenant
from polaris.core.facts.wallet import Lot, Movement, Wallet, WalletStatus
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.ledger.posting import Entry
from polaris.core.view import View
from polaris.delivery.images import ROWS, image_after, image_before

R = TypeVar("R", bound=Row)


class PastView(View):
    """Read-only facts as they were right after an event. The given facts are not changed."""

    def __init__(self, facts: Facts, event: Event) -> None:
        super().__init__(facts, event.at)
        self.decision = _Past(facts, event)


def facts_after(facts: Facts, events: Sequence[Event], later: Sequence[Event] = ()) -> Facts:
    """Return new facts as they were right after the events of one request, of which there are some.

    `facts` are the current ones, and they are not changed. `later` are the first later events
    about these rows; with them, the rows of `_WHOLE` are exactly as they were.
    """
    return _facts_of(_Past(facts, *events, later=later))


def facts_before(facts: Facts, events: Sequence[Event], later: Sequence[Event] = ()) -> Facts:
    """Return new facts as they were right before the first of these events; see `facts_after`."""
    first = {(event.subject, event.subject_id): event for event in reversed(events)}
    past = _Past(facts, *events, later=later)
    past.at = min(event.at for event in events) - timedelta.resolution
    for event in first.values():
        past.rewind(event)
    return _facts_of(past)


def _facts_of(past: "_Past") -> Facts:
    tables = past.facts.tables
    ids = [(kind, row_id) for kind, table in tables.items() for row_id in table]
    rows = [past.get(*one) for one in ids if one not in past.missing]
    then = [row for row in rows if row is not None and not _later(_made_at(row), past.at)]
    tenant_id = past.facts.tenant_id
    return Facts(past.the(Tenant, tenant_id), past.the(Books, tenant_id), then)


class _Past(Decision):
    """A decision over facts as they were. It replaces only the subjects of events in them.

    Several events must be those of one request, in their order. `later` are the first later events
    about other rows.
    """

    def __init__(self, facts: Facts, *events: Event, later: Sequence[Event] = ()) -> None:
        super().__init__(facts, events[0].command_id, events[-1].at, _no_new_id)
        self.missing: set[tuple[type[Row], str]] = set()  # rows that did not exist then
        for event in later:
            if ROWS[event.subject] in _WHOLE:
                self.rewind(event)
        last = {(event.subject, event.subject_id): event for event in events}
        for event in last.values():
            self.put(_with_parties(image_after(event, ROWS[event.subject]), self))
        for event in last.values():
            if event.kind in _BEGINNINGS:
                self.put(_settled_at_once(self, self.the(Invoice, event.subject_id)))

    def rewind(self, event: Event) -> None:
        """Take the subject as it was before the event; it may not have existed."""
        kind = ROWS[event.subject]
        row = image_before(event, kind)
        if row is None:
            self.missing.add((kind, event.subject_id))
        else:
            self.put(_with_parties(row, self))

    def get(self, kind: type[R], row_id: str | None) -> R | None:
        row = super().get(kind, row_id)
        return row and self._restored(row)

    def of(self, kind: type[R], field: str, value: str) -> list[R]:
        return self._listed(super().of(kind, field, value))

    def every(self, kind: type[R]) -> list[R]:
        return self._listed(super().every(kind))

    def _listed(self, rows: list[R]) -> list[R]:
        """Return the rows that existed at the time of the event, as they were.

        Only lists need this check: a row that is read by its id did exist.
        """
        return [self._restored(row) for row in rows if not _later(_made_at(row), self.at)]

    def _restored(self, row: R) -> R:
        if row.id in self.rows[type(row)]:  # the subject itself
            return row
        restore = _RESTORE.get(type(row))
        return restore(self, row) if restore else row


def _no_new_id() -> str:
    raise AssertionError("a view of the past cannot create rows")


def _with_parties(subject: Row, past: Decision) -> Row:
    """Return an issued document with its parties, which the image of an event lacks.

    They are in its row. Facts without this row do not need the document.
    """
    if not isinstance(subject, Invoice | CreditNote) or not is_issued(subject):
        return subject
    if past.facts.get(type(subject), subject.id) is None:
        return subject
    return replace(subject, parties=kept_parties(subject, past))


_WHOLE = frozenset(
    {Customer, Tenant, TaxCode, CatalogueItem, WebhookEndpoint, Wallet, Payment, Refund, Task}
)
"""The rows whose changes are all events: the image before the first later event is exact.

The unused money of a payment is the exception; its image may be newer.
"""

_BEGINNINGS = (EventKind.INVOICE_FINALIZED, EventKind.INVOICE_RECORDED)
"""The image of these events is older than the settlements by credit that the same request made."""

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
    Task: "opened_at",
}
"""The field with the time at which a row was created. Other rows belong to one of these rows."""


def _made_at(row: Row) -> datetime | None:
    field = _MADE_AT.get(type(row))
    return getattr(row, field) if field else None


def _later(when: datetime | None, at: datetime) -> bool:
    return when is not None and when > at


# ---------------------------------------------------------------- undoing later changes


def _settlement(past: Decision, row: Settlement) -> Settlement:
    """Undo a later removal. Money is held only after the removal."""
    return replace(row, removed_at=None, held_minor=0) if _later(row.removed_at, past.at) else row


def _write_off(past: Decision, row: WriteOff) -> WriteOff:
    return replace(row, reversed_at=None) if _later(row.reversed_at, past.at) else row


def _wallet(past: Decision, row: Wallet) -> Wallet:
    if not _later(row.terminated_at, past.at):
        return row
    return replace(row, status=WalletStatus.ACTIVE, terminated_at=None)


def _credit_note(past: Decision, row: CreditNote) -> CreditNote:
    """Undo a later void: the note gets back the balance that the void took."""
    if not _later(row.voided_at, past.at):
        return row
    left = row.balance_minor + row.voided_minor
    status = NoteStatus.ISSUED
    return replace(row, status=status, voided_at=None, voided_minor=0, balance_minor=left)


def _refund(past: Decision, row: Refund) -> Refund:
    """Return the refund as requested if it was created by this request or settled later."""
    if row.requested_at != past.at and not _later(row.settled_at, past.at):
        return row
    return replace(row, state=RefundState.REQUESTED, settled_at=None, entry_id=None, failure=None)


def _invoice(past: Decision, row: Invoice) -> Invoice:
    """Return the invoice with its status at that time, and the sums from its settlements then."""
    row = _without_later_times(row, past.at)
    if _later(row.finalized_at, past.at):
        return _draft(_unvoided(row))
    if _later(row.voided_at, past.at):
        row = _unvoided(row)
    return _balanced(past, row) if row.status is Status.FINALIZED else row


def _without_later_times(row: Invoice, at: datetime) -> Invoice:
    """Clear the later timestamps that come with no other change."""
    fields = ("dispute_lost_at", "overdue_since", "sent_at", "hidden_at")
    later = [field for field in fields if _later(getattr(row, field), at)]
    return replace(row, **dict.fromkeys(later)) if later else row


def _draft(row: Invoice) -> Invoice:
    """Return the invoice as before it was finalized. Its issue date may have been empty then."""
    return replace(
        row,
        status=Status.DRAFT,
        number=None,
        series=None,
        due_date=None,
        finalized_at=None,
        parties=None,
        paid_minor=0,
        outstanding_minor=0,
    )


def _unvoided(row: Invoice) -> Invoice:
    """Return the invoice as before it was voided. Only a voided invoice has a replacement."""
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
    """Compute the paid and outstanding amounts from the settlements that were live."""
    live = [part for part in past.of(Settlement, "invoice_id", row.id) if part.live]
    paid = sum(part.amount_minor for part in live if part.kind is SettlementKind.PAYMENT)
    settled = sum(part.amount_minor for part in live)
    return replace(row, paid_minor=paid, outstanding_minor=row.total_minor - settled)


def _settled_at_once(past: Decision, row: Invoice) -> Invoice:
    """Return a new invoice after the credit, wallet and unused money that its request applied.

    No other event reports these settlements, so they belong to the event that begins the invoice.
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
"""The function that restores a row other than the subject to the time of the event."""
