"""Descriptions and errors added to the generated OpenAPI page."""

from polaris.api.idempotency import Idempotency
from polaris.api.openapi import Description
from polaris.dialects.highlevel.errors import MESSAGES

ERRORS = {
    400: "There is no such invoice, or its state does not allow the call; `message` says why. Also"
    " for a missing `Version` header.",
    401: MESSAGES[401],
    403: "The API key lacks the scope, or `altId` is not its location.",
    404: MESSAGES[404],
    413: MESSAGES[413],
    422: "A value is invalid; `message` is a list that names each field.",
    503: MESSAGES[503],
}
SCHEMA = {
    "title": "Error",
    "type": "object",
    "required": ["statusCode", "message"],
    "properties": {
        "statusCode": {"type": "integer"},
        "message": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "error": {"type": "string"},
    },
}
IDEMPOTENCY = Idempotency(header="Idempotency-Key", replay_header="Idempotent-Replayed")

DESCRIPTION = Description(
    errors=ERRORS,
    error_schema=SCHEMA,
    security={"type": "http", "scheme": "bearer"},
    idempotency=IDEMPOTENCY,
)
