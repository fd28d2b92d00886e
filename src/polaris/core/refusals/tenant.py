"""Refusals about the tenant, its settings and its books."""

from polaris.core.refusals.base import Refusal


class UnknownSetting(Refusal):
    """A tenant has no setting of this name."""

    instead = "Use a name of the reference of settings."


class SettingNotPossible(Refusal):
    """A setting cannot have this value."""

    instead = "Give a value of the kind that the reference of settings says."


class FormatNotPossible(Refusal):
    """Numbers cannot be made by this format."""

    instead = "Give at most 100 characters with {next}, such as INV-{next:06}; escape other braces."


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
