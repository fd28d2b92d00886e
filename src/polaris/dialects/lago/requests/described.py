"""What Lago's OpenAPI page says beyond what the routes say of themselves."""

from polaris.api.idempotency import Idempotency
from polaris.api.openapi import Description
from polaris.dialects.lago.errors import TITLES

EXTENSIONS = frozenset(
    {
        "/invoices/{invoice_id}/regenerate",
        "/invoices/{invoice_id}/regenerate/preview",
    }
)
"""What Lago's REST API has not."""

ERRORS = {
    400: "The body is no JSON, or has not its root key.",
    401: "No key, or none that is known and still valid.",
    403: "The key was not made for this, or the invoice is of another kind.",
    404: "There is no such thing for this key.",
    405: "Its state does not allow it; the code says why.",
    413: "The body is too large.",
    422: "A value cannot be taken; `error_details` has the codes by field.",
    503: "The database is away, or the server shuts down: try again later.",
}
SCHEMA = {
    "title": "Error",
    "type": "object",
    "required": ["status", "error"],
    "properties": {
        "status": {"type": "integer", "enum": sorted(TITLES)},
        "error": {"type": "string"},
        "code": {"type": "string"},
        "error_details": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
IDEMPOTENCY = Idempotency(header="Idempotency-Key", replay_header="Idempotent-Replayed")

DESCRIPTION = Description(
    errors=ERRORS,
    error_schema=SCHEMA,
    security={"type": "http", "scheme": "bearer"},
    extensions=EXTENSIONS,
    extension_note="An extension; Lago has it not.",
    idempotency=IDEMPOTENCY,
)
