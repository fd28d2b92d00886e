"""Close the books through a day, or reopen them."""

from polaris.core.commands import CloseBooks, ReopenBooks
from polaris.core.decision import Decision
from polaris.core.facts.event import EventKind


def close(decision: Decision, command: CloseBooks) -> None:
    """Close the books: from now on, no entry is dated on or before the day."""
    before = decision.books
    after = decision.change(before, closed_through=command.through)
    decision.emit(EventKind.BOOKS_CLOSED, before, after)


def reopen(decision: Decision, command: ReopenBooks) -> None:
    """Move the closing date back, or remove it."""
    before = decision.books
    after = decision.change(before, closed_through=command.through)
    decision.emit(EventKind.BOOKS_REOPENED, before, after)
