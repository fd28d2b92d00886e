"""How the values of bodies are read: exact numbers, amounts in major units, dates and times."""

import json
from collections.abc import Callable, Coroutine
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from polaris.api.coercion import nullable, read_date, read_decimal, read_time
from polaris.core.commands.base import Given, or_unset
from polaris.dialects.highlevel.errors import NO_DATE, NO_NUMBER, NO_TIME, invalid
from polaris.money import LARGEST_MINOR, exponent

T = TypeVar("T")

LONGEST_INTEGER = 100
"""Digits of a JSON integer that is read as one. A longer one is read as a decimal, and refused."""


class ExactRequest(Request):
    """A request whose JSON numbers are read exactly: a decimal fraction is not rounded."""

    async def json(self) -> Any:
        """Return the body. Raises json.JSONDecodeError."""
        return json.loads(await self.body(), parse_float=Decimal, parse_int=_integer)


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= LONGEST_INTEGER else Decimal(digits)


class ExactRoute(APIRoute):
    """A route that reads its body with `ExactRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the function that answers a request."""
        answer = super().get_route_handler()

        async def exactly(request: Request) -> Response:
            return await answer(ExactRequest(request.scope, request.receive))

        return exactly


# ---------------------------------------------------------------- numbers and amounts


def read_number(value: object) -> Decimal:
    """Return a JSON number. Raises PydanticCustomError for everything else."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise PydanticCustomError(NO_NUMBER, "it must be a number")
    return read_decimal(value)


def to_minor(amount: Decimal, currency: str, field: str) -> int:
    """Return an amount of major units in minor units, exactly.

    Raises HighLevelError 422, which names the field, for an amount below zero, one that is too
    large, and one with more decimal places than the currency has.
    """
    digits = exponent(currency)
    exact = Fraction(amount) * 10**digits
    if exact.denominator != 1:
        raise invalid(f"{field} must have at most {digits} decimal places in {currency}")
    if exact < 0:
        raise invalid(f"{field} must not be less than 0")
    if exact > LARGEST_MINOR:
        raise invalid(f"{field} is too large")
    return int(exact)


def _named(read: Callable[[object], T], kind: str) -> Callable[[object], T]:
    """Return a reader that raises a problem of this kind where `read` raises ValueError."""

    def reader(value: object) -> T:
        try:
            return read(value)
        except ValueError:
            raise PydanticCustomError(kind, "it cannot be read") from None

    return reader


def text_change(text: str | None) -> Given[str | None]:
    """Return a text for a command: UNSET if it is not given, None if it is empty."""
    return None if text == "" else or_unset(text)


Number = Annotated[Decimal, BeforeValidator(read_number)]
MaybeNumber = Annotated[Decimal | None, BeforeValidator(nullable(read_number))]
Day = Annotated[date, BeforeValidator(_named(read_date, NO_DATE))]
MaybeDay = Annotated[date | None, BeforeValidator(nullable(_named(read_date, NO_DATE)))]
MaybeTime = Annotated[datetime | None, BeforeValidator(nullable(_named(read_time, NO_TIME)))]
