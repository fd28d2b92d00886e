"""The answer to a request that failed: chosen from tables that a dialect declares.

A refused command can have many refusals, but an HTTP answer has one status. `AnswerTables` chooses
the status, and the dialect writes the body. `install` adds the handlers for all other errors.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from polaris.core.commands import Command
from polaris.core.refusals import Refusal
from polaris.serving.write_batches import ShuttingDown

UNAVAILABLE = (psycopg.OperationalError, ShuttingDown)
"""The exceptions that are raised while the database is unavailable or the server shuts down."""


class Failure(ABC, Exception):
    """An answer other than success, raised by a route. Each dialect has its own subclass."""

    status: int

    @abstractmethod
    def response(self) -> Response:
        """Return the HTTP response in the dialect's format."""


# ---------------------------------------------------------------- one answer out of many refusals


class Answer(NamedTuple):
    """The answer to one refusal: a status, a code, and the field that the code is listed under."""

    status: int
    code: str
    field: str | None = None  # None: the field that the refusal names


class Chosen(NamedTuple):
    """The status of the answer, and every refusal that has this status."""

    status: int
    refusals: tuple[tuple[Refusal, Answer], ...]


@dataclass(frozen=True, kw_only=True)
class AnswerTables:
    """What a dialect answers to each refusal, and which status comes first."""

    table: Mapping[type[Refusal], Answer]
    by_command: Mapping[type[Command], Mapping[type[Refusal], Answer]] = field(default_factory=dict)
    usual: Sequence[int]  # the order of the statuses; the first status that occurs is the answer
    first: Mapping[type[Command], Sequence[int]] = field(default_factory=dict)  # instead of `usual`
    fields: Mapping[str, str] = field(default_factory=dict)  # our field names to the vendor's
    resources: Mapping[str, str] = field(default_factory=dict)  # id fields to the vendor's resource
    special: Callable[[Refusal], Answer | None] = lambda _: None  # tried before the tables

    def answer(self, command: type[Command], refusal: Refusal) -> Answer:
        """Return the answer to one refusal of this command. Raises KeyError if no table has it."""
        own = self.by_command.get(command, {})
        return self.special(refusal) or own.get(type(refusal)) or self.table[type(refusal)]

    def choose(self, command: Command, refusals: Iterable[Refusal]) -> Chosen:
        """Return the status that comes first in the command's order, with all its refusals."""
        answers = [(refusal, self.answer(type(command), refusal)) for refusal in refusals]
        order = self.first.get(type(command), self.usual)
        status = min((answer.status for _, answer in answers), key=order.index)
        return Chosen(status, tuple(pair for pair in answers if pair[1].status == status))

    def by_field(self, chosen: Chosen, otherwise: str) -> dict[str, list[str]]:
        """Return the codes by the vendor's field name, without duplicates.

        `otherwise` is the field name for refusals that name no field.
        """
        codes: dict[str, list[str]] = {}
        for refusal, answer in chosen.refusals:
            of_field = codes.setdefault(answer.field or self.field_name(refusal) or otherwise, [])
            if answer.code not in of_field:
                of_field.append(answer.code)
        return codes

    def field_name(self, refusal: Refusal) -> str | None:
        """Return the vendor's name of the refusal's field, without a position in a list."""
        name = str(refusal.details.get("field") or "").partition("[")[0]
        return self.fields.get(name, name) or None

    def resource_name(self, refusal: Refusal) -> str | None:
        """Return the vendor's name of the resource whose id field the refusal names."""
        name = str(refusal.details.get("field") or "")
        return self.resources.get(name, name.removesuffix("_id")) or None


# ---------------------------------------------------------------- what the framework raises


class Problem(NamedTuple):
    """One error that the framework found in a request."""

    location: tuple[str, ...]  # like `("body", "invoice", "currency")`, without list positions
    kind: str  # pydantic's: "missing", "json_invalid", ...


@dataclass(frozen=True, kw_only=True)
class Replies:
    """How a dialect answers errors that its own routes do not raise as a Failure."""

    refused: Callable[[Command, Iterable[Refusal]], Failure]
    unreadable: Callable[[Sequence[Problem]], Failure]
    status: Callable[[int], Failure]  # by HTTP status; 500: a bug in Polaris, 503: unavailable


def install(app: FastAPI, replies: Replies) -> None:
    """Add the error handlers, so that every error is answered in the dialect's format."""

    async def failed(_: Request, error: Exception) -> Response:
        assert isinstance(error, Failure)
        return error.response()

    async def refused(_: Request, error: Exception) -> Response:
        """Answer a refusal outside of any command: one raised by a read, usually NotFound."""
        assert isinstance(error, Refusal)
        return replies.refused(Command(), [error]).response()

    async def unreadable(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return replies.unreadable(problems(error)).response()

    async def raised(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return replies.status(error.status_code).response()

    app.add_exception_handler(Failure, failed)
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, raised)
    for unavailable in UNAVAILABLE:
        app.add_exception_handler(unavailable, always(replies, 503))
    app.add_exception_handler(Exception, always(replies, 500))


def always(replies: Replies, status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return a handler that answers with this status for any exception."""

    async def answer(_: Request, __: Exception) -> Response:
        return replies.status(status).response()

    return answer


def problems(error: RequestValidationError) -> list[Problem]:
    """Return all errors that the framework found, in its order."""
    return [
        Problem(
            tuple(str(part) for part in found["loc"] if not isinstance(part, int)), found["type"]
        )
        for found in error.errors()
    ]
