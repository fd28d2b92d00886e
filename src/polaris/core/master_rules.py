"""Requirements about what invoices refer to: the books as a whole."""

from polaris.core import master_refusals as refusals
from polaris.core.requirement import Case, Details, requires, unless


@requires(refusals.AdministratorRequired)
def asked_by_administrator(case: Case) -> Details | None:
    """An administrator asks."""
    return unless(case.decision.administrator)


@requires(refusals.BooksWouldMoveBack)
def books_move_forward(case: Case) -> Details | None:
    """Closing moves the closing date forward."""
    closed = case.decision.books.closed_through
    return unless(closed is None or case.command.through > closed, field="through")


@requires(refusals.BooksWouldMoveForward)
def books_move_back(case: Case) -> Details | None:
    """Reopening moves the closing date back."""
    closed, through = case.decision.books.closed_through, case.command.through
    back = closed is not None and (through is None or through < closed)
    return unless(back, field="through")


@requires(refusals.PeriodNotOver)
def period_over(case: Case) -> Details | None:
    """The period that is closed has ended."""
    return unless(case.command.through < case.decision.today(), field="through")
