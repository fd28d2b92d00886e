"""Refusals about the tenant, its settings and its books."""

from polaris.core.refusals.base import Refusal


class TenantChangedMeanwhile(Refusal):
    """The tenant or its settings changed after you read them."""

    instead = "Read the tenant again, then send the command with its current fingerprint."


class UnknownSetting(Refusal):
    """No setting has this name (`id`)."""

    instead = "Use a name from the settings reference."


class SettingNotPossible(Refusal):
    """The value (`given`) is not allowed for the setting `field`."""

    instead = "Send a value of the type and in the range that the settings reference names."


class FormatNotPossible(Refusal):
    """The number format in the setting `field` is not valid."""

    instead = (
        "Use {next}, as in INV-{next:06}, at most 100 characters, and no space around; put a "
        "character that is not a digit between two placeholders; double any other brace."
    )


class FormatWithoutOwner(Refusal):
    """Each `scope` counts its own numbers, but the format in `field` does not name the `scope`."""

    instead = "Put {customer} or {invoice} into the format, in the same request as the scope."


class FormatRepeatsNumber(Refusal):
    """The format in `field` would give the number `number` again, which a document already has."""

    instead = "Choose a format with other characters before or after {next}."


class FormatsOverlap(Refusal):
    """The format in `field` could give an invoice and a credit note the same number."""

    instead = "Begin the numbers of invoices and of credit notes differently."


class PeriodNotOver(Refusal):
    """The period to close has not ended yet."""

    instead = "Close the books through yesterday at the latest."


class AdministratorRequired(Refusal):
    """Only an administrator may do this."""

    instead = "Ask an administrator."


class BooksAlreadyClosed(Refusal):
    """The books are already closed through this day."""

    instead = "Nothing is left to do, unless `writers_left` says that earlier changes still run."
    nothing_to_do = True


class BooksWouldMoveBack(Refusal):
    """The books are already closed through a later day."""

    instead = "To move the closing date back, reopen the books."


class BooksWouldMoveForward(Refusal):
    """Reopening the books can only move the closing date back."""

    instead = "To move the closing date forward, close the books."
