"""Every way to say no to a change of what invoices refer to; see `refusals`."""

from polaris.core.refusals import Refusal

# ---------------------------------------------------------------- who may


class PeriodNotOver(Refusal):
    """The period has not ended yet."""

    instead = "Close the books through yesterday at most."


class AdministratorRequired(Refusal):
    """Only an administrator may do this."""

    instead = "Ask an administrator."


class BooksWouldMoveBack(Refusal):
    """The books are closed further than that already."""

    instead = "Reopen the books to move the closing date back."


class BooksWouldMoveForward(Refusal):
    """Reopening only moves the closing date back."""

    instead = "Close the books to move the closing date forward."
