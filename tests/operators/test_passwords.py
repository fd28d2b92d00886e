"""Which passwords may be chosen, and how they are stored."""

import pytest
from argon2 import PasswordHasher

from operators.staff import HASHED, PASSWORD
from polaris.operators import passwords, refusals

EMAIL = "jane.doe@example.com"


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("", refusals.PasswordTooShort),
        ("elevenchars", refusals.PasswordTooShort),
        ("x" * 1025, refusals.PasswordTooLong),
        ("Jane.Doe@Example.com", refusals.PasswordIsEmail),
        ("doe@example.com", refusals.PasswordIsEmail),
        ("  jane.doe@example.com! ", refusals.PasswordIsEmail),
        ("aaaaaaaaaaaaaaa", refusals.PasswordRepeats),
        ("abababababababab", refusals.PasswordRepeats),
        ("passwordpassword", refusals.PasswordRepeats),
        ("Passw0rdpassw0rd", refusals.PasswordRepeats),
        ("123456789012", refusals.PasswordRepeats),
        ("abcdefghijklmnop", refusals.PasswordRepeats),
        ("987654321098", refusals.PasswordRepeats),
        ("nul\0in the middle", refusals.PasswordUnreadable),
        ("half a \ud800 character", refusals.PasswordUnreadable),
    ],
)
def test_a_weak_password_is_refused(password: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        passwords.check_new_password(password, EMAIL)


@pytest.mark.parametrize("password", ["twelve chars", PASSWORD, "Пароль из слов", "x9" * 6 + "abc"])
def test_a_good_password_is_accepted_and_opens(password: str) -> None:
    passwords.check_new_password(password, EMAIL)
    hashed = passwords.hash_password(password)
    assert passwords.matches(hashed, password)
    assert not passwords.matches(hashed, password.swapcase())


def test_a_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    assert HASHED.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.hash_password(PASSWORD) != HASHED


@pytest.mark.parametrize(
    ("stored", "typed", "right"),
    [
        (HASHED, PASSWORD, True),
        (HASHED, PASSWORD + " ", False),
        (HASHED, "\ud800", False),
        ("no hash", PASSWORD, False),
        (None, PASSWORD, False),
        (None, "no operator has this password", False),
    ],
    ids=["right", "with a space", "no Unicode", "no hash", "unknown", "the text of the dummy"],
)
def test_only_the_right_password_matches(stored: str | None, typed: str, right: bool) -> None:
    assert passwords.matches(stored, typed) is right


def test_a_hash_with_other_parameters_is_outdated() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.is_outdated(weak) and passwords.matches(weak, PASSWORD)
    assert not passwords.is_outdated(HASHED)
