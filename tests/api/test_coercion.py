"""How values are read: each accepted spelling has one meaning, and every other one is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ValidationError

from polaris.api.coercion import (
    LARGEST_WHOLE,
    POLICY,
    TOO_LARGE,
    Boolean,
    Closed,
    Fields,
    MaybeBoolean,
    MaybeDecimal,
    MaybeWhole,
    Whole,
    read_boolean,
    read_date,
    read_decimal,
    read_integer,
    read_time,
    read_whole,
    readable,
)

NOON = datetime(2026, 2, 28, 12, tzinfo=UTC)

ACCEPTED: list[tuple[Callable[[Any], Any], object, object]] = [
    (read_integer, -5, -5),
    (read_whole, 120, 120),
    (read_whole, "120", 120),
    (read_whole, "-0", 0),
    (read_decimal, 3, Decimal(3)),
    (read_decimal, "12.50", Decimal("12.50")),
    (read_decimal, 0.1, Decimal("0.1")),
    (read_decimal, 1e-7, Decimal("0.0000001")),
    (read_decimal, Decimal("1.5"), Decimal("1.5")),
    (read_decimal, "-" + "9" * 20, Decimal("-" + "9" * 20)),
    (read_date, "2024-02-29", date(2024, 2, 29)),
    (read_time, "2026-02-28", datetime(2026, 2, 28, tzinfo=UTC)),
    (read_time, "2026-02-28T12:00", NOON),
    (read_time, "2026-02-28 12:00:00", NOON),
    (read_time, "2026-02-28T13:00:00.000+01:00", NOON),
    (read_time, "2026-02-28 07:00:00 -0500", NOON),
    (read_time, "2026-02-28T12:00:00Z", NOON),
    *((read_boolean, yes, True) for yes in (True, 1, "true", "T", "on", "1")),
    *((read_boolean, no, False) for no in (False, 0, "false", "F", "OFF", "0")),
]

REFUSED: list[tuple[Callable[[Any], Any], list[object]]] = [
    (read_integer, ["120", 120.0, True, None, [1], {}]),
    (read_whole, ["120.00", "12.9", "1e3", "abc", "", " 5", "+5", "1_0", "5\n", 5.0, True, None]),
    (read_decimal, ["1e3", "NaN", "1,5", ".5", "5.", "", True, None, float("nan"), [1], {}]),
    (read_decimal, [float("inf"), Decimal("NaN"), 1e300, "9" * 21, "0." + "1" * 21]),
    (read_date, ["2026-02-30", "20260228", "2026-W01-1", "28.02.2026", 20260228, None, ""]),
    (read_time, ["2026-02-30", "soon", "2026-02-28T25:00", "12:00", "2026-02-28Z", 1e9, None]),
    (read_time, ["0001-01-01T00:00:00+14:00", "0000-01-01", "2026-02-28T12:00:00+99:00"]),
    (read_boolean, ["maybe", "yes", "no", "", 2, -1, 1.0, None, [], {}]),
]


@pytest.mark.parametrize(("read", "value", "expected"), ACCEPTED)
def test_what_has_one_meaning_is_accepted(
    read: Callable[[Any], Any], value: object, expected: object
) -> None:
    found = read(value)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(("read", "values"), REFUSED)
def test_anything_else_is_refused(read: Callable[[Any], Any], values: list[object]) -> None:
    assert [value for value in values if readable(read, value) is not None] == []


def test_a_time_without_a_zone_is_in_the_given_one() -> None:
    zone = ZoneInfo("America/New_York")
    assert read_time("2026-11-01", zone) == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert read_time("2026-11-01T00:00:00Z", zone) == datetime(2026, 11, 1, tzinfo=UTC)


class Body(Closed):
    """One field of each type."""

    whole: Whole = 0
    boolean: Boolean = False
    maybe_whole: MaybeWhole = None
    maybe_decimal: MaybeDecimal = None
    maybe_boolean: MaybeBoolean = None


def kinds(model: type[BaseModel], **values: object) -> list[str]:
    """Return the kinds of errors of a body."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    return [error["type"] for error in caught.value.errors()]


def test_the_types_of_fields() -> None:
    read = Body.model_validate({"whole": "7", "boolean": "on", "maybe_decimal": "1.5"})
    assert (read.whole, read.boolean, read.maybe_decimal) == (7, True, Decimal("1.5"))
    assert Body.model_validate({"maybe_whole": None, "maybe_boolean": None}) == Body()
    assert kinds(Body, whole=None, boolean=None) == ["value_error"] * 2
    assert kinds(Body, whole=LARGEST_WHOLE + 1, maybe_decimal="9" * 21) == [TOO_LARGE] * 2


def test_unknown_keys() -> None:
    """A closed body refuses them; other bodies only name them to the route."""
    assert kinds(Body, hole=1) == ["extra_forbidden"]
    assert Fields.model_validate({"b": 1, "a": None}).unknown == ["b", "a"]
    assert Fields().unknown == []


def test_the_policy_in_words_has_an_entry_for_each_reader() -> None:
    assert [row.kind.split()[1] for row in POLICY] == [
        "amount",
        "decimal",
        "date",
        "time",
        "boolean",
    ]
