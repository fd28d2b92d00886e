"""Error answers: every refusal of a command with its code, its sentence and the way out."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus

import msgspec
from fastapi import Response

from polaris.api.answers import Answer, AnswerTables, Failure, Problem, Replies
from polaris.api.coercion import TOO_LARGE, UNKNOWN
from polaris.core import refusals
from polaris.core.commands import Command, FinalizeInvoice, RegenerateInvoice, VoidInvoice
from polaris.core.refusals import EVERY, Refusal
from polaris.delivery.endpoints import EndpointRefused
from polaris.encryption import NoEncryptionKey, WrongEncryptionKey
from polaris.services.webhook_deliveries import AlreadyWaiting
from polaris.store.read.webhooks import UnknownDelivery, UnknownEndpoint

MESSAGES = {
    400: "The request cannot be read. Send one command as a JSON object.",
    401: "Nobody is signed in, or the API key is unknown or revoked. Send a key as a Bearer token.",
    403: "The API key lacks the scope, or the operator the role, that this call needs.",
    404: "There is no such route.",
    405: "The route does not accept this HTTP method.",
    413: "The body is larger than 1 MiB. Split the command.",
    500: "Polaris failed. The server's log has the details.",
    503: "The database is not available, or the server is shutting down. Try again later.",
}


class AdminError(Failure):
    """An error answer. `refused` are the refusals of the command, if it was refused.

    `field` is the field of the request that is wrong, if the message is about one.
    """

    def __init__(
        self, status: int, message: str = "", refused: Iterable[Refusal] = (), field: str = ""
    ) -> None:
        self.status, self.refused, self.field = status, tuple(refused), field
        self.message = message or MESSAGES.get(status, HTTPStatus(status).phrase)
        super().__init__(self.message)

    def response(self) -> Response:
        """Return the HTTP response."""
        first: dict[str, object] = (
            described(self.refused[0]) if self.refused else {"message": self.message}
        )
        if self.field:
            first["details"] = {"field": self.field}
        error = {"code": HTTPStatus(self.status).name.lower(), **first}
        body = {"error": error, "refusals": [described(refusal) for refusal in self.refused]}
        return Response(msgspec.json.encode(body), self.status, media_type="application/json")


def described(refusal: Refusal) -> dict[str, object]:
    """Return a refusal as JSON: code, sentence, way out and details."""
    return {
        "code": refusal.code,
        "message": refusal.sentence,
        "instead": refusal.instead,
        "details": refusal.details,
    }


_STATUSES: dict[type[Refusal], int] = {
    refusals.NotFound: 404,
    refusals.AdministratorRequired: 403,
    refusals.KeyReused: 409,
    refusals.RequestReused: 409,
    refusals.OutcomeChanged: 409,
}
TABLE: dict[type[Refusal], Answer] = {
    refusal: Answer(_STATUSES.get(refusal, 409 if refusal.nothing_to_do else 422), refusal.code)
    for refusal in EVERY
}
"""The status of every refusal; 409 if the requested state is reached already."""

TABLES = AnswerTables(table=TABLE, usual=(404, 403, 409, 422))


def refused(command: Command, found: Iterable[Refusal]) -> AdminError:
    """Return the answer to a refused command: all its refusals, those of the status first."""
    every = tuple(found)
    chosen = TABLES.choose(command, every)
    first = [refusal for refusal, _ in chosen.refusals]
    return AdminError(chosen.status, refused=[*first, *(one for one in every if one not in first)])


UNKNOWN_ENDPOINT = "The tenant has no webhook endpoint with this id."
UNKNOWN_DELIVERY = "The tenant has no delivery with this id."


def webhook_error(error: Exception) -> AdminError:
    """Return the answer to an error of the services about webhooks."""
    match error:
        case AlreadyWaiting():
            return AdminError(409, str(error), field=error.field)
        case EndpointRefused():
            return AdminError(422, str(error), field=error.field)
        case UnknownEndpoint():
            return AdminError(404, UNKNOWN_ENDPOINT, field="endpoint_id")
        case UnknownDelivery():
            return AdminError(404, UNKNOWN_DELIVERY, field="delivery_id")
    return AdminError(503, str(error))  # the encryption key is missing, or another one


WEBHOOK_ERRORS: tuple[type[Exception], ...] = (
    EndpointRefused,
    UnknownEndpoint,
    UnknownDelivery,
    NoEncryptionKey,
    WrongEncryptionKey,
)
"""The exceptions that `webhook_error` answers."""


class InvoiceError(Failure):
    """An error answer of the calls on one invoice: `error` is a text."""

    def __init__(self, status: int, message: str, refused: Iterable[Refusal] = ()) -> None:
        self.status, self.message, self.refused = status, message, tuple(refused)
        super().__init__(message)

    def response(self) -> Response:
        """Return the HTTP response. Refusals are listed only if there are any."""
        body: dict[str, object] = {"error": self.message}
        if self.refused:
            body["code"] = self.refused[0].code
            body["refusals"] = [described(refusal) for refusal in self.refused]
        return Response(msgspec.json.encode(body), self.status, media_type="application/json")


FAILED_TO: dict[type[Command], str] = {
    VoidInvoice: "Failed to void invoice",
    FinalizeInvoice: "Failed to finalize invoice",
    RegenerateInvoice: "Failed to replace invoice",
}
"""What the answer says first when the engine refuses the command."""


def refused_invoice(command: Command, found: Iterable[Refusal]) -> InvoiceError:
    """Return the answer to a refused command on an invoice: 502, or 409 if its outcome changed."""
    every = tuple(found)
    changed = any(isinstance(refusal, refusals.OutcomeChanged) for refusal in every)
    why = " ".join(refusal.sentence for refusal in every)
    message = f"{FAILED_TO[type(command)]}: {why}"
    return InvoiceError(409 if changed else 502, message, every)


MISSING_ID = "Missing invoice id"
UNAUTHORIZED = "Unauthorized"
NO_JSON = "json_invalid"


def unreadable(problems: Sequence[Problem]) -> AdminError:
    """Return the 400 for a body that is not JSON, and the 422 for fields that cannot be read."""
    if any(problem.kind == NO_JSON for problem in problems):
        return AdminError(400)
    return AdminError(422, " ".join(dict.fromkeys(map(unreadable_field, problems))))


def unreadable_field(problem: Problem) -> str:
    """Return a sentence that names the field."""
    place, *names = problem.location
    field = ".".join(names) or place
    if not names and place == "body":
        return "Send the body as a JSON object, with `Content-Type: application/json`."
    if problem.kind == UNKNOWN:
        return f"There is no field `{field}`."
    if problem.kind == TOO_LARGE:
        return f"The number in `{field}` is too large."
    return f"The value of `{field}` cannot be read."


REPLIES = Replies(refused=refused, unreadable=unreadable, status=AdminError)
"""The answers to errors that no route raises itself."""
