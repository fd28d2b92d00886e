"""Postings and entries: amounts that move from one account to another."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple

import msgspec

from polaris.core.facts.row import Row


class EntryKind(StrEnum):
    """The business fact that an entry books. A reversal has the kind of the reversed entry."""

    FINALIZED = "finalized"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_APPLIED = "payment_applied"
    PAYMENT_REVERSED = "payment_reversed"
    WRITTEN_OFF = "written_off"
    NOTE_ISSUED = "note_issued"  # revenue and tax that the note takes back
    NOTE_SETTLED = "note_settled"  # credit and refund that the note gives
    NOTE_APPLIED = "note_applied"
    NOTE_VOIDED = "note_voided"
    REFUND_REQUESTED = "refund_requested"
    REFUND_SETTLED = "refund_settled"
    REFUND_CONVERTED = "refund_converted"
    TOP_UP_LANDED = "top_up_landed"
    CREDITS_CONSUMED = "credits_consumed"
    CREDITS_LAPSED = "credits_lapsed"
    VOID_SETTLED = "void_settled"  # steps c to h of a void, after the reversals
    CORRECTED = "corrected"  # an entry that was dated before its cause, taken back or booked again


UNDONE_BY_VOID = frozenset(
    {
        EntryKind.FINALIZED,
        EntryKind.PAYMENT_APPLIED,
        EntryKind.WRITTEN_OFF,
        EntryKind.NOTE_ISSUED,
        EntryKind.NOTE_APPLIED,
        EntryKind.NOTE_VOIDED,
        EntryKind.CREDITS_CONSUMED,
    }
)
"""A void reverses these. What the invoice's own notes gave stays valid, and is cleared."""


class Posting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A positive amount, in minor units, from one account to another: always balanced."""

    debit: str
    credit: str
    amount_minor: int
    currency: str
    customer_id: str
    invoice_id: str | None = None
    source: str | None = None  # the table of the row that caused it
    source_id: str | None = None


class Entry(Row, frozen=True, array_like=True, kw_only=True):
    """Postings made together for one fact. Never changed; a reversal names the reversed entry."""

    table: ClassVar[str] = "entry"
    found_by: ClassVar[tuple[str, ...]] = ("invoice_id", "reverses")

    kind: EntryKind
    accounting_date: date
    written_at: datetime
    reverses: str | None
    command_id: str
    invoice_id: str | None
    postings: tuple[Posting, ...]


class Leg(NamedTuple):
    """An amount between two accounts, without currency and customer."""

    debit: str
    credit: str
    amount_minor: int


class PostingContext(NamedTuple):
    """The currency, customer, invoice and source that postings share."""

    currency: str
    customer_id: str
    invoice_id: str | None = None
    source: str | None = None
    source_id: str | None = None

    def post(self, *legs: Leg) -> tuple[Posting, ...]:
        """Return postings for these legs, without zero amounts and equal accounts."""
        return tuple(
            Posting(
                leg.debit,
                leg.credit,
                leg.amount_minor,
                self.currency,
                self.customer_id,
                self.invoice_id,
                self.source,
                self.source_id,
            )
            for leg in legs
            if leg.amount_minor and leg.debit != leg.credit
        )


def reversed_postings(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """Return the same postings with debit and credit swapped."""
    return tuple(
        msgspec.structs.replace(posting, debit=posting.credit, credit=posting.debit)
        for posting in postings
    )
