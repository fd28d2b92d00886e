"""Refusals about the tenant, its settings and its books."""

from polaris.core.refusals.base import Refusal


class UnknownSetting(Refusal):
    """No setting has this name (`id`)."""

    instead = "Use a name from the settings reference."


class SettingNotPossible(Refusal):
    """The value (`given`) is not allowed for the setting `field`."""

    instead = "Send a value of the type and in the range that the settings reference names."


class FormatNotPossible(Refusal):
    """The number format in the setting `field` is not valid."""

    instead = "Use {next}, as in INV-{next:06}, and at most 100 characters; double any other brace."


class PeriodNotOver(Refusal):
    """The period to close has not ended yet."""

    instead = "Close the books through yesterday at the latest."


class AdministratorRequired(Refusal):
    """Only an administrator may do this."""

    instead = "Ask an administrator."


class BooksWouldMoveBack(Refusal):
    """The books are already closed through this day or a later one."""

    instead = "To move the closing date back, reopen the books."


class BooksWouldMoveForward(Refusal):
    """Reopening the books can only move the closing date back."""

    instead = "To move the closing date forward, close the books."
