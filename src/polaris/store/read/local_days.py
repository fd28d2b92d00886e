"""The days that it is in the time zones of the buyers, so that SQL can tell what is overdue.

PostgreSQL has a list of time zones of its own. It may lack a zone that the engine accepts, and then
the whole list would fail. So the zones are compared here, and SQL only looks their names up.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from polaris.store.sql import blocks

DUE_PASSED = blocks("read/local_days.sql")["due_passed"].partition("%(t)s and ")[2]
"""The condition that the due date of an invoice `i` has passed in its buyer's time zone."""

SLOT = timedelta(minutes=15)
"""A day begins at a quarter of an hour in every time zone."""


def with_due_passed(sql: str) -> str:
    """Return the SQL with the condition in place of `due_passed`."""
    return sql.replace("due_passed", f"({DUE_PASSED})")


def local_days(at: datetime) -> dict[str, Any]:
    """Return the values of the condition at a time (UTC): the day in UTC, and where it differs."""
    day, ahead, behind = _zones_by_day(at.astimezone(UTC) - _since_slot(at))
    return {"utc_day": day, "zones_ahead": ahead, "zones_behind": behind}


def _since_slot(at: datetime) -> timedelta:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) % SLOT


@lru_cache(maxsize=8)
def _zones_by_day(at: datetime) -> tuple[date, list[str], list[str]]:
    """Return the day in UTC, the zones where it is one day later, and those one day earlier."""
    days = {zone: at.astimezone(ZoneInfo(zone)).date() for zone in available_timezones()}
    ahead = sorted(zone for zone, day in days.items() if day > at.date())
    behind = sorted(zone for zone, day in days.items() if day < at.date())
    return at.date(), ahead, behind
