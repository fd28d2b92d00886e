"""Every way to say no to a change of what invoices refer to; see `refusals`."""

from polaris.core.refusals import Refusal

# ---------------------------------------------------------------- the catalogue


class UnknownTaxCode(Refusal):
    """No tax has this code."""

    instead = "Create the tax first, or name one that exists."


class TooMany(Refusal):
    """No more of these can be kept."""

    instead = "Delete one that is not needed, or change it."


class UrlMalformed(Refusal):
    """The address is no URL that can be told of events."""

    instead = "Give a URL with http or https and a host, without spaces."


class UnknownSignature(Refusal):
    """No such way to sign is known."""

    instead = "Give jwt or hmac."


# ---------------------------------------------------------------- the tenant


class UnknownSetting(Refusal):
    """A tenant has no setting of this name."""

    instead = "Use a name of the reference of settings."


class SettingNotPossible(Refusal):
    """A setting cannot have this value."""

    instead = "Give a value of the kind that the reference of settings says."


class FormatNotPossible(Refusal):
    """Numbers cannot be made by this format."""

    instead = "Give at most 100 characters with {next}, such as INV-{next:06}; escape other braces."


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
