"""Failed sign-ins, counted in the database. After some failures each attempt has to wait."""

import ipaddress
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from polaris.operators.refusals import TooManyAttempts
from polaris.store.operators import run

Connection = psycopg.Connection[Any]

LONGEST_WAIT_SECONDS = 900


class Limit(NamedTuple):
    """How many failures have no consequence, and when they are forgotten."""

    free_failures: int
    forgotten_after: timedelta  # since the last failure


OF_PERSON = Limit(4, timedelta(days=1))
OF_ADDRESS = Limit(19, timedelta(minutes=15))
"""Looser, because a whole office may have one address."""
ADDRESS = "address:"


def wait_seconds(failures: int, free_failures: int = OF_PERSON.free_failures) -> int:
    """Return how long the next attempt has to wait: 1 second after the free failures, then double.

    >>> [wait_seconds(failures) for failures in (4, 5, 6, 9, 40)]
    [0, 1, 2, 16, 900]
    """
    beyond = failures - free_failures
    return 0 if beyond <= 0 else min(2 ** (beyond - 1), LONGEST_WAIT_SECONDS)


def subjects_of(email: str, address: str) -> tuple[str, str]:
    """Return what the failures of a sign-in are counted for: its e-mail, and its address."""
    return f"email:{email}", f"{ADDRESS}{_network(address)}"


def _network(address: str) -> str:
    """Return the address, or its /64 network in IPv6, where one customer has a whole network."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else address


def count_attempt(connection: Connection, subjects: Iterable[str], at: datetime) -> None:
    """Count an attempt as failed, before its password is checked. The caller commits.

    Counted only after the check, a crowd of concurrent attempts would all be free. Raises
    TooManyAttempts; then nothing may be committed.
    """
    for subject in subjects:
        limit = OF_ADDRESS if subject.startswith(ADDRESS) else OF_PERSON
        forgotten_before = at - limit.forgotten_after
        values = {"subject": subject, "at": at, "forgotten_before": forgotten_before}
        counted = run(connection, "count_attempt", **values).fetchone()
        if counted is None:
            raise TooManyAttempts(_seconds_left(connection, subject, at))
        if wait := wait_seconds(counted[0], limit.free_failures):
            until = at + timedelta(seconds=wait)
            run(connection, "block_attempts", subject=subject, blocked_until=until)


def _seconds_left(connection: Connection, subject: str, at: datetime) -> int:
    blocked = run(connection, "attempt", subject=subject).fetchone()
    left = (blocked[1] - at).total_seconds() if blocked else 0
    return max(1, math.ceil(left))


def forget_attempts(connection: Connection, subject: str) -> None:
    """Forget the failures of a subject that has proved who it is. The caller commits."""
    run(connection, "forget_attempts", subject=subject)


def take_back_attempt(connection: Connection, subject: str, at: datetime) -> None:
    """Take back the count of an attempt that succeeded. Earlier failures stay. The caller commits.

    For an address, so that an attacker cannot clear the failures by signing in as themselves.
    """
    run(connection, "take_back_attempt", subject=subject, at=at)
