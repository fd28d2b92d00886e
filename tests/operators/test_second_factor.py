"""Codes of an authenticator app and recovery codes: each is accepted once."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from operators.staff import Staff
from polaris.operators import second_factor
from polaris.operators.operator import Operator
from polaris.operators.refusals import SecondFactorOff, SecondFactorOn, WrongCode

KEY = base64.b32encode(b"12345678901234567890").decode()
"""The key of the test vectors in RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """The last six digits of the standard's eight."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert second_factor.matching_step(KEY, code, at) == seconds // 30
    assert second_factor.matching_step(KEY, f"{code[:3]} {code[3:]}", at) == seconds // 30


@pytest.mark.parametrize(("off", "accepted"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_clock_may_be_one_step_off(off: int, accepted: bool) -> None:
    at = datetime.fromtimestamp(1111111111 + off, UTC)
    assert (second_factor.matching_step(KEY, "050471", at) == 37037037) is accepted


@pytest.mark.parametrize("code", ["", "05047", "0504711", "abcdef", "050472", "０５０４７１"])
def test_another_code_matches_no_step(code: str) -> None:
    assert second_factor.matching_step(KEY, code, datetime.fromtimestamp(1111111111, UTC)) is None


def code_at(secret: str, at: datetime) -> str:
    """Return the code that an app shows at this time."""
    return second_factor.totp(secret).generate(int(at.timestamp())).decode()


NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def switched_on(staff: Staff, operator: Operator) -> tuple[str, list[str]]:
    """Switch the second factor on at noon. Return its secret and the recovery codes."""
    with staff.database.connect() as connection:
        secret = second_factor.offer(connection, operator, NOON).secret
        return secret, second_factor.switch_on(connection, operator, code_at(secret, NOON), NOON)


def check(staff: Staff, operator: Operator, code: str, at: datetime) -> bool:
    with staff.database.connect() as connection:
        return second_factor.check_code(connection, operator, code, at)


def test_the_picture_is_an_image_and_the_uri_is_for_the_app(staff: Staff) -> None:
    operator = staff.hire()
    with staff.database.connect() as connection:
        offer = second_factor.offer(connection, operator, NOON)
        assert second_factor.offered(connection, operator) == offer
    uri = urlsplit(offer.uri)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query)["secret"] == [offer.secret]
    assert parse_qs(uri.query)["issuer"] == ["Polaris"]
    assert offer.qr_code.startswith("data:image/svg+xml")
    assert len(base64.b32decode(offer.secret)) == 20


def test_it_is_on_only_after_the_first_code(staff: Staff) -> None:
    operator = staff.hire()
    with staff.database.connect() as connection:
        secret = second_factor.offer(connection, operator, NOON).secret
    assert not staff.stored(operator).has_second_factor
    wrong = f"{(int(code_at(secret, NOON)) + 1) % 1_000_000:06}"
    with staff.database.connect() as connection, pytest.raises(WrongCode):
        second_factor.switch_on(connection, operator, wrong, NOON)
    assert not staff.stored(operator).has_second_factor
    with staff.database.connect() as connection:
        codes = second_factor.switch_on(connection, operator, code_at(secret, NOON), NOON)
    assert staff.stored(operator).has_second_factor
    assert len(set(codes)) == 10 and all(len(code) == 19 for code in codes)
    with staff.database.connect() as connection, pytest.raises(SecondFactorOn):
        second_factor.offer(connection, operator, NOON)


def test_a_code_is_accepted_once_and_no_earlier_one_after_it(staff: Staff) -> None:
    operator = staff.hire()
    secret, _ = switched_on(staff, operator)
    with pytest.raises(WrongCode):
        check(staff, operator, code_at(secret, NOON), NOON)
    later = NOON + timedelta(seconds=60)
    assert check(staff, operator, code_at(secret, later), later) is False
    for earlier in (later, later - timedelta(seconds=30)):
        with pytest.raises(WrongCode):
            check(staff, operator, code_at(secret, earlier), later)


def test_a_recovery_code_is_accepted_once_in_any_spelling(staff: Staff) -> None:
    operator = staff.hire()
    _, codes = switched_on(staff, operator)
    assert check(staff, operator, codes[0].upper().replace("-", " "), NOON) is True
    with pytest.raises(WrongCode):
        check(staff, operator, codes[0], NOON)
    with staff.database.connect() as connection:
        assert second_factor.recovery_codes_left(connection, operator.id) == 9
        newer = second_factor.replace_recovery_codes(connection, operator)
    with pytest.raises(WrongCode):
        check(staff, operator, codes[1], NOON)
    assert check(staff, operator, newer[1], NOON) is True


def test_the_recovery_codes_of_another_operator_are_none(staff: Staff) -> None:
    one, other = staff.hire(), staff.hire()
    _, codes = switched_on(staff, one)
    switched_on(staff, other)
    with pytest.raises(WrongCode):
        check(staff, other, codes[0], NOON)


def test_switched_off_it_accepts_nothing(staff: Staff) -> None:
    operator = staff.hire()
    _, codes = switched_on(staff, operator)
    with staff.database.connect() as connection:
        assert second_factor.switch_off(connection, operator.id) is True
        assert second_factor.switch_off(connection, operator.id) is False
    with pytest.raises(SecondFactorOff):
        check(staff, operator, codes[0], NOON)
    assert not staff.stored(operator).has_second_factor


def test_only_hashes_of_recovery_codes_are_stored(staff: Staff) -> None:
    operator = staff.hire()
    _, codes = switched_on(staff, operator)
    with staff.database.connect() as connection:
        rows = connection.execute(
            "select hash from recovery_code where operator_id = %(id)s", {"id": operator.id}
        ).fetchall()
    assert len(rows) == 10
    assert not {code.replace("-", "") for code in codes} & {row[0] for row in rows}
