"""Perform or preview one command of the engine, sent as JSON."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, NamedTuple, Union

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from polaris.api.coercion import read_decimal, readable
from polaris.core.commands import Command, SaveWebhookEndpoint
from polaris.core.lifecycle import TRANSITIONS
from polaris.dialects.polaris.errors import AdminError
from polaris.dialects.polaris.requests.call import Call, Reads, Writes, expectation
from polaris.dialects.polaris.responses import outcomes
from polaris.services import webhooks
from polaris.services.invoices import Expectation

router = APIRouter(tags=["commands"])

_DECODER = msgspec.json.Decoder(type=Union[tuple(TRANSITIONS)])  # noqa: UP007 (made at run time)


class SentCommand(NamedTuple):
    """A command, and the outcome that the caller agrees to."""

    command: Command
    expectation: Expectation


EXPECTATION_FIELDS = ("expect", "expected")
"""Keys beside those of the command: the fingerprint of a preview, and its effects."""


async def sent_command(request: Request) -> SentCommand:
    """Return the command in the body. Raises AdminError 400 if the body is not JSON, else 422."""
    body = await request.body()
    try:
        command: Command = _DECODER.decode(body)
        fields: object = msgspec.json.decode(body)
    except msgspec.ValidationError as wrong:
        raise AdminError(422, f"The command cannot be read: {wrong}.") from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise AdminError(400, f"The command cannot be read: {wrong}.") from wrong
    assert isinstance(fields, dict)  # a command is an object
    expect, expected = (fields.pop(name, None) for name in EXPECTATION_FIELDS)
    if complaint := next(complaints(fields, command), None):
        raise AdminError(422, f"{type(command).__name__} {complaint}.")
    return SentCommand(command, expectation(expect, expected))


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


Sent = Annotated[SentCommand, Depends(sent_command)]

BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["command"],
                    "properties": {
                        "command": {
                            "type": "string",
                            "enum": sorted(kind.__name__ for kind in TRANSITIONS),
                            "description": "The name of the command. Its fields stand beside it.",
                        },
                        "expect": {
                            "type": "string",
                            "description": "The fingerprint of a preview. If the outcome is"
                            " another one now, the command is refused.",
                        },
                        "expected": {
                            "type": "object",
                            "description": "The effects of that preview, so that the refusal names"
                            " what is different.",
                        },
                    },
                }
            }
        },
    }
}
"""The body of a command in the OpenAPI page. The reference lists the fields of each command."""


@router.post("/commands", openapi_extra=BODY)
async def perform(call: Writes, sent: Sent) -> Response:
    """Perform a command: `{"command": "VoidInvoice", "invoice_id": ...}`.

    The answer has the events. A refused command changes nothing; the answer has every refusal.
    """
    call.check_role(sent.command)
    expect, expected = sent.expectation
    command = await checked_by_dialect(call, sent.command)
    return outcomes.outcome(await call.perform(command, expect, expected))


@router.post("/commands/preview", openapi_extra=BODY)
async def preview(call: Reads, sent: Sent) -> Response:
    """Return the effects of a command, their fingerprint, and its rows. Nothing is written."""
    return outcomes.preview(await call.preview(await checked_by_dialect(call, sent.command)))


async def checked_by_dialect(call: Call, command: Command) -> Command:
    """Return the command. A webhook endpoint is checked against its dialect, as in its own route.

    Raises EndpointRefused.
    """
    if isinstance(command, SaveWebhookEndpoint):
        return await webhooks.checked_command(call, command)
    return command
