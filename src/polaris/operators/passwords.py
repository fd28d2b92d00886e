"""Passwords: which may be chosen, and their Argon2id hashes."""

from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from polaris.core.commands.text import UNSTORABLE
from polaris.operators.refusals import (
    PasswordIsEmail,
    PasswordRepeats,
    PasswordTooLong,
    PasswordTooShort,
    PasswordUnreadable,
)

SHORTEST, LONGEST = 12, 1024
"""The length of a password in characters."""
FEWEST_DIFFERENT = 5
"""How many different characters a password has at least."""

HASHER = PasswordHasher()
"""Argon2id with the library's parameters, which follow the low-memory profile of RFC 9106."""


def check_new_password(password: str, email: str) -> None:
    """Check a password that is to be set.

    Raises PasswordTooShort, PasswordTooLong, PasswordUnreadable, PasswordIsEmail, PasswordRepeats.
    """
    if len(password) < SHORTEST:
        raise PasswordTooShort
    if len(password) > LONGEST:
        raise PasswordTooLong
    if UNSTORABLE.search(password):
        raise PasswordUnreadable
    plain, address = password.strip().lower(), email.lower()
    if plain in address or address in plain:
        raise PasswordIsEmail
    if is_repetition(plain):
        raise PasswordRepeats


def is_repetition(text: str) -> bool:
    """True for few different characters, a repeated short text, or characters that count up or
    down, such as `abcabcabcabc` or `123456789012`."""
    if len(set(text)) < FEWEST_DIFFERENT:
        return True
    period = (text + text).find(text, 1)  # the length of the shortest text that it repeats
    if period <= len(text) // 2:
        return True
    steps = {(ord(after) - ord(before)) % 10 for before, after in pairwise(text)}
    return len(steps) == 1


def hash_password(password: str) -> str:
    """Return the Argon2id hash with its parameters and a new salt. It takes some 0.1 seconds."""
    return HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """True if the password is the hashed one.

    Without a hash it takes the same time, so that the duration does not tell who has an account.
    """
    try:
        HASHER.verify(password_hash or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """True if the hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(password_hash)


@cache
def _hash_of_nobody() -> str:
    return HASHER.hash("no operator has this password")
