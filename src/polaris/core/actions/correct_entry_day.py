"""Book an entry again on the day on which it belongs."""

from msgspec.structs import replace

from polaris.core.commands import CorrectEntryDay
from polaris.core.decision import Decision
from polaris.core.facts.event import EventKind
from polaris.core.ledger.posting import Entry, reversed_postings


def correct(decision: Decision, command: CorrectEntryDay) -> None:
    """Take the entry back on its own day, and book it again on the right day.

    The new postings name the entry as their source, because what caused it stays as it is.
    """
    entry = decision.the(Entry, command.entry_id)
    postings = tuple(
        replace(posting, source=Entry.table, source_id=entry.id) for posting in entry.postings
    )
    decision.correct(reversed_postings(postings), entry.accounting_date)
    again = decision.correct(postings, command.day)
    decision.emit(EventKind.ENTRY_CORRECTED, entry, again)
