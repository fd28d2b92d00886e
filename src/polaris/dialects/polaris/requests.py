"""Perform or preview one command of the engine, sent as JSON."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Union

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from polaris.api.access import Access, bearer, whole_key
from polaris.api.caller import Caller
from polaris.api.coercion import read_decimal, readable
from polaris.core.commands import Command
from polaris.core.lifecycle import TRANSITIONS
from polaris.core.refusals import Refusal
from polaris.dialects.polaris import responses
from polaris.dialects.polaris.errors import AdminError, refused
from polaris.dialects.polaris.rules import POLARIS
from polaris.keys import KeyScope

router = APIRouter(tags=["commands"])


class Call(Caller):
    """The authenticated caller of a route."""

    dialect = POLARIS

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> AdminError:
        """Return the answer to a refused command."""
        return refused(command, refusals)


ACCESS = Access(
    caller=Call,
    authenticate=whole_key(bearer),
    unknown=lambda: AdminError(401),
    forbidden=lambda scope, resource: AdminError(403),
    malformed=lambda: AdminError(400),
)

Reads = Annotated[Call, Depends(ACCESS.may(KeyScope.READ, "command"))]
Writes = Annotated[Call, Depends(ACCESS.may(KeyScope.WRITE, "command"))]

_DECODER = msgspec.json.Decoder(type=Union[tuple(TRANSITIONS)])  # noqa: UP007 (made at run time)


async def command_of(request: Request) -> Command:
    """Return the command in the body. Raises AdminError 400 if the body is not JSON, else 422."""
    body = await request.body()
    try:
        command: Command = _DECODER.decode(body)
        fields: object = msgspec.json.decode(body)
    except msgspec.ValidationError as wrong:
        raise AdminError(422, f"The command cannot be read: {wrong}.") from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise AdminError(400, f"The command cannot be read: {wrong}.") from wrong
    if complaint := next(complaints(fields, command), None):
        raise AdminError(422, f"{type(command).__name__} {complaint}.")
    return command


def complaints(sent: object, read: object, path: str = "") -> Iterator[str]:
    """Yield a complaint for every key that is not a field of what was read, and for every value
    that the decoder reads, but that the policy of `api.coercion` refuses."""
    if isinstance(sent, dict) and isinstance(read, msgspec.Struct):
        for key, value in sent.items():
            if key in read.__struct_fields__:
                yield from complaints(value, getattr(read, key), f"{path}{key}.")
            elif path or key != "command":
                yield f"has no field `{path}{key}`"
    elif isinstance(sent, list) and isinstance(read, tuple):
        for index, (value, one) in enumerate(zip(sent, read, strict=True)):
            yield from complaints(value, one, f"{path.removesuffix('.')}[{index}].")
    elif isinstance(read, Decimal) and readable(read_decimal, sent) is None:
        yield f"has no plain decimal number in `{path.removesuffix('.')}`"
    elif isinstance(read, datetime) and read.tzinfo is None:
        yield f"has a time without a time zone in `{path.removesuffix('.')}`"


Sent = Annotated[Command, Depends(command_of)]


@router.post("/commands")
async def perform(call: Writes, command: Sent) -> Response:
    """Perform a command: `{"command": "VoidInvoice", "invoice_id": ...}`.

    The answer has the events. A refused command changes nothing; the answer has every refusal.
    """
    return responses.outcome(await call.perform(command))


@router.post("/commands/preview")
async def preview(call: Reads, command: Sent) -> Response:
    """Return what a command would change, and write nothing."""
    return responses.preview(await call.preview(command))
