"""Postings and entries: amounts from one account to another, balanced by construction."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple

import msgspec

from polaris.core.facts.row import Row


class EntryKind(StrEnum):
    """Which business fact an entry books; a reversal carries the kind of what it reverses."""

    FINALIZED = "finalized"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_APPLIED = "payment_applied"
    PAYMENT_REVERSED = "payment_reversed"
    WRITTEN_OFF = "written_off"
    NOTE_ISSUED = "note_issued"  # document legs
    NOTE_SETTLED = "note_settled"  # credit and refund legs
    NOTE_APPLIED = "note_applied"
    NOTE_VOIDED = "note_voided"
    REFUND_REQUESTED = "refund_requested"
    REFUND_SETTLED = "refund_settled"
    REFUND_CONVERTED = "refund_converted"
    TOP_UP_LANDED = "top_up_landed"
    CREDITS_CONSUMED = "credits_consumed"
    CREDITS_LAPSED = "credits_lapsed"
    VOID_SETTLED = "void_settled"  # what a void hands on, after the reversals


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
"""A void reverses these. What the invoice's own notes gave stands, and is cleared."""


class Posting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One amount from one account to another: balanced by construction. Minor units, positive."""

    debit: str
    credit: str
    amount_minor: int
    currency: str
    customer_id: str
    invoice_id: str | None = None
    source: str | None = None  # the table of the thing that caused it
    source_id: str | None = None


class Entry(Row, frozen=True, array_like=True, kw_only=True):
    """Postings made together for one fact. Never changed; a reversal names what it reverses."""

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
    """An amount between two accounts, before it is known whose."""

    debit: str
    credit: str
    amount_minor: int


class Place(NamedTuple):
    """Whose postings they are."""

    currency: str
    customer_id: str
    invoice_id: str | None = None
    source: str | None = None
    source_id: str | None = None

    def post(self, *legs: Leg) -> tuple[Posting, ...]:
        """Postings for these legs; nothing is written for zero or from an account to itself."""
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
    """The same amounts from credit to debit."""
    return tuple(
        msgspec.structs.replace(posting, debit=posting.credit, credit=posting.debit)
        for posting in postings
    )
