"""Failed attempts are counted before the password is checked, and then have to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from operators.staff import Staff
from polaris.engine import new_id
from polaris.operators.refusals import TooManyAttempts
from polaris.operators.throttle import (
    count_attempt,
    forget_attempts,
    subjects_of,
    take_back_attempt,
    wait_seconds,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (14, 512), (15, 900), (1000, 900)],
)
def test_the_wait_doubles_from_the_fifth_failure_on(failures: int, seconds: int) -> None:
    assert wait_seconds(failures) == seconds


@pytest.mark.parametrize(
    ("address", "counted_for"),
    [
        ("192.0.2.7", "address:192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::/64"),
        ("", "address:"),
        ("unix", "address:unix"),
    ],
)
def test_an_ipv6_customer_is_one_subject(address: str, counted_for: str) -> None:
    assert subjects_of("a@example.com", address) == ("email:a@example.com", counted_for)


def fail(staff: Staff, subjects: list[str], at: datetime, times: int = 1) -> None:
    for _ in range(times):
        with staff.database.connect() as connection:
            count_attempt(connection, subjects, at)


def left_seconds(staff: Staff, subject: str, at: datetime) -> int:
    with staff.database.connect() as connection, pytest.raises(TooManyAttempts) as refused:
        count_attempt(connection, [subject], at)
    return refused.value.retry_after_seconds


def test_the_sixth_attempt_waits_and_an_early_one_is_not_counted(staff: Staff) -> None:
    subject = new_id()
    fail(staff, [subject], NOON, times=5)
    assert left_seconds(staff, subject, NOON) == 1
    assert left_seconds(staff, subject, NOON + timedelta(seconds=0.5)) == 1
    fail(staff, [subject], NOON + timedelta(seconds=1))
    assert left_seconds(staff, subject, NOON + timedelta(seconds=1)) == 2


def test_one_blocked_subject_blocks_and_counts_nothing(staff: Staff) -> None:
    email, address = new_id(), new_id()
    fail(staff, [address], NOON, times=5)
    with pytest.raises(TooManyAttempts):
        fail(staff, [email, address], NOON)
    fail(staff, [email], NOON, times=5)
    assert left_seconds(staff, email, NOON) == 1


def test_failures_are_forgotten_after_a_day(staff: Staff) -> None:
    subject = new_id()
    fail(staff, [subject], NOON, times=5)
    later = NOON + timedelta(days=1, seconds=1)
    fail(staff, [subject], later, times=5)
    assert left_seconds(staff, subject, later) == 1


def test_an_address_has_more_failures_and_forgets_them_sooner(staff: Staff) -> None:
    """A whole office may have one address."""
    address = f"address:{new_id()}"
    fail(staff, [address], NOON, times=20)
    assert left_seconds(staff, address, NOON) == 1
    later = NOON + timedelta(minutes=15, seconds=1)
    fail(staff, [address], later, times=20)
    assert left_seconds(staff, address, later) == 1


def test_a_success_clears_the_email_but_only_itself_at_the_address(staff: Staff) -> None:
    email, address = new_id(), new_id()
    fail(staff, [email, address], NOON, times=4)
    fail(staff, [email, address], NOON)  # the attempt that succeeds
    with staff.database.connect() as connection:
        forget_attempts(connection, email)
        take_back_attempt(connection, address, NOON)
    fail(staff, [email], NOON, times=4)
    fail(staff, [address], NOON)
    assert left_seconds(staff, address, NOON) == 1
