"""Why a sign-in, or a change of an operator, is refused. The docstring is the sentence."""


class OperatorRefusal(Exception):
    """The request about an operator is refused."""

    code = "refused"
    field: str | None = None  # the field of the form, or the option, that is wrong

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or " ".join((type(self).__doc__ or "").split()))

    @property
    def sentence(self) -> str:
        """Why it is refused, and what to do."""
        return str(self)


# ---------------------------------------------------------------- sign-in


class WrongCredentials(OperatorRefusal):
    """The e-mail or the password is wrong, or the account cannot be used."""

    code = "wrong_credentials"


class WrongCode(OperatorRefusal):
    """The code is wrong or was used already. Wait for the next code of your app."""

    code = "wrong_code"
    field = "code"


class TooManyAttempts(OperatorRefusal):
    """There were too many failed attempts. Wait before the next one."""

    code = "too_many_attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        unit = "second" if retry_after_seconds == 1 else "seconds"
        super().__init__(
            f"There were too many failed attempts. Try again in {retry_after_seconds} {unit}."
        )
        self.retry_after_seconds = retry_after_seconds


class SignInExpired(OperatorRefusal):
    """This step of the sign-in has expired. Sign in again."""

    code = "sign_in_expired"


class LinkExpired(OperatorRefusal):
    """The link was used already, or has expired. Ask an administrator for a new one."""

    code = "link_expired"


class ProviderRefused(OperatorRefusal):
    """The sign-in at your identity provider failed. Try again."""

    code = "provider_refused"


class NoSuchOperator(OperatorRefusal):
    """Your identity provider's e-mail belongs to no operator. Ask an administrator to add you."""

    code = "no_such_operator"


# ---------------------------------------------------------------- passwords


class PasswordTooShort(OperatorRefusal):
    """The password has fewer than 12 characters. Choose a longer one."""

    code = "password_too_short"
    field = "password"


class PasswordTooLong(OperatorRefusal):
    """The password has more than 1024 characters. Choose a shorter one."""

    code = "password_too_long"
    field = "password"


class PasswordIsEmail(OperatorRefusal):
    """The password is your e-mail or a part of it. Choose one that nobody can guess."""

    code = "password_is_email"
    field = "password"


class PasswordRepeats(OperatorRefusal):
    """The password repeats a short text or counts up. Choose one that nobody can guess."""

    code = "password_repeats"
    field = "password"


class PasswordUnreadable(OperatorRefusal):
    """The password contains a NUL or invalid Unicode. Choose one of ordinary characters."""

    code = "password_unreadable"
    field = "password"


class WrongPassword(OperatorRefusal):
    """The current password is wrong."""

    code = "wrong_password"
    field = "current_password"


# ---------------------------------------------------------------- administration


class EmailInvalid(OperatorRefusal):
    """The e-mail is not valid. Send one such as jane@example.com, 254 characters at most."""

    code = "email_invalid"
    field = "email"


class NameInvalid(OperatorRefusal):
    """The name is longer than 200 characters, or contains a character that cannot be stored."""

    code = "name_invalid"
    field = "name"


class UnknownOperator(OperatorRefusal):
    """There is no operator with this e-mail."""

    code = "unknown_operator"
    field = "email"


class AlreadyOperator(OperatorRefusal):
    """This e-mail is an operator of the tenant already. Change the role instead."""

    code = "already_operator"
    field = "email"


class LastAdministrator(OperatorRefusal):
    """The tenant would have no administrator left. Give another operator the role admin first."""

    code = "last_administrator"
    field = "role"


class ServesOtherTenants(OperatorRefusal):
    """The operator also serves tenants that you do not administer. Withdraw the role in this
    tenant, or ask the administrator of the server."""

    code = "serves_other_tenants"


class SecondFactorOn(OperatorRefusal):
    """The second factor is on already. Switch it off first."""

    code = "second_factor_on"


class SecondFactorOff(OperatorRefusal):
    """The second factor is off."""

    code = "second_factor_off"
